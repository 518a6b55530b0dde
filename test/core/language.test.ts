import { expect, it } from "vitest";
import { preferredLanguage } from "../../src/core/language.ts";

it.each([
  ["sv-SE,sv;q=0.9,en;q=0.8", "sv"],
  ["de-DE,de;q=0.9,fr;q=0.4,en;q=0.7", "en"],
  ["FR", "fr"],
  ["de", undefined],
  ["", undefined],
  [";;;,,,q=x", undefined],
  ["en;q=0.1, fr ; q=0.9", "fr"],
])("of %j the bot speaks %s", (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
