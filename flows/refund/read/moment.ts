import {
  addDays,
  civilDate,
  dayMs,
  endOfDay,
  instantOf,
  minutesOfDay,
  startOfDay,
  weekdayOf,
} from "../../../src/core/calendar.ts";
import { findAgo } from "./moment-ago.ts";
import { findDate, hasAnotherDate, orderOf } from "./moment-date.ts";
import { findNamed } from "./moment-named.ts";
import { takeDottedTime, takeTime, type Timed } from "./moment-time.ts";
import {
  anyWeekday,
  weekdayNamed,
  type Direction,
  type Found,
  type Scene,
  type Span,
} from "./moment-words.ts";
import { fold, longestAnswer, type Reading } from "./reading.ts";

/** The interval that someone's words leave open, in ms since 1970, both ends included. */
export interface Moment {
  earliest: number;
  latest: number;
  saidAt: number;
}

const tenYearsMs = 3653 * dayMs;

/**
 * When something happened or is due, in the words of any of the languages.
 * What is missing is taken from `direction`: the latest 3 October that was, or
 * the next. With `past` nothing reaches beyond `now`, with `future` nothing
 * before it.
 */
export function readMoment(
  text: string,
  { now, timeZone, direction }: { now: number; timeZone: string; direction: Direction },
): Reading<Moment> {
  if (text.length > longestAnswer) return { fault: "tooLong", values: { max: longestAnswer } };
  const said = fold(text)
    .replaceAll("\n", " ")
    .replace(/\blast night\b/, "yesterday night");
  if (!said) return { fault: "empty" };

  const scene = { now, timeZone, direction, today: civilDate(now, timeZone) };
  const ago = findAgo(said, scene);
  let timed = takeTime(ago?.rest ?? said);
  if (!timed) return { fault: "noSuchTime" };

  let found: Found | undefined = ago;
  if (!found) {
    const date = findDate(timed.rest, scene);
    if (date === "noSuchDate") return { fault: date };
    if (date) timed = takeDottedTime({ ...timed, rest: date.rest });
    if (!timed) return { fault: "noSuchTime" };
    if (date && hasAnotherDate(timed.rest, date, scene)) return { fault: "severalDates" };
    const named = date ?? findNamed(timed.rest, scene);
    if (named === "severalDates") return { fault: named };
    found = date ? { ...date, ...doubted(date) } : (named ?? sameDay(timed, scene));
  }
  if (!found) return { fault: "noDate" };
  const moment = within(instants(found.span, timed, scene), scene);
  return "value" in moment && found.twoWays ? { ...moment, twoWays: true } : moment;
}

const weekday = new RegExp(`\\b(?:${anyWeekday})\\b`);

/** `lundi 3 octobre`, where the third is a Saturday. */
function doubted({ span, rest }: Found): { twoWays?: true } {
  const name = weekday.exec(rest)?.[0];
  return name && "from" in span && weekdayNamed(name) !== weekdayOf(span.from)
    ? { twoWays: true }
    : {};
}

/** A time without a date: today, or the nearest day on which it fits. */
function sameDay(
  { time, rest }: Timed,
  { now, timeZone, today, direction }: Scene,
): Found | undefined {
  if (!time) return undefined;
  const minutes = minutesOfDay(now, timeZone);
  let days = 0;
  if (direction === "past" && minutes < time.from) days = -1;
  if (direction === "future" && minutes >= time.to) days = 1;
  const day = addDays(today, days);
  return { span: { from: day, to: day }, rest };
}

function instants(
  span: Span,
  { time }: Timed,
  { timeZone }: Scene,
): { earliest: number; latest: number } {
  if ("latest" in span) return span;
  const isOneDay = orderOf(span.from) === orderOf(span.to);
  return time && isOneDay
    ? {
        earliest: instantOf(span.from, time.from, timeZone),
        latest: instantOf(span.from, time.to, timeZone) - 1,
      }
    : { earliest: startOfDay(span.from, timeZone), latest: endOfDay(span.to, timeZone) };
}

function within(
  { earliest, latest }: { earliest: number; latest: number },
  { now, direction }: Scene,
): Reading<Moment> {
  if (latest < now - tenYearsMs) return { fault: "tooLongAgo", values: { years: 10 } };
  if (earliest > now + tenYearsMs) return { fault: "tooFarAhead", values: { years: 10 } };
  if (direction === "past" && earliest > now) return { fault: "future" };
  if (direction === "future" && latest < now) return { fault: "past" };
  return {
    value: {
      earliest: direction === "future" ? Math.max(earliest, now) : earliest,
      latest: direction === "past" ? Math.min(latest, now) : latest,
      saidAt: now,
    },
  };
}
