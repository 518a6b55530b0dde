import { describe, expect, test } from "vitest";
import { type Language, languages } from "../src/core/language.ts";
import { namespaces, readLocales } from "../src/commands/verify/locales.ts";
import { checkTexts } from "../src/commands/verify/words.ts";
import { localeRules } from "./support/locale-rules.ts";

const everyText = readLocales();
const inLanguage = (language: Language) => everyText.filter((text) => text.language === language);

describe.each(localeRules)("the rule: $name", (rule) => {
  const broken = (text: string) => rule.isBroken({ key: "bot:drop.choices.yes", text });

  test("tells bad texts from good ones", () => {
    expect(rule.bad.filter((text) => !broken(text))).toEqual([]);
    expect(rule.good.filter(broken)).toEqual([]);
  });

  test.each(rule.languages)("is kept in %s", (language) => {
    const faults = inLanguage(language).filter((text) => rule.isBroken(text));
    expect(faults.map(({ key, text }) => `${key}: ${text}`)).toEqual([]);
  });
});

test("the languages have the same texts, placeholders and plural forms", () => {
  expect(checkTexts(everyText).findings).toEqual([]);
});

test.each(languages)("%s has the same files as French", (language) => {
  expect(namespaces(language)).toEqual(namespaces("fr"));
});
