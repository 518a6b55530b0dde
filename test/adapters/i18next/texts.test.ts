import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { loadTexts } from "../../../src/adapters/i18next/texts.ts";
import { languages } from "../../../src/core/language.ts";
import type { Texts } from "../../../src/core/texts.ts";

const folder = fileURLToPath(new URL("../../fixtures/locales", import.meta.url));
const october = Date.UTC(2026, 9, 3, 12, 2);
const firstOfJune = Date.UTC(2026, 5, 1, 12, 0);
let fr: Texts;
let sv: Texts;
let en: Texts;

beforeAll(async () => {
  const library = await loadTexts(folder);
  [fr, sv, en] = languages.map((language) => library.in(language)) as [Texts, Texts, Texts];
});

test("says a text in each language, at any depth", () => {
  expect(fr.text("shop:hello", { name: "Léa" })).toBe("Bonjour Léa !");
  expect(sv.text("shop:hello", { name: "Åsa" })).toBe("Hej Åsa!");
  expect(en.text("shop:nested.deeper")).toBe("Deep down");
});

test("writes figures as the language does", () => {
  expect(fr.text("shop:two", { first: 12345, second: "x" })).toBe("12\u202f345, puis x");
  expect(sv.text("shop:two", { first: 12345, second: "x" })).toBe("12\u00a0345, sedan x");
  expect(en.text("shop:two", { first: 12345, second: "x" })).toBe("12,345, then x");
});

test("chooses the plural by the count, and French a form of its own for millions", () => {
  expect(fr.text("shop:missing", { count: 0 })).toBe("Il manque 0 abonné");
  expect(fr.text("shop:missing", { count: 2 })).toBe("Il manque 2 abonnés");
  expect(fr.text("shop:missing", { count: 1_000_000 })).toBe(
    "Il manque 1\u202f000\u202f000 d’abonnés",
  );
  expect(en.text("shop:missing", { count: 1 })).toBe("1 follower is missing");
  expect(en.text("shop:missing", { count: 0 })).toBe("No follower is missing");
  expect(en.text("shop:missing", { count: 1200 })).toBe("1,200 followers are missing");
});

test.each([
  "{{second}}",
  "$t(shop:nested.deeper)",
  "__proto__",
  "$& $1 $`",
  "<b>&amp;</b>",
  "{{- second}}",
])("shows %s as the customer typed it", (typed) => {
  expect(fr.text("shop:two", { first: typed, second: "fin" })).toBe(`${typed}, puis fin`);
  expect(fr.text("shop:two", { first: "a", second: typed })).toBe(`a, puis ${typed}`);
});

test("never follows one text into another", () => {
  expect(fr.text("shop:nesting")).toBe("$t(shop:hello)");
});

test.each([
  "shop:nowhere",
  "shop:nested",
  "nowhere:hello",
  "hello",
  "shop:__proto__",
  "shop:constructor",
])("has no text for %s and says so", (key) => {
  expect(() => fr.text(key)).toThrow(`no text for ${key} in fr`);
  expect(fr.has(key)).toBe(false);
});

test("borrows no text from another language", () => {
  expect(fr.has("shop:onlyFrench")).toBe(true);
  expect(sv.has("shop:onlyFrench")).toBe(false);
  expect(() => sv.text("shop:onlyFrench")).toThrow("no text for shop:onlyFrench in sv");
});

test("knows a text that has plural forms only", () => {
  expect(en.has("shop:missing")).toBe(true);
  expect(() => sv.text("shop:missing")).toThrow("no text for shop:missing in sv");
});

test("misses a value rather than showing a gap", () => {
  expect(() => sv.text("shop:hello", {})).toThrow("no value for {{name}} of shop:hello in sv");
});

test("writes sums in their currency's own minor unit", () => {
  expect(fr.money(2990, "EUR")).toBe("29,90\u00a0€");
  expect(sv.money(29900, "SEK")).toBe("299,00\u00a0kr");
  expect(en.money(-1196, "EUR")).toBe("-€11.96");
  expect(en.money(1196, "JPY")).toBe("JP¥1,196");
});

test("writes dates in the zone asked for", () => {
  const midnight = Date.UTC(2026, 9, 2, 22, 30);
  expect(fr.date(midnight, "Europe/Paris")).toBe("3 octobre 2026");
  expect(fr.date(midnight, "UTC")).toBe("2 octobre 2026");
  expect(fr.date(firstOfJune, "UTC")).toBe("1er juin 2026");
  expect(sv.date(october, "Europe/Paris")).toBe("3 oktober 2026");
  expect(en.date(october, "Europe/Paris")).toBe("3 October 2026");
});

test("writes moments with their zone", () => {
  expect(fr.moment(october, "Europe/Paris")).toBe("3 octobre 2026 à 14:02 UTC+2");
  expect(sv.moment(october, "Europe/Stockholm")).toBe("3 oktober 2026 kl. 14:02 CEST");
  expect(en.moment(october, "Europe/Paris")).toBe("3 October 2026 at 14:02 CEST");
});

test("joins a list", () => {
  expect(fr.list(["a", "b", "c"])).toBe("a, b et c");
  expect(sv.list(["a", "b"])).toBe("a och b");
  expect(en.list([])).toBe("");
});

test("joins alternatives", () => {
  expect(fr.alternatives(["a", "b", "c"])).toBe("a, b ou c");
  expect(sv.alternatives(["a", "b"])).toBe("a eller b");
  expect(en.alternatives(["a", "b"])).toBe("a or b");
});

test("refuses a file that is no JSON by its name, and a missing language", async () => {
  const broken = await mkdtemp(join(tmpdir(), "ombud-locales-"));
  await expect(loadTexts(broken)).rejects.toThrow("ENOENT");
  await cp(folder, broken, { recursive: true });
  await writeFile(join(broken, "sv", "shop.json"), "{");
  await expect(loadTexts(broken)).rejects.toThrow("sv/shop.json can't be read as JSON");
});
