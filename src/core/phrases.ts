import type { TextValues, Texts } from "./texts.ts";

/** A sentence that an agent may send, in the agent's language and in the customer's. */
export interface Phrase {
  /** By which it is asked for again: `canned:wait`. */
  key: string;
  /** As the agent reads it. */
  own: string;
  /** As the customer reads it. What is not known is a gap in it, `⟦amount⟧`, and no desk sends a gap. */
  theirs: string;
  /** What is not known, in the order of `theirs`; the label is in the agent's language. */
  gaps: readonly { name: string; label: string }[];
}

/** The sentences of a conversation's two languages. */
export interface Phrasebook {
  /** The agent's language. */
  own: Texts;
  /** The customer's. */
  theirs: Texts;
  /** What is known, by placeholder, written as these texts write it: the flow's `phraseValues` and what the agent has filled in. */
  values: (texts: Texts) => TextValues;
}

/** What is offered, the likeliest first: the shop's canned answers, ours, what the bot says, the policy's words. */
const offered = ["shop:", "canned:", "bot:", "policy:"] as const;

/**
 * The sentences that an agent may mean by these words, the likeliest first: in
 * either language, in any case and without accents, by the beginnings of
 * words. Where no sentence has all the words, those with most of them. Without
 * words the canned answers come first.
 *
 * A canned answer of the shop replaces ours of the same name.
 */
export function findPhrases(book: Phrasebook, query: string, limit = 20): Phrase[] {
  const wanted = wordsIn(query).slice(0, 12);
  const found = keysIn(book.own).flatMap((key, place) => {
    const hits = hitsOf(book, key, wanted);
    const matched = hits.filter((hit) => hit > 0).length;
    const weight = hits.reduce((sum, hit) => sum + hit, 0);
    return wanted.length === 0 || matched > 0 ? [{ key, place, matched, weight }] : [];
  });
  const most = Math.max(0, ...found.map(({ matched }) => matched));
  const best = found
    .filter(({ matched }) => matched === most)
    .toSorted((a, b) => rank(a.key) - rank(b.key) || b.weight - a.weight || a.place - b.place);
  // What two keys say alike is offered once.
  const distinct = new Map<string, Phrase>();
  for (const { key } of best) {
    if (distinct.size === limit) break;
    const phrase = phraseOf(book, key);
    const said = `${phrase.own}\n${phrase.theirs}`;
    if (!distinct.has(said)) distinct.set(said, phrase);
  }
  return [...distinct.values()];
}

/** The sentence of this key; undefined where it is none that an agent may send. */
export const findPhrase = (book: Phrasebook, key: string): Phrase | undefined =>
  keysIn(book.own).includes(key) ? phraseOf(book, key) : undefined;

/** Whether something is still to be filled in. */
export const hasGap = (text: string): boolean => /⟦[^⟦⟧]*⟧/u.test(text);

function keysIn(texts: Texts): string[] {
  const own = new Set(texts.keys("shop:").map((key) => key.replace("shop:", "canned:")));
  return offered.flatMap((prefix) => texts.keys(prefix)).filter((key) => !own.has(key));
}

const rank = (key: string): number => offered.findIndex((prefix) => key.startsWith(prefix));

function phraseOf({ own, theirs, values }: Phrasebook, key: string): Phrase {
  const known = values(theirs);
  const gaps = namesIn(theirs, key, known)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({ name, label: labelOf(name, own) }));
  return {
    key,
    own: fill(own, key, values(own), own),
    theirs: fill(theirs, key, known, own),
    gaps,
  };
}

const templateIn = (texts: Texts, key: string, { count }: TextValues): readonly string[] =>
  texts.template(key, typeof count === "number" ? count : undefined);

const namesIn = (texts: Texts, key: string, values: TextValues): string[] => [
  ...new Set(templateIn(texts, key, values).filter((_, index) => index % 2 === 1)),
];

/** @param reader in whose language a gap is named. */
const fill = (texts: Texts, key: string, values: TextValues, reader: Texts): string =>
  templateIn(texts, key, values)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const value = Object.hasOwn(values, part) ? values[part] : undefined;
      if (value === undefined) return `⟦${labelOf(part, reader)}⟧`;
      // A customer's own brackets are no gap.
      return typeof value === "number"
        ? texts.figure(value)
        : value.replace(/⟦/gu, "[").replace(/⟧/gu, "]");
    })
    .join("");

/** Each is a locale key under `console:value`; a placeholder that the shop has thought of stands as it is. */
function labelOf(name: string, own: Texts): string {
  const key = `console:value.${name}`;
  return own.has(key) ? own.text(key) : name;
}

/** Of each word, 0 where it is not in the sentence, more where it is in the agent's own. */
function hitsOf({ own, theirs }: Phrasebook, key: string, wanted: readonly string[]): number[] {
  const inOwn = searchable(own, key);
  const inTheirs = searchable(theirs, key);
  return wanted.map((word) =>
    inOwn.includes(` ${word}`) ? 2 : inTheirs.includes(` ${word}`) ? 1 : 0,
  );
}

/** Found once for each text: the texts of a language never change. */
const folded = new WeakMap<Texts, Map<string, string>>();

function searchable(texts: Texts, key: string): string {
  const ofTexts = folded.get(texts) ?? new Map<string, string>();
  folded.set(texts, ofTexts);
  const known = ofTexts.get(key);
  if (known !== undefined) return known;
  const written = texts.template(key).filter((_, index) => index % 2 === 0);
  const words = wordsIn(`${written.join(" ")} ${key.replace(/^.*[:.]/u, "")}`);
  const found = ` ${words.join(" ")}`;
  ofTexts.set(key, found);
  return found;
}

const wordsIn = (text: string): string[] =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];
