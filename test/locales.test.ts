import { describe, expect, test } from "vitest";
import { type Language, languages } from "../src/core/language.ts";
import { localeRules } from "./support/locale-rules.ts";
import { namespaces, placeholders, readLocales } from "./support/locales.ts";

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

test.each(languages)("%s has each plural form of its own, and no other but zero", (language) => {
  const needed: string[] = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const plural = inLanguage(language).filter((text) => text.key !== text.base);
  const faults = [...Map.groupBy(plural, (text) => text.base)].flatMap(([base, texts]) => {
    const forms = texts.map((text) => text.key.slice(base.length + 1));
    const missing = needed.filter((form) => !forms.includes(form));
    const extra = forms.filter((form) => form !== "zero" && !needed.includes(form));
    return missing.length + extra.length > 0 ? [{ base, missing, extra }] : [];
  });
  expect(faults).toEqual([]);
});

test.each(languages)("%s has the same files as French", (language) => {
  expect(namespaces(language)).toEqual(namespaces("fr"));
});

test.each(languages)("%s has the same keys as French", (language) => {
  const french = inLanguage("fr").map((text) => text.base);
  const own = inLanguage(language).map((text) => text.base);
  expect({ missing: without(french, own), extra: without(own, french) }).toEqual({
    missing: [],
    extra: [],
  });
});

test.each(languages)(
  "%s has the same placeholders as French; a plural form may leave out the count",
  (language) => {
    const french = Map.groupBy(inLanguage("fr"), (text) => text.base);
    const faults = inLanguage(language).flatMap(({ key, base, text }) => {
      const own = placeholders(text);
      const expected = french.get(base)?.flatMap((sibling) => placeholders(sibling.text)) ?? own;
      const missing = without(expected, key === base ? own : [...own, "count"]);
      const extra = without(own, expected);
      return missing.length + extra.length > 0 ? [{ key, text, missing, extra }] : [];
    });
    expect(faults).toEqual([]);
  },
);

function without(items: readonly string[], others: readonly string[]): string[] {
  return [...new Set(items)].filter((item) => !others.includes(item));
}
