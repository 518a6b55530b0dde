import { type Language, languages } from "../../src/core/language.ts";
import type { LocaleText } from "../../src/commands/verify/locales.ts";

/** A rule of writing that every text of its languages keeps. */
export interface LocaleRule {
  name: string;
  languages: readonly Language[];
  isBroken(text: Pick<LocaleText, "key" | "text">): boolean;
  /** Texts that break it and that keep it, by which the rule itself is tested. */
  bad: readonly string[];
  good: readonly string[];
}

const matches = (pattern: RegExp) => (text: { text: string }) => pattern.test(text.text);

/** Keys of what stands on buttons, wherever the group is: `bot:drop.choices.yes`. */
const isLabel = (key: string) => /[:.](choices?|buttons?|commands?)\./u.test(key);

/** Add a row for a new rule. */
export const localeRules: readonly LocaleRule[] = [
  {
    name: "is not empty and has no space at its ends",
    languages,
    isBroken: ({ text }) => text === "" || text !== text.trim(),
    bad: ["", " Hi", "Hi\n", "Hi\u00a0"],
    good: ["Hi", "One\n\ntwo"],
  },
  {
    name: "has at most 900 characters",
    languages,
    isBroken: ({ text }) => text.length > 900,
    bad: ["x".repeat(901)],
    good: ["x".repeat(900)],
  },
  {
    name: "fits a button in 40 characters where it is a label",
    languages,
    isBroken: ({ key, text }) => isLabel(key) && text.length > 40,
    bad: ["x".repeat(41)],
    good: ["x".repeat(40)],
  },
  {
    name: "has no straight double quotes",
    languages,
    isBroken: matches(/"/u),
    bad: ['Press "Yes"'],
    good: ["Press “Yes”", "Tryck på ”Ja”"],
  },
  {
    name: "has no markup",
    languages,
    isBroken: matches(/<\/?[a-z]|&[a-z]+;|\$t\(|\*\*/iu),
    bad: ["a <b>word</b>", "a&nbsp;b", "$t(bot:hello)", "a **word**"],
    good: ["less < more & more"],
  },
  {
    name: "has placeholders that are closed and plainly named",
    languages,
    isBroken: ({ text }) => /[{}]/u.test(text.replace(/\{\{ ?[a-z][A-Za-z0-9]* ?\}\}/gu, "")),
    bad: ["{{name}", "{name}", "{{name, number}}", "{{- name}}", "{{a.b}}"],
    good: ["{{name}} {{ orderNumber }}"],
  },
  {
    name: "has typographic apostrophes",
    languages: ["fr"],
    isBroken: matches(/'/u),
    bad: ["l'abonné"],
    good: ["l’abonné"],
  },
  {
    name: "has a no-break space before : ; ? ! » and after «",
    languages: ["fr"],
    isBroken: matches(
      /(?<![\u00a0\u202f?!])[;?!]|(?<![\u00a0\u202f])(?:»|:(?!\/\/)(?!(?<=\d:)\d))|«(?![\u00a0\u202f])/u,
    ),
    bad: ["Quoi?", "Quoi ?", "Ici : là", "Ici: là", "a ; b", "« oui\u00a0»", "«\u00a0oui »"],
    good: ["Quoi\u202f?!", "Ici\u00a0: là", "«\u202foui\u202f»", "à 14:02", "https://viplikes.net"],
  },
  {
    name: "has no-break spaces inside figures and before % € kr",
    languages: ["fr", "sv"],
    isBroken: matches(/\d \d{3}(?!\d)|[\d}] ?[%€]|[\d}] ?kr\b/u),
    bad: ["12 345", "10 %", "10%", "{{percent}} %", "299 kr", "29,90 €"],
    good: ["12\u202f345", "10\u00a0%", "299\u00a0kr", "48213", "le 3 octobre"],
  },
];
