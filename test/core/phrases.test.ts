import { describe, expect, test } from "vitest";
import { findPhrase, findPhrases, hasGap, type Phrasebook } from "../../src/core/phrases.ts";
import type { TextValues } from "../../src/core/texts.ts";
import { loadTexts } from "../../src/adapters/i18next/texts.ts";
import { localesFolder } from "../../src/commands/verify/locales.ts";
import { library } from "../support/shop.ts";

const [en, sv, fr] = [library.in("en"), library.in("sv"), library.in("fr")];
const knowing = (values: TextValues = {}): Phrasebook => ({
  own: en,
  theirs: sv,
  values: () => values,
});
const keys = (query: string, book = knowing()) => findPhrases(book, query).map(({ key }) => key);

describe("a sentence is found", () => {
  test.each([
    ["few minutes", "canned:wait"],
    ["SCREENSHOT thank", "canned:thanksScreenshot"],
    ["skärmdump", "canned:thanksScreenshot"],
    ["skarmdump", "canned:thanksScreenshot"],
    ["passwords", "canned:noPasswords"],
    ["closing case", "canned:closing"],
    ["redelivery started", "canned:redeliveryStarted"],
    ["statistics countries picture", "bot:question.statistics.ask"],
  ])("by “%s”", (query, key) => {
    expect(keys(query)).toContain(key);
  });

  test("in the customer's language beside the agent's", () => {
    expect(findPhrases(knowing({ count: 3, amount: "299 kr" }), "paid back")[0]).toEqual({
      key: "canned:refundSent",
      own: "We have paid back 299 kr the way you paid. Banks and payment services need up to 3 days to show it.",
      theirs:
        "Vi har betalat tillbaka 299 kr på samma sätt som du betalade. Det kan ta upp till 3 dagar innan pengarna syns hos dig.",
      gaps: [],
    });
  });

  test("with all the words first, and with most of them where none has all", () => {
    expect(keys("thank screenshot")).toEqual(["canned:thanksScreenshot"]);
    expect(keys("xyzzy closing")).toContain("canned:closing");
    expect(keys("xyzzy")).toEqual([]);
  });

  test("canned ones without words, at most as many as are wanted", () => {
    expect(keys("").every((key) => key.startsWith("canned:"))).toBe(true);
    expect(findPhrases(knowing(), "", 3)).toHaveLength(3);
  });

  test("by its key, and by no other than an offered one", () => {
    expect(findPhrase(knowing(), "bot:welcome.privacy")?.theirs).toBe(
      sv.text("bot:welcome.privacy"),
    );
    for (const key of ["console:cases.title", "canned:nothing", "__proto__", ""])
      expect(findPhrase(knowing(), key)).toBeUndefined();
  });
});

describe("what is not known", () => {
  test("is a gap with its name in the agent's language, in the customer's text too", () => {
    const phrase = findPhrase(knowing({ amount: "299 kr" }), "canned:refundSent");
    expect(phrase?.gaps).toEqual([{ name: "count", label: "number" }]);
    expect(phrase?.theirs).toContain("299 kr på samma sätt");
    expect(phrase?.theirs).toContain("upp till ⟦number⟧ dagar");
    expect(hasGap(phrase?.theirs ?? "")).toBe(true);
  });

  test("takes the plural of the figure once it is filled in", () => {
    expect(findPhrase(knowing({ count: 1 }), "canned:refundSent")?.theirs).toContain("1 dag innan");
  });

  test.each(["{{orderNumber}}", "$t(canned:wait)", "⟦amount⟧", "__proto__", "$&"])(
    "is filled in once: the value %s stays what it is, and is no gap",
    (value) => {
      const phrase = findPhrase(knowing({ orderNumber: value }), "canned:orderFound");
      expect(phrase?.theirs).toBe(
        sv.text("canned:orderFound", { orderNumber: value.replace("⟦", "[").replace("⟧", "]") }),
      );
      expect(hasGap(phrase?.theirs ?? "")).toBe(false);
    },
  );

  test.each([en, sv, fr])("has a name in words, in $language", (own) => {
    const nameless = findPhrases({ own, theirs: sv, values: () => ({}) }, "", 10_000)
      .flatMap(({ gaps }) => gaps)
      .map(({ name }) => name)
      .filter((name) => !own.has(`console:value.${name}`));
    // What the flow always knows.
    const known = new Set([
      "agent",
      "name",
      "number",
      "caseNumber",
      "shop",
      "today",
      "startHours",
      "smallDropPercent",
    ]);
    expect(nameless.filter((name) => !known.has(name))).toEqual([]);
  });
});

test("the shop's own answers come first and replace ours of the same name", async () => {
  const shops = await loadTexts(localesFolder, {
    en: { wait: "One second.", voucher: "A voucher: {{voucher}}." },
    sv: { wait: "En sekund.", voucher: "En kod: {{voucher}}." },
    fr: { wait: "Une seconde.", voucher: "Un bon\u00a0: {{voucher}}." },
  });
  const book = { ...knowing(), own: shops.in("en"), theirs: shops.in("sv") };
  expect(keys("", book).slice(0, 2)).toEqual(["shop:wait", "shop:voucher"]);
  expect(keys("", book)).not.toContain("canned:wait");
  expect(findPhrase(book, "shop:voucher")).toMatchObject({
    theirs: "En kod: ⟦voucher⟧.",
    gaps: [{ name: "voucher", label: "voucher" }],
  });
  expect(findPhrase(book, "canned:wait")).toBeUndefined();
});

test("every sentence of the bot, the policy and the desk is offered once in every pair of languages", () => {
  const keysOf = (own: typeof en) =>
    ["canned:", "bot:", "policy:"].flatMap((prefix) => own.keys(prefix));
  expect(keysOf(en).length).toBeGreaterThan(500);
  for (const theirs of [en, sv, fr]) {
    const book = { own: fr, theirs, values: () => ({}) };
    const offered = findPhrases(book, "", 10_000).map((one) => one.theirs);
    const said = keysOf(fr).map((key) => findPhrase(book, key)?.theirs);
    expect(new Set(offered)).toEqual(new Set(said));
    const pairs = findPhrases(book, "", 10_000).map((one) => `${one.own} ${one.theirs}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  }
});
