import { isDate, type CivilDate } from "../../../src/core/calendar.ts";
import { anyMonth, anyWeekday, monthOf, type Found, type Scene } from "./moment-words.ts";

type Written = { day: number; month: number | undefined; year: number | undefined };

/** A year that isn't the hour of a time that follows the date. */
const year = "(?<year>\\d{4}|'?\\d{2})(?![\\d.:h])";
const ordinal = " ?(?:er|e|eme|:e|:a|st|nd|rd|th)?";

const named = [
  new RegExp(
    `(?<!\\d)(?<day>\\d{1,2})${ordinal}\\.? ?(?:de |of |den )?(?<month>${anyMonth})\\b\\.?(?:,? ?(?:de |of )?${year})?`,
  ),
  new RegExp(
    `\\b(?<month>${anyMonth})\\.? ?(?:the |le )?(?<day>\\d{1,2})(?![\\d.:h])${ordinal}\\b(?:,? ${year})?`,
  ),
];
const yearFirst = [
  /(?<!\d)(?<year>\d{4}) ?([-/. ]) ?(?<month>\d{1,2}) ?\2 ?(?<day>\d{1,2})(?!\d)/,
  /(?<!\d)(?<year>(?:19|20)\d{2})(?<month>\d{2})(?<day>\d{2})(?!\d)/,
  /(?<!\d)(?<year>\d{2})(?<month>0[1-9]|1[0-2])(?<day>\d{2})(?!\d)/,
];
const dayFirst = [
  /(?<!\d)(?<day>\d{1,2}) ?[-/.] ?(?<month>\d{1,2})(?: ?[-/.] ?(?<year>\d{4}|\d{2})(?![\d.:h])| (?<late>\d{4})(?!\d))?(?![\d%])/,
  /(?<!\d)(?<day>\d{1,2}) (?<month>\d{1,2}) (?<year>20\d{2})(?!\d)/,
];
const dayOnly = [
  new RegExp(
    `\\b(?:le|den|the|${anyWeekday}) (?<day>\\d{1,2})${ordinal}(?![\\d.,:/%-]|[a-z])(?! ?h)`,
  ),
  /(?<!\d)(?<day>\d{1,2})(?:er|:e|:a|st|nd|rd|th)\b/,
];

/** A date written out, with or without its year; one that doesn't exist is `noSuchDate`. */
export function findDate(text: string, scene: Scene): Found | "noSuchDate" | undefined {
  for (const pattern of [
    ...yearFirst.slice(0, 2),
    ...named,
    ...dayFirst,
    ...yearFirst.slice(2),
    ...dayOnly,
  ]) {
    const match = pattern.exec(text);
    if (!match) continue;
    const { day = "", month, year: early, late = early } = match.groups ?? {};
    const written = {
      day: Number(day),
      month: month === undefined ? undefined : monthOf(month) || Number(month),
      year: late === undefined ? undefined : fullYear(late),
    };
    const date = dateOf(dayFirst.includes(pattern) ? swapped(written, scene) : written, scene);
    if (!date) return "noSuchDate";
    const rest = `${text.slice(0, match.index)} | ${text.slice(match.index + match[0].length)}`;
    return { span: { from: date, to: date }, rest };
  }
  return undefined;
}

function fullYear(digits: string): number {
  const number = Number(digits.replace("'", ""));
  return number < 100 ? 2000 + number : number;
}

/** `10/13` can only be October 13th; `26-10-03` is a Swede's year, month, day. */
function swapped(written: Written, { today }: Scene): Written {
  const { day, month = 0, year: wholeYear } = written;
  if (month > 12 && day <= 12) return { ...written, day: month, month: day };
  if (wholeYear === undefined || Math.abs(wholeYear - today.year) <= 10) return written;
  const turned = { day: wholeYear - 2000, month, year: 2000 + day };
  return isDate(turned) && Math.abs(turned.year - today.year) <= 10 ? turned : written;
}

/** With what is missing filled in: the nearest such day in the scene's direction. */
function dateOf({ day, month, year: known }: Written, scene: Scene): CivilDate | undefined {
  const { today } = scene;
  if (month !== undefined && known !== undefined) return only({ day, month, year: known });
  // Eight years on either side: 29 February can be that far away.
  const candidates =
    month === undefined
      ? Array.from({ length: 25 }, (_, i) => ({
          year: today.year - 1 + Math.floor(i / 12),
          month: (i % 12) + 1,
          day,
        }))
      : Array.from({ length: 17 }, (_, i) => ({ year: today.year - 8 + i, month, day }));
  return nearest(candidates.filter(isDate), scene);
}

const only = (date: CivilDate): CivilDate | undefined => (isDate(date) ? date : undefined);

export const orderOf = ({ year: y, month, day }: CivilDate): number => y * 372 + month * 31 + day;

/** The latest candidate up to today, the earliest from today on, or the closest; candidates are in order. */
export function nearest(
  candidates: readonly CivilDate[],
  { today, direction }: Scene,
): CivilDate | undefined {
  const distance = (date: CivilDate): number => orderOf(date) - orderOf(today);
  const before = candidates.findLast((date) => distance(date) <= 0);
  const after = candidates.find((date) => distance(date) >= 0);
  if (direction === "past") return before ?? after;
  if (direction === "future") return after ?? before;
  if (!before || !after) return before ?? after;
  return -distance(before) <= distance(after) ? before : after;
}

const leftover =
  /\b\d{1,2}(?:er|:e|st|nd|rd|th)? ?(?:-|au|a|to|till|et|och|and|ou|eller|or|&)(?: le| den| the)? *\|/;

/** Whether the text has another day than the one found: `du 3 au 5 octobre`. */
export function hasAnotherDate(rest: string, found: Found, scene: Scene): boolean {
  const other = findDate(rest, scene);
  if (other === "noSuchDate" || leftover.test(rest)) return true;
  if (!other || !("from" in other.span) || !("from" in found.span)) return false;
  return orderOf(other.span.from) !== orderOf(found.span.from);
}
