import { type Language, languages } from "../../core/language.ts";
import type { SayEffect } from "../../core/flow.ts";
import { plainText } from "../../core/message.ts";
import { maxEvidenceFiles } from "../../core/evidence.ts";
import type { InboundContent } from "../../core/inbound.ts";
import type { Policy } from "./rules.ts";
import { contextOf, placeOf, standingOf, type Dialogue } from "./dialogue.ts";
import { openLedger, type Checked, type Ledger } from "./findings.ts";
import { longLabels, unfit } from "./fit.ts";
import type { LocaleText } from "./locales.ts";
import { alikeByRight, plausibleWords, saidElsewhere, wrongWords } from "./texts.ts";
import { bring, threadAt, type Bot } from "./thread.ts";
import { noon, picture } from "./answers.ts";

/** The languages say the same: the same keys, the same placeholders, every plural form, and nothing left untranslated. */
export function checkTexts(entries: readonly LocaleText[]): Checked {
  const { broken, findings } = openLedger();
  const first = Map.groupBy(inLanguage(entries, languages[0]), ({ base }) => base);
  for (const language of languages) {
    const own = Map.groupBy(inLanguage(entries, language), ({ base }) => base);
    for (const base of new Set([...first.keys(), ...own.keys()]))
      if (!first.has(base) || !own.has(base))
        broken(
          "every language has every text",
          `${base} is missing`,
          own.has(base) ? languages[0] : language,
        );
    checkPlurals(own, language, broken);
    for (const [base, texts] of own)
      for (const { key, text } of texts)
        checkPlaceholders(key, text, base, first, language, broken);
  }
  checkAlike(entries, broken);
  return {
    figures: { "texts a language": first.size, languages: languages.length },
    findings: findings(),
    warnings: [],
  };
}

const inLanguage = (entries: readonly LocaleText[], language: Language) =>
  entries.filter((entry) => entry.language === language);

function checkPlurals(
  texts: Map<string, LocaleText[]>,
  language: Language,
  broken: Ledger["broken"],
): void {
  const needed: readonly string[] = new Intl.PluralRules(language).resolvedOptions()
    .pluralCategories;
  for (const [base, forms] of texts) {
    const own = forms.map(({ key }) => key.slice(base.length + 1)).filter(Boolean);
    if (own.length === 0) continue;
    for (const form of needed.filter((one) => !own.includes(one)))
      broken("every plural form is there", `${base} lacks the form ${form}`, language);
    for (const form of own.filter((one) => one !== "zero" && !needed.includes(one)))
      broken("no plural form is idle", `${base} has the form ${form}`, language);
  }
}

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*([^{}]+?)\s*\}\}/gu)].map(([, name]) => name ?? "");

/** A plural form may leave out the count. */
function checkPlaceholders(
  key: string,
  text: string,
  base: string,
  first: Map<string, LocaleText[]>,
  language: Language,
  broken: Ledger["broken"],
): void {
  const own = placeholders(text);
  const expected = first.get(base)?.flatMap((entry) => placeholders(entry.text)) ?? own;
  for (const name of new Set(expected))
    if (!own.includes(name) && (key === base || name !== "count"))
      broken(
        "the placeholders are the same in every language",
        `${key} lost {{${name}}}`,
        language,
      );
  for (const name of new Set(own))
    if (!expected.includes(name))
      broken(
        "the placeholders are the same in every language",
        `${key} has {{${name}}} too much`,
        language,
      );
}

function checkAlike(entries: readonly LocaleText[], broken: Ledger["broken"]): void {
  for (const [key, texts] of Map.groupBy(entries, (entry) => entry.key)) {
    if (alikeByRight.includes(key)) continue;
    for (const { language, text } of texts) {
      // What has no letters of its own can't be translated.
      if (!/\p{L}{2}/u.test(text.replace(/\{\{.*?\}\}/gu, ""))) continue;
      const twin = texts.find((other) => other.language < language && other.text === text);
      if (twin)
        broken(
          "no text is left untranslated",
          `${key} is alike: “${text}”`,
          `${twin.language} and ${language}`,
        );
    }
  }
}

/** What the bot said, where it then stood, and what it recorded. */
export interface Scene {
  said: readonly SayEffect[];
  snapshot: Dialogue["snapshot"];
  records: readonly unknown[];
}

export function sceneOf({ effects, snapshot }: Dialogue): Scene {
  const open = contextOf({ snapshot }).case;
  return {
    said: effects.filter((effect) => effect.type === "say"),
    snapshot,
    records: [
      ...effects.flatMap((effect) =>
        effect.type === "recordAssessment" ? [effect.params.assessment] : [],
      ),
      ...(open ? [open.record] : []),
    ],
  };
}

/** One scene for each thing said in each place. */
export function distinct(dialogues: Iterable<Dialogue>): Scene[] {
  const scenes = new Map<string, Scene>();
  for (const dialogue of dialogues) {
    const scene = sceneOf(dialogue);
    const { evidence, pastCases, topic } = contextOf(dialogue);
    const known = JSON.stringify([
      placeOf(dialogue),
      topic,
      evidence.length,
      pastCases.length,
      saidKinds(scene),
    ]);
    if (!scenes.has(known)) scenes.set(known, scene);
  }
  return [...scenes.values()];
}

/** What was said, without the record of an assessment. */
const saidKinds = ({ said }: Scene) =>
  said.map(({ params: { topic, values } }) => [topic, topic === "assessment" || values]);

/** The answers to all that a customer may write or send, in every place. */
export function* answersToAnything(bot: Bot, stands: readonly Dialogue[]): Generator<Dialogue> {
  const answered = stands.filter((stand) => !standingOf(stand).owned);
  const places = new Map(answered.map((stand) => [placeOf(stand), stand]));
  const contents: InboundContent[] = [
    ...[...wrongWords, ...Object.values(plausibleWords).flat()].map((text) => ({
      type: "text" as const,
      text,
    })),
    { type: "files", files: Array.from({ length: maxEvidenceFiles + 1 }, (_, n) => picture(n)) },
    ...languages.map((language) => ({
      type: "pressed" as const,
      choice: `language:${language}`,
      revision: 0,
    })),
  ];
  for (const { snapshot } of places.values())
    for (const content of contents) {
      const thread = bring(bot, threadAt(bot, snapshot, "fr", noon), content);
      yield { effects: thread.effects, snapshot: thread.conversation.snapshot };
      if (thread.event.type !== "answer-refused") continue;
      // Twice not understood: a person is offered.
      const again = bring(bot, thread, content);
      yield { effects: again.effects, snapshot: again.conversation.snapshot };
    }
}

/** Every message of the scenes can be said in every language and fits every platform. */
export function checkMessages({ flow, texts }: Bot, scenes: readonly Scene[]): Checked {
  const { broken, findings } = openLedger();
  const warnings = new Set<string>();
  const described = new Set<string>();
  let messages = 0;
  let longest = 0;
  const check = ({ said, snapshot, records }: Scene, language: Language, where: string): void => {
    for (const message of flow.render(said, snapshot, texts.in(language))) {
      messages++;
      longest = Math.max(longest, plainText(message).length);
      for (const misfit of unfit(message))
        broken("every message fits every platform", misfit, where);
      for (const label of longLabels(message)) warnings.add(`${language} “${label}”`);
    }
    for (const record of records) {
      const kind = `${language} ${JSON.stringify(record)}`;
      if (described.has(kind)) continue;
      described.add(kind);
      flow.describe(record, texts.in(language));
    }
  };
  for (const scene of scenes)
    for (const language of languages) {
      const where = `${language}, ${placeOf(scene)}`;
      try {
        check(scene, language, where);
      } catch (error) {
        broken("every message can be said", (error as Error).message, where);
      }
    }
  return {
    figures: { "messages rendered": messages, "longest, characters": longest },
    findings: findings(),
    warnings: [...warnings].sort(),
  };
}

/** Nothing is written that is never said, and what is only told is told. */
export function checkSaid(
  entries: readonly LocaleText[],
  used: ReadonlySet<string>,
  information: Policy["information"],
): Checked {
  const { broken, findings } = openLedger();
  const elsewhere = Object.keys(saidElsewhere);
  for (const base of new Set(entries.map((entry) => entry.base)))
    if (!used.has(base) && !elsewhere.some((prefix) => base.startsWith(prefix)))
      broken("every text is said somewhere", `${base} is never said`, "every walked path");
  for (const [clause, key] of Object.entries(information))
    if (!used.has(key))
      broken(
        "every clause decides or is told",
        `clause ${clause} is to be told by ${key}, which is never said`,
        "every walked path",
      );
  return { figures: { "texts said": used.size }, findings: findings(), warnings: [] };
}

/** How long a review gets that repeats the customer's own words at their longest: a channel must split it. */
export function longestEcho({ flow, texts }: Bot, scenes: readonly Scene[]): number {
  const reviews = scenes.filter((scene) => standingOf(scene).place === "reviewing").slice(0, 200);
  const lengths = reviews.flatMap(({ said, snapshot }) => {
    const context = contextOf({ snapshot });
    const answers = { ...context.answers, description: "x".repeat(2000), service: "x".repeat(200) };
    const long = { ...snapshot, context: { ...context, answers } };
    return flow.render(said, long, texts.in("fr")).map((message) => plainText(message).length);
  });
  return Math.max(0, ...lengths);
}
