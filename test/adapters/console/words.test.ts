import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { visible, wordsOf } from "../../../src/adapters/console/words.ts";
import { loadTexts } from "../../../src/adapters/i18next/texts.ts";

const library = await loadTexts(fileURLToPath(new URL("../../../locales", import.meta.url)));
const now = Date.UTC(2026, 9, 3, 12, 0);
const words = wordsOf(library.in("sv"), "Europe/Stockholm", now);
const minute = 60_000;

test.each([
  ["invoice\u202Efdp.exe", "invoice⟨U+202E⟩fdp.exe"],
  ["a\u200Bb\uFEFFc\u00ADd", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+00AD⟩d"],
  ["\u001b[2J\u0085\u{E0041}", "⟨U+001B⟩[2J⟨U+0085⟩⟨U+E0041⟩"],
  ["a\u200Db", "a⟨U+200D⟩b"],
  ["👩‍👩‍👧 ❤️‍🔥 👩🏽‍🔧", "👩‍👩‍👧 ❤️‍🔥 👩🏽‍🔧"],
  ["één\nrad\tÅ مرحبا", "één\nrad\tÅ مرحبا"],
])("shows what hides in %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each([
  [0, "denna minut"],
  [59 * minute, "för 59 minuter sedan"],
  [47 * 60 * minute, "för 47 timmar sedan"],
  [49 * 60 * minute, "i förrgår"],
  [10 * 24 * 60 * minute, "för 10 dagar sedan"],
])("tells how long ago %d ms are", (ms, told) => {
  expect(words.ago(now - ms)).toBe(told);
});

test("tells the time of the shop and sizes that a person can read", () => {
  expect(words.time(now)).toBe("14:00");
  expect([words.size(1), words.size(412_300), words.size(1_460_000)]).toEqual([
    "1\u00a0kB",
    "413\u00a0kB",
    "1,5\u00a0MB",
  ]);
});
