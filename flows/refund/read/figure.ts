import { findNumerals, isShare, scaled } from "./numerals.ts";
import { fold, longestAnswer, type Reading } from "./reading.ts";

const largest = 10_000_000_000;

const words = new Map(
  [
    "zero noll none nothing nobody nil aucun aucune rien personne inga ingen inget ingenting",
    "",
    "deux tva two",
    "trois tre three",
    "quatre fyra four",
    "cinq fem five",
    "six sex",
    "sept sju seven",
    "huit atta eight",
    "neuf nio nine",
    "dix tio ten",
    "onze elva eleven",
    "douze tolv twelve",
  ].flatMap((line, value) => line.split(" ").map((word) => [word, value] as const)),
);

/** These are articles too: a figure only by themselves, at the end, or before a multiplier. */
const one =
  /(?<![a-z])(?:une?|en|ett|one)(?=$|[ .!]*$| (?:seule?|fois|enda|gang|time|only|st|stycken?)[ .!]*$)/;

const thousands = new Map([
  ["mille", 1e3],
  ["tusen", 1e3],
  ["thousand", 1e3],
  ["million", 1e6],
  ["millions", 1e6],
  ["miljon", 1e6],
  ["miljoner", 1e6],
]);

/** Words whose neighbours must not be read without them, and words of not knowing: digits are asked for. */
const beyondWords =
  /(?<![a-z])(?:treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|septante|huitante|nonante|cents?|(?:diz|douz|quinz|vingt|cent)aines?|milliers?|demie?|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|dozens?|couple|half|trett?on|fjorton|femton|sexton|sjutton|arton|nitton|tjugo|trettio|fyrtio|femtio|sextio|sjuttio|attio|nittio|hundra|dussin|tiotals?|hundratals?|tusentals?|halvt?|idee|aning|idea|clue|sais pas|sait pas|vet (?:ej|inte)|know)(?![a-z])/;

/**
 * A whole number from 0 on, written in digits or, up to twelve, in words.
 * The same figure said twice is one figure.
 */
export function readFigure(text: string): Reading<number> {
  if (text.length > longestAnswer) return { fault: "tooLong", values: { max: longestAnswer } };
  const folded = fold(text);
  if (!folded) return { fault: "empty" };

  const numerals = findNumerals(folded);
  const rest = numerals.reduceRight(
    (left, { start, end }) => `${left.slice(0, start)} , ${left.slice(end)}`,
    folded,
  );
  if (numerals.some((each) => isShare(folded, each))) return { fault: "percentage" };
  if (beyondWords.test(rest)) return { fault: "noFigure" };

  const spelt = wordsIn(rest);
  const figures = [...numerals.map((each) => scaled(each)), ...spelt];
  if (figures.length === 0) return one.test(rest) ? { value: 1 } : { fault: "noFigure" };
  if (new Set(figures).size > 1) return { fault: "severalFigures" };
  if (numerals.some(({ negative }) => negative)) return { fault: "negative" };
  const [value] = figures;
  if (value === undefined) return { fault: "notWhole" };
  if (value > largest) return { fault: "tooLarge", values: { max: largest } };
  return numerals.some(({ twoWays }) => twoWays) ? { value, twoWays: true } : { value };
}

function wordsIn(rest: string): number[] {
  const found: number[] = [];
  const tokens = rest.split(/[^a-z]+/);
  tokens.forEach((token, i) => {
    const times = thousands.get(token);
    const value = words.get(token);
    const nothing = token === "no" && i < tokens.length - 1 && tokens[i + 1] !== "";
    if (times) found.push(times * (words.get(tokens[i - 1] ?? "") ?? 1));
    else if (nothing) found.push(0);
    else if (token && value !== undefined && !thousands.has(tokens[i + 1] ?? "")) found.push(value);
  });
  return found;
}
