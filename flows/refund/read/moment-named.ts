import {
  addDays,
  addMonths,
  daysInMonth,
  weekdayOf,
  type CivilDate,
} from "../../../src/core/calendar.ts";
import { nearest } from "./moment-date.ts";
import {
  anyFullMonth,
  anyWeekday,
  monthOf,
  says,
  weekdayNamed,
  type Found,
  type Scene,
} from "./moment-words.ts";

const dayWords: readonly [RegExp, number][] = [
  [/\b(?:avant[- ]?hier|i ?forr?gar|forrgar|(?:the )?day before yesterday)\b/g, -2],
  [/\b(?:apres[- ]?demain|i ?overmorgon|overmorgon|(?:the )?day after tomorrow)\b/g, 2],
  [/\b(?:hier|i ?gar|yesterday)\b/g, -1],
  [/\b(?:demain|i ?mor(?:gon|ron)|tomorrow|tmrw)\b/g, 1],
  [/\b(?:aujourd'? ?hui|tout a l'heure|today|i ?dag)\b/g, 0],
];

const justNow = /\b(?:nyss|nu|now|maintenant|a l'instant|a moment ago)\b/;

/** `hier`, `i tisdags`, `last week`, `en septembre`; several different days are `severalDates`. */
export function findNamed(text: string, scene: Scene): Found | "severalDates" | undefined {
  return (
    findDay(text, scene) ??
    findWeekday(text, scene) ??
    findPeriod(text, scene) ??
    findNow(text, scene)
  );
}

function findDay(text: string, { today }: Scene): Found | "severalDates" | undefined {
  let rest = text;
  const days = dayWords.flatMap(([pattern, offset]) => {
    const before = rest;
    rest = rest.replace(pattern, " ");
    return rest === before ? [] : [offset];
  });
  if (days.length > 1) return "severalDates";
  return days[0] === undefined ? undefined : whole(addDays(today, days[0]), rest);
}

const weekday = new RegExp(`\\b(?:${anyWeekday})\\b`, "g");
const week = /\b(?:semaine|veckan?|week)\b(?!-? ?end)/;

function findWeekday(text: string, scene: Scene): Found | "severalDates" | undefined {
  const wanted = new Set(text.match(weekday)?.map(weekdayNamed));
  const [day, another] = wanted;
  if (day === undefined) return undefined;
  if (another !== undefined) return "severalDates";

  const rest = text.replace(weekday, " ");
  const ahead = day - weekdayOf(scene.today);
  if (week.test(text)) return whole(addDays(scene.today, ahead + 7 * shiftOf(text)), rest);
  const isNext = says.next.test(text);
  const isLast = says.last.test(text);
  const forwards = isNext || (!isLast && scene.direction === "future");
  const days = forwards ? ahead + (ahead <= 0 ? 7 : 0) : ahead - (ahead >= 0 ? 7 : 0);
  const found = whole(addDays(scene.today, days), rest);
  // On a Tuesday, a bare "Tuesday" may be today.
  const isOpen = !isNext && !isLast && (ahead === 0 || scene.direction === "any");
  return isOpen ? { ...found, twoWays: true } : found;
}

const shiftOf = (text: string): number =>
  says.last.test(text) ? -1 : says.next.test(text) ? 1 : 0;

const weekend = /\b(?:week-? ?end|helg(?:en)?)\b/;
const month = /\b(?:mois|manad(?:en)?|month)\b/;
const yearWord = /\b(?:annee|aret|year|ar)\b/;
const lastYear = /\bi fjol\b/;
const yearNumber = /(?<![\d/.-])((?:19|20)\d{2})(?![\d/.-])/;
const monthName = new RegExp(`\\b(${anyFullMonth})\\b`);
/** "It may have" names no month. */
const verb = /(?<!\b(?:in|of|since|last|next|early|late|mid|during)[ -])\bmay\b(?!$| \d)/g;

function findPeriod(text: string, scene: Scene): Found | undefined {
  const { today } = scene;
  const shift = shiftOf(text);
  const name = monthName.exec(text.replace(verb, " "))?.[1];
  if (name) return namedMonth(monthOf(name), text, scene);

  const known = yearNumber.exec(text)?.[1];
  if (known) return years(Number(known), text);
  if (lastYear.test(text)) return years(today.year - 1, text);
  if (!says.last.test(text) && !says.next.test(text) && !says.this.test(text)) return undefined;

  const monday = addDays(today, 7 * shift - weekdayOf(today));
  if (weekend.test(text)) {
    // Until its Friday, "the weekend" that something happened in is the last one.
    const back = shift === 0 && scene.direction === "past" && weekdayOf(today) < 5 ? -7 : 0;
    return { span: { from: addDays(monday, 5 + back), to: addDays(monday, 6 + back) }, rest: text };
  }
  if (week.test(text)) return { span: { from: monday, to: addDays(monday, 6) }, rest: text };
  if (month.test(text)) return monthOn(addMonths({ ...today, day: 1 }, shift), text);
  return yearWord.test(text) ? years(today.year + shift, text) : undefined;
}

function namedMonth(number: number, text: string, scene: Scene): Found | undefined {
  const known = yearNumber.exec(text)?.[1];
  const thisMonth = { ...scene, today: { ...scene.today, day: 1 } };
  const candidates = [-1, 0, 1].map((step) => ({
    year: scene.today.year + step,
    month: number,
    day: 1,
  }));
  const first = known
    ? { year: Number(known), month: number, day: 1 }
    : nearest(candidates, thisMonth);
  return first && monthOn(first, text);
}

function monthOn({ year, month: number }: CivilDate, text: string): Found {
  const last = daysInMonth(year, number);
  const [from, to] = /\b(?:debut|borjan|early|beginning|start)\b/.test(text)
    ? [1, 10]
    : /\b(?:mi|mitten|mid|middle|milieu)\b/.test(text)
      ? [11, 20]
      : /\b(?:fin|slutet|late|end)\b/.test(text)
        ? [21, last]
        : [1, last];
  return {
    span: { from: { year, month: number, day: from }, to: { year, month: number, day: to } },
    rest: text,
  };
}

const years = (year: number, rest: string): Found => ({
  span: { from: { year, month: 1, day: 1 }, to: { year, month: 12, day: 31 } },
  rest,
});

/** A quarter of an hour is still "just now". */
function findNow(text: string, { now, direction }: Scene): Found | undefined {
  if (!justNow.test(text)) return undefined;
  const quarter = 900_000;
  return {
    span: {
      earliest: direction === "future" ? now : now - quarter,
      latest: direction === "future" ? now + quarter : now,
    },
    rest: text,
  };
}

const whole = (day: CivilDate, rest: string): Found => ({ span: { from: day, to: day }, rest });
