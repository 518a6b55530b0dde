import { findNumerals, isShare, scaled, type Numeral } from "./numerals.ts";
import { fold, longestAnswer, type Reading } from "./reading.ts";

export interface Money {
  /** In the currency's minor unit: cents, öre; yen has none. */
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
}

/** In the currency's major unit. */
const largest = 100_000_000;

/** Those with no code of their own here stand for whichever of the codes is the shop's, else for the first. */
const names: readonly [RegExp, readonly string[]][] = [
  [/^(?:€|euros?)$/u, ["EUR"]],
  [/^(?:\$|dollars?)$/, ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"]],
  [/^(?:£|pounds?|livres?|quid|pence|p)$/u, ["GBP"]],
  [/^(?:kr|kronor|krona|kroner|krone|:-|ore)$/, ["SEK", "NOK", "DKK", "ISK"]],
  [/^skr$/, ["SEK"]],
  [/^nkr$/, ["NOK"]],
  [/^dkr$/, ["DKK"]],
  [/^ikr$/, ["ISK"]],
  [/^(?:¥|yens?)$/u, ["JPY", "CNY"]],
  [/^(?:zl|zloty)$/, ["PLN"]],
  [/^(?:francs?|fr)$/, ["CHF", "XOF", "XAF"]],
];

/** What a sign's letters say: `CA$`, `$US`, `JP¥`. */
const countries = new Map([
  ["us", "USD"],
  ["ca", "CAD"],
  ["c", "CAD"],
  ["au", "AUD"],
  ["a", "AUD"],
  ["nz", "NZD"],
  ["hk", "HKD"],
  ["sg", "SGD"],
  ["s", "SGD"],
  ["mx", "MXN"],
  ["r", "BRL"],
  ["gb", "GBP"],
  ["jp", "JPY"],
  ["cn", "CNY"],
]);

const anyCode =
  "eur|usd|gbp|sek|nok|dkk|isk|chf|jpy|cad|aud|nzd|pln|czk|huf|bgn|cny|inr|brl|zar|mxn|aed|hkd|sgd|krw|xof|xaf";
const anyWord = `(?:${anyCode}|euros?|dollars?|pounds?|livres?|quid|kronor|krona|kroner|krone|[sndi]?kr|yens?|zloty|zl|francs?)`;
const anyCountry = [...countries.keys()].join("|");
const anySign = `[$£¥](?:${anyCountry})(?![a-z])|\\p{Sc}|:-`;
const anyName = `${anyWord}(?![a-z])|(?:${anyCountry})[$£¥]|${anySign}`;
const nameAfter = new RegExp(`^ ?(${anyName})`, "u");
const nameBefore = new RegExp(
  `((?<![a-z])(?:${anyWord}|(?:${anyCountry})[$£¥])|${anySign})\\.? ?-?$`,
  "u",
);
const codes = new RegExp(`^(?:${anyCode})$`);
const minorAfter = /^ ?(centimes?|cents?|cts?|ore|pence|p)(?![a-z])/;

/** `12€90`, `12 euros et 90 centimes`, `29 kr 50`. */
const splitByName = new RegExp(
  `(?<=\\d) ?(${anyName}) ?(?:et |och |and )?(\\d\\d)(?: ?(?:centimes?|cents?|cts?|ore|pence))?(?![\\d.,:a-z%]| ?\\d| ?(?:${anyName}))`,
  "gu",
);

const decimals = new Map<string, number>();

/** How many digits a currency has after its point. */
export function decimalsOf(currency: string): number {
  let count = decimals.get(currency);
  if (count === undefined) {
    count =
      new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
        .maximumFractionDigits ?? 2;
    decimals.set(currency, count);
  }
  return count;
}

/** A sum above zero. Among several figures, the only one beside a currency is meant. */
export function readMoney(text: string, defaultCurrency: string): Reading<Money> {
  if (text.length > longestAnswer) return { fault: "tooLong", values: { max: longestAnswer } };
  const folded = fold(text)
    .replace(splitByName, ",$2 $1")
    .replace(/(?<=\d):(?=\d\d(?!\d))/g, ",");
  if (!folded) return { fault: "empty" };

  const found = findNumerals(folded).map((each) => ({ ...each, ...unitOf(folded, each) }));
  const [first, ...others] = found.some(({ name }) => name)
    ? found.filter(({ name }) => name)
    : found;
  if (!first) return { fault: "noAmount" };
  if (others.length > 0) return { fault: "severalFigures" };
  if (isShare(folded, first)) return { fault: "percentage" };
  if (first.negative) return { fault: "negative" };

  const currency = currencyOf(first.name, defaultCurrency);
  if (!currency) return { fault: "unknownCurrency" };
  const digits = decimalsOf(currency);
  const amountMinor = scaled(first, first.minor ? 0 : digits);
  if (amountMinor === undefined)
    return { fault: "tooPrecise", values: { currency, decimals: digits } };
  if (amountMinor === 0) return { fault: "notPositive" };
  if (amountMinor > largest * 10 ** digits) return { fault: "tooLarge", values: { max: largest } };
  const value = { amountMinor, currency };
  return first.twoWays && digits > 0 ? { value, twoWays: true } : { value };
}

function unitOf(folded: string, { start, end }: Numeral): { name?: string; minor: boolean } {
  const after = folded.slice(end, end + 12);
  const minor = minorAfter.exec(after)?.[1];
  if (minor) return { name: minor, minor: true };
  const name =
    nameAfter.exec(after)?.[1] ??
    nameBefore.exec(folded.slice(Math.max(0, start - 12), start))?.[1];
  return name ? { name, minor: false } : { minor: false };
}

function currencyOf(name: string | undefined, defaultCurrency: string): string | undefined {
  if (!name || /^c(?:ent|t)/.test(name)) return defaultCurrency;
  if (codes.test(name)) return name.toUpperCase();
  const country = countries.get(name.replace(/[$£¥]/u, ""));
  if (country) return country;
  const meant = names.find(([pattern]) => pattern.test(name))?.[1];
  return meant?.find((code) => code === defaultCurrency) ?? meant?.[0];
}
