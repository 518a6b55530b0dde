/**
 * What a customer's words say, or why they can't be taken. `twoWays` asks for
 * a confirmation: the words have a second meaning that is not unlikely.
 */
export type Reading<T> =
  | { value: T; twoWays?: true }
  | { fault: Fault; values?: Record<string, string | number> };

/** Each is a locale key, `bot:fault.<id>`, with the values named here. */
export type Fault =
  | "empty"
  /** { max }: characters. */
  | "tooLong"
  /** { min }: letters or digits. */
  | "tooShort"
  /** { max }: how many may be given. */
  | "tooMany"
  | "noFigure"
  | "notWhole"
  | "negative"
  /** { max } */
  | "tooLarge"
  | "severalFigures"
  | "percentage"
  | "noAmount"
  | "notPositive"
  /** { currency, decimals } */
  | "tooPrecise"
  | "unknownCurrency"
  | "noDate"
  | "noSuchDate"
  | "noSuchTime"
  | "severalDates"
  | "future"
  | "past"
  /** { years } */
  | "tooLongAgo"
  /** { years } */
  | "tooFarAhead"
  | "wrongForm"
  | "noLink"
  | "noEmail"
  | "severalEmails";

/** The longest text that is searched for one figure, sum, date or number. */
export const longestAnswer = 2000;

/** Zero-width characters, bidi controls and hidden tags; without the joiner that holds emoji together. */
export const invisible =
  /[\u034F\u00AD\u061C\u115F\u1160\u180E\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/**
 * One way of writing for what looks the same. Spaces become one plain space; a
 * line break or tab stays a break, so that two figures below each other don't
 * become one. Only for text of bounded length: NFKC can take quadratic time.
 */
export function normalise(text: string): string {
  return (
    text
      .replace(invisible, "")
      .replaceAll("\u200D", "")
      .replace(/[’‘ʼ´`′＇]/gu, "'")
      // NFKC would turn 10² into 102.
      .replace(/(?<=\d)[²³¹⁰-⁹¼-¾⅐-⅞]/gu, " $&")
      .normalize("NFKC")
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]\s*|\s+[\p{Cc}\p{Zl}\p{Zp}]\s*/gu, "\n")
      .replace(/[^\S\n]+/gu, " ")
      .trim()
  );
}

/** Normalised, in small letters, without accents, with one dash: what vocabularies are compared with. */
export function fold(text: string): string {
  if (text !== last.text) last = { text, folded: folding(text) };
  return last.folded;
}

/** One text goes through several vocabularies, one after another. */
let last = { text: "", folded: "" };

const folding = (text: string): string =>
  normalise(text)
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[‐-―−⁃﹣]/gu, "-");
