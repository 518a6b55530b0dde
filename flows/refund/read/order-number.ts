import { longestAnswer, normalise, type Reading } from "./reading.ts";

const longestNumber = 64;

/** What announces a number: the word after it is preferred. */
const marker =
  /^(?:#|n|n°|no|nr|num|numero|numéro|nummer|number|order|orders?nummer|ordernr|orderno|commande|beställning|beställningsnummer|bestnr|best|id|ref|référence|referens|reference)[°.:#]*$/iu;

/**
 * The order number in a sloppy sentence. `pattern` describes a whole number
 * and is tried on pieces of at most 64 characters, as typed and in capitals.
 */
export function readOrderNumber(text: string, pattern: RegExp): Reading<string> {
  if (text.length > longestAnswer) return { fault: "tooLong", values: { max: longestAnswer } };
  const normal = normalise(text).replace(/[‐-―−]/gu, "-");
  if (!normal) return { fault: "empty" };

  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ""));
  for (const candidates of candidatesIn(normal)) {
    const numbers = new Set(candidates.flatMap((candidate) => numberIn(candidate, whole)));
    const [number, another] = numbers;
    if (another !== undefined) return { fault: "severalFigures" };
    if (number !== undefined) return { value: number };
  }
  return { fault: "wrongForm" };
}

function numberIn(candidate: string, whole: RegExp): string[] {
  if (candidate.length > longestNumber || marker.test(candidate)) return [];
  const number = [candidate, candidate.toUpperCase()].find((each) => whole.test(each));
  return number === undefined ? [] : [number];
}

/** From the surest to the most daring; the first list with a hit decides. */
function candidatesIn(normal: string): string[][] {
  const tokens = normal.split(/\s+/).map(trimmed);
  const pieces = tokens.flatMap((token) => token.split(/[^\p{L}\p{N}-]+|(?<=\p{L})(?=\d)/u));
  const announced = (list: string[]) => list.filter((_, i) => marker.test(list[i - 1] ?? ""));
  const withDigit = (list: string[]) => list.filter((each) => /\d/.test(each));
  const grouped = normal.match(/(?<![\p{L}\p{N}])\d+(?: \d+)+(?![\p{L}\p{N}])/gu) ?? [];
  return [
    [normal, trimmed(normal)],
    grouped.map((digits) => digits.replaceAll(" ", "")),
    announced(tokens),
    withDigit(tokens),
    announced(pieces),
    withDigit(pieces),
    pieces.flatMap((piece, i) => {
      const next = pieces[i + 1] ?? "";
      return /\d/.test(next) ? [`${piece}${next}`, `${piece}-${next}`] : [];
    }),
    tokens,
  ];
}

/** Without the punctuation around it; a `#` in front announces a number and goes too. */
const trimmed = (token: string): string =>
  token.replace(/^[^\p{L}\p{N}]+/u, "").replace(/[^\p{L}\p{N}]+$/u, "");
