/** A number written in digits, within a folded text. */
export interface Numeral {
  start: number;
  /** After its multiplier, where it has one. */
  end: number;
  whole: string;
  fraction: string;
  /** The power of ten that a following `k` or `millions` stands for. */
  tens: number;
  negative: boolean;
  /** Thousands or decimals: `1.299`, `1,250k`. No one has three decimals behind a comma, as in `1,299`. */
  twoWays: boolean;
}

const numeral =
  /(?<head>\d{1,3})(?<mark>[ .,'])(?<tail>\d{3}(?:\k<mark>\d{3})*)(?!\d)(?:(?!\k<mark>)[.,](?<rest>\d+))?|(?<plain>\d+)(?:[.,](?<decimals>\d+))?/gu;

const multipliers: readonly [RegExp, number][] = [
  [/ ?(?:hundra|hundred)(?![a-z\d])/y, 2],
  [/ ?(?:k|tusen|tus|mille|milliers?|thousand)(?![a-z\d])/y, 3],
  [/ ?[tk](?=kr(?![a-z]))/y, 3],
  [/ ?(?:m|mn|mio|milj|miljon(?:er)?|millions?)(?![a-z\d])/y, 6],
  [/ ?m(?=kr(?![a-z]))/y, 6],
  [/ ?(?:md|mdr|bn|miljard(?:er)?|milliards?|billions?)(?![a-z\d])/y, 9],
];

/** Every number of a folded text, in order. Takes `12 345`, `12.345`, `12'345,6`, `1,5k`, `2 millions`. */
export function findNumerals(folded: string): Numeral[] {
  return Array.from(folded.matchAll(numeral), (match) => {
    const {
      head = "",
      mark = "",
      tail = "",
      rest = "",
      plain = "",
      decimals = "",
    } = match.groups ?? {};
    const { end, tens } = multiplied(folded, match.index + match[0].length);
    const before = folded.slice(Math.max(0, match.index - 8), match.index);
    const place = { start: match.index, end, tens, negative: minus.test(before) };
    const single = /[.,]/.test(mark) && tail.length === 3 && !rest;
    const decimal = single && (tens > 0 || head === "0");
    return {
      ...place,
      whole: decimal ? head : plain || head + tail.replaceAll(mark, ""),
      fraction: decimal ? tail : rest || decimals,
      twoWays: single && head !== "0" && (mark === "." || tens > 0),
    };
  });
}

/** A minus that is not a dash between words or figures. */
const minus = /(?:^|[\s(:€$£])-[€$£]?$|^- ?[€$£]? ?$|(?:^|\s)(?:moins|minus) $/u;

function multiplied(folded: string, from: number): { end: number; tens: number } {
  let [end, tens] = [from, 0];
  for (let found = true; found && tens < 12;) {
    found = false;
    for (const [word, power] of multipliers) {
      word.lastIndex = end;
      const match = word.exec(folded);
      if (!match) continue;
      [end, tens, found] = [end + match[0].length, tens + power, true];
      break;
    }
  }
  return { end, tens };
}

/** The number in units of 10^-decimals; undefined when it is more precise than that. */
export function scaled({ whole, fraction, tens }: Numeral, decimals = 0): number | undefined {
  const precise = fraction.replace(/(?<!0)0+$/, "");
  if (precise.length > tens + decimals) return undefined;
  return Number(whole + precise.padEnd(tens + decimals, "0"));
}

/** Whether a share is meant, not a count: `50 %`. */
export const isShare = (folded: string, { end }: Numeral): boolean =>
  /^ ?(?:%|‰|pour ?cent|procent|per ?cent)/.test(folded.slice(end, end + 12));
