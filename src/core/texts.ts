import type { Language } from "./language.ts";

/** Values put into a text, by placeholder. Strings are shown as they are; figures follow the language. */
export type TextValues = Readonly<Record<string, string | number>>;

/** The words of one language. Pure; a missing key throws, which the tests of `locales/` rule out. */
export interface Texts {
  language: Language;
  /** The text of a key such as `bot:welcome.hello`, with its values put in and its plural chosen by `count`. */
  text(key: string, values?: TextValues): string;
  has(key: string): boolean;
  /** Every key that begins so, its plural forms as one, in the order in which they are written. */
  keys(prefix: string): readonly string[];
  /**
   * A text before its values are put in: text and names of values in turn,
   * `["For ", "days", " days"]`. `count` chooses the plural; without it the
   * form for many is meant.
   */
  template(key: string, count?: number): readonly string[];
  /** A whole number: `12 345`. */
  figure(value: number): string;
  /** A sum in its currency: `29,90 €`. `amountMinor` is in the currency's minor unit. */
  money(amountMinor: number, currency: string): string;
  /** A civil date: `3 octobre 2026`. */
  date(at: number, timeZone: string): string;
  /** Date and time with the zone's short name. */
  moment(at: number, timeZone: string): string;
  /** `a, b et c`. */
  list(items: readonly string[]): string;
  /** `a, b ou c`. */
  alternatives(items: readonly string[]): string;
}
