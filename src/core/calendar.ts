/** A day on the wall calendar, wherever the wall is. `month` counts from 1. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

/** When a shop answers: for each weekday from Monday, its openings in order. Never wholly closed. */
export type BusinessHours = readonly (readonly Opening[])[];

/** Minutes since midnight; `to` is 1440 at the latest. */
export interface Opening {
  from: number;
  to: number;
}

export const dayMs = 86_400_000;

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const minutesPerDay = 1440;

/** Building one takes a hundred times longer than using it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** No zone changes its offset within one, and formatting a date is slow. */
const quarterMs = 15 * 60_000;
const mostOffsets = 10_000;
const offsets = new Map<string, Map<number, number>>();

/** By how much a wall clock is ahead of UTC. */
function offsetMs(at: number, timeZone: string): number {
  let ofZone = offsets.get(timeZone);
  if (!ofZone) offsets.set(timeZone, (ofZone = new Map()));
  const quarter = Math.floor(at / quarterMs);
  const known = ofZone.get(quarter);
  if (known !== undefined) return known;
  if (ofZone.size >= mostOffsets) ofZone.clear();
  const from = quarter * quarterMs;
  const offset = formattedMs(from, timeZone) - from;
  ofZone.set(quarter, offset);
  return offset;
}

/** What a wall clock shows, as if it hung in UTC. Whole seconds. */
const wallMs = (at: number, timeZone: string): number =>
  Math.floor(at / 1000) * 1000 + offsetMs(at, timeZone);

function formattedMs(at: number, timeZone: string): number {
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = clockOf(timeZone)
    .format(at)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const utcMs = (date: CivilDate, minutes = 0): number =>
  Date.UTC(date.year, date.month - 1, date.day) + minutes * 60_000;

function dateOf(utc: number): CivilDate {
  const date = new Date(utc);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Whether the clock can be had for this name, such as `Europe/Paris`. */
export function isTimeZone(timeZone: string): boolean {
  try {
    clockOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** The day that a calendar in this zone shows at an instant. */
export const civilDate = (at: number, timeZone: string): CivilDate => dateOf(wallMs(at, timeZone));

/** The minutes since midnight that a clock in this zone shows at an instant. */
export const minutesOfDay = (at: number, timeZone: string): number =>
  Math.floor((wallMs(at, timeZone) % dayMs) / 60_000);

/**
 * The instant at which a clock in this zone shows that date and time. A time
 * that comes twice (autumn) is the first one; one that never comes (spring) is
 * as much later as the clock is put forward.
 */
export function instantOf(date: CivilDate, minutes: number, timeZone: string): number {
  const wall = utcMs(date, minutes);
  const before = wall - offsetMs(wall - dayMs, timeZone);
  if (wallMs(before, timeZone) === wall) return before;
  const after = wall - offsetMs(wall + dayMs, timeZone);
  return wallMs(after, timeZone) === wall ? after : before;
}

/** The first millisecond of the day. */
export const startOfDay = (date: CivilDate, timeZone: string): number =>
  instantOf(date, 0, timeZone);

/** The last millisecond of the day. */
export const endOfDay = (date: CivilDate, timeZone: string): number =>
  startOfDay(addDays(date, 1), timeZone) - 1;

export const addDays = (date: CivilDate, days: number): CivilDate =>
  dateOf(utcMs(date) + days * dayMs);

/** The same day of another month, or that month's last day where it is shorter. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  const { year, month } = dateOf(utcMs({ year: date.year, month: date.month + months, day: 1 }));
  return { year, month, day: Math.min(date.day, daysInMonth(year, month)) };
}

export const daysInMonth = (year: number, month: number): number =>
  dateOf(utcMs({ year, month: month + 1, day: 0 })).day;

/** Whether there is such a day: no 31 February. */
export const isDate = ({ year, month, day }: CivilDate): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

/** 0 is Monday. */
export const weekdayOf = (date: CivilDate): number => (new Date(utcMs(date)).getUTCDay() + 6) % 7;

/** How many times midnight passes between two instants; negative backwards. */
export const daysBetween = (fromMs: number, toMs: number, timeZone: string): number =>
  (utcMs(civilDate(toMs, timeZone)) - utcMs(civilDate(fromMs, timeZone))) / dayMs;

/**
 * Reads a setting such as `mon-thu 09:00-17:00, fri 09:00-15:00` or `always`.
 * A day may be named again for its afternoon. Undefined when malformed, when
 * openings overlap, or when there are none.
 */
export function parseBusinessHours(text: string): BusinessHours | undefined {
  const week: Opening[][] = weekdays.map(() => []);
  const wanted = text.trim().toLowerCase();
  for (const part of (wanted === "always" ? "mon-sun 00:00-24:00" : wanted).split(",")) {
    const match =
      /^\s*([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*$/.exec(part);
    if (!match) return undefined;
    const [, first = "", last = first, ...times] = match;
    const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = times.map(Number);
    const opening = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
    const [start, end] = [weekdays.indexOf(first), weekdays.indexOf(last)];
    if (start < 0 || end < 0 || fromMinute > 59 || toMinute > 59) return undefined;
    if (opening.from >= opening.to || opening.to > minutesPerDay) return undefined;
    for (let step = 0; step <= (end - start + 7) % 7; step++)
      week[(start + step) % 7]?.push(opening);
  }
  const days = week.map((day) => day.toSorted((a, b) => a.from - b.from));
  const overlap = days.some((day) =>
    day.some((opening, i) => opening.from < (day[i - 1]?.to ?? 0)),
  );
  return overlap ? undefined : days;
}

/** The first moment from `at` on in which the shop is open: `at` itself if it is open now. */
export function nextOpening(at: number, hours: BusinessHours, timeZone: string): number {
  const today = civilDate(at, timeZone);
  // Two weeks, not one: a clock put forward can swallow a whole opening.
  for (let ahead = 0; ahead <= 14; ahead++) {
    const date = addDays(today, ahead);
    for (const { from, to } of openingsOn(date, hours)) {
      const [opens, closes] = [instantOf(date, from, timeZone), instantOf(date, to, timeZone)];
      if (opens < closes && at < closes) return Math.max(at, opens);
    }
  }
  throw new RangeError("business hours without an opening");
}

/**
 * When a customer who writes at `at` can expect an answer by: the closing time
 * of the business day after the one in which the message is first seen.
 */
export function answerDueAt(at: number, hours: BusinessHours, timeZone: string): number {
  const seen = civilDate(nextOpening(at, hours, timeZone), timeZone);
  const answered = civilDate(
    nextOpening(startOfDay(addDays(seen, 1), timeZone), hours, timeZone),
    timeZone,
  );
  return instantOf(answered, openingsOn(answered, hours).at(-1)?.to ?? minutesPerDay, timeZone);
}

const openingsOn = (date: CivilDate, hours: BusinessHours): readonly Opening[] =>
  hours[weekdayOf(date)] ?? [];

/** How many days ahead an opening is looked for; more than any target takes. */
const mostDays = 20_000;

const openInstants = new WeakMap<
  BusinessHours,
  Map<string, Map<number, readonly [number, number][]>>
>();

/** The openings as instants, in order, of the day that begins there in UTC. Kept for a while, as zones are slow to reckon in. */
function openingsReader(hours: BusinessHours, timeZone: string) {
  const zones = openInstants.get(hours) ?? new Map<string, Map<number, [number, number][]>>();
  openInstants.set(hours, zones);
  const known = zones.get(timeZone);
  const days = known && known.size < 2000 ? known : new Map<number, [number, number][]>();
  zones.set(timeZone, days);
  return (day: number): readonly [number, number][] => {
    const kept = days.get(day);
    if (kept) return kept;
    const date = dateOf(day);
    const instants = openingsOn(date, hours).map(({ from, to }): [number, number] => [
      instantOf(date, from, timeZone),
      instantOf(date, to, timeZone),
    ]);
    days.set(day, instants);
    return instants;
  };
}

/**
 * When the shop will have been open for so long since `at`, for each of the
 * spans; in its next opening where that is nothing.
 */
export function afterOpenTimes(
  at: number,
  spansMs: readonly number[],
  hours: BusinessHours,
  timeZone: string,
): number[] {
  const openingsOf = openingsReader(hours, timeZone);
  const ends: (number | undefined)[] = spansMs.map(() => undefined);
  let open = ends.length;
  let passed = 0;
  let day = utcMs(civilDate(at, timeZone));
  for (let ahead = 0; ahead <= mostDays && open > 0; ahead++, day += dayMs) {
    for (const [opens, closes] of openingsOf(day)) {
      const from = Math.max(at, opens);
      if (from >= closes) continue;
      for (const [index, span] of spansMs.entries()) {
        const left = Math.max(0, span) - passed;
        if (ends[index] !== undefined || left > closes - from) continue;
        ends[index] = from + left;
        open--;
      }
      passed += closes - from;
    }
  }
  return ends.map((end) => {
    if (end === undefined) throw new RangeError("business hours without an opening");
    return end;
  });
}

/** For how long the shop was open between two instants. */
export function openTimeBetween(
  fromMs: number,
  toMs: number,
  hours: BusinessHours,
  timeZone: string,
): number {
  const openingsOf = openingsReader(hours, timeZone);
  const last = Math.min(utcMs(civilDate(toMs, timeZone)), fromMs + mostDays * dayMs);
  let sum = 0;
  for (let day = utcMs(civilDate(fromMs, timeZone)); day <= last; day += dayMs)
    for (const [opens, closes] of openingsOf(day))
      sum += Math.max(0, Math.min(closes, toMs) - Math.max(opens, fromMs));
  return sum;
}
