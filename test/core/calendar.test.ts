import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  addDays,
  addMonths,
  afterOpenTimes,
  answerDueAt,
  civilDate,
  daysBetween,
  daysInMonth,
  endOfDay,
  instantOf,
  isDate,
  isTimeZone,
  minutesOfDay,
  nextOpening,
  openTimeBetween,
  parseBusinessHours,
  startOfDay,
  weekdayOf,
  type BusinessHours,
} from "../../src/core/calendar.ts";

const paris = "Europe/Paris";
const hourMs = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const day = (iso: string) => {
  const [year = 0, month = 0, date = 0] = iso.split("-").map(Number);
  return { year, month, day: date };
};
const zones = fc.constantFrom(
  paris,
  "Europe/Stockholm",
  "America/New_York",
  "Asia/Kolkata",
  "Pacific/Auckland",
  "UTC",
);
const instants = fc.integer({ min: at("1995-01-01T00:00Z"), max: at("2060-01-01T00:00Z") });

function hoursOf(text: string): BusinessHours {
  const hours = parseBusinessHours(text);
  if (!hours) throw new Error(`malformed: ${text}`);
  return hours;
}

describe("civil days", () => {
  test.each([
    ["2026-10-03T21:59:59Z", paris, "2026-10-03"],
    ["2026-10-03T22:00:00Z", paris, "2026-10-04"],
    ["2026-01-01T04:59:59Z", "America/New_York", "2025-12-31"],
    ["2026-12-31T23:00:00Z", "Europe/Stockholm", "2027-01-01"],
  ])("%s in %s is %s", (instant, zone, date) =>
    expect(civilDate(at(instant), zone)).toEqual(day(date)),
  );

  test.each([
    ["2026-03-29", 23],
    ["2026-10-25", 25],
    ["2026-10-03", 24],
  ])("%s lasts %i hours in Paris", (date, hours) => {
    expect(endOfDay(day(date), paris) + 1 - startOfDay(day(date), paris)).toBe(hours * hourMs);
  });

  it("starts a day whose midnight is skipped when its clock starts", () =>
    expect(startOfDay(day("2018-11-04"), "America/Sao_Paulo")).toBe(at("2018-11-04T03:00Z")));

  it("contains every instant in the day that it shows", () =>
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const date = civilDate(instant, zone);
        return startOfDay(date, zone) <= instant && instant <= endOfDay(date, zone);
      }),
    ));

  it("adds days and takes them away again", () =>
    fc.assert(
      fc.property(instants, fc.integer({ min: -5000, max: 5000 }), (instant, days) => {
        const date = civilDate(instant, "UTC");
        expect(addDays(addDays(date, days), -days)).toEqual(date);
      }),
    ));

  test.each([
    ["2026-01-31", 1, "2026-02-28"],
    ["2024-01-31", 1, "2024-02-29"],
    ["2026-01-15", -1, "2025-12-15"],
    ["2026-03-31", -13, "2025-02-28"],
  ])("%s and %i months is %s", (from, months, to) =>
    expect(addMonths(day(from), months)).toEqual(day(to)),
  );

  it("knows which days exist", () => {
    expect(["2026-02-28", "2024-02-29", "2026-12-31"].every((date) => isDate(day(date)))).toBe(
      true,
    );
    expect(
      ["2026-02-29", "2026-04-31", "2026-00-01", "2026-13-01", "2026-01-00"].some((date) =>
        isDate(day(date)),
      ),
    ).toBe(false);
    expect(daysInMonth(2100, 2)).toBe(28);
  });

  it("counts the week from Monday", () =>
    expect([weekdayOf(day("2026-10-05")), weekdayOf(day("2026-10-11"))]).toEqual([0, 6]));
});

describe("days between two instants", () => {
  test.each([
    ["2026-10-03T23:59:59+02:00", "2026-10-04T00:00:00+02:00", 1],
    ["2026-10-03T00:00:00+02:00", "2026-10-03T23:59:59+02:00", 0],
    ["2026-03-28T12:00:00+01:00", "2026-03-30T00:00:00+02:00", 2],
    ["2026-10-24T23:00:00+02:00", "2026-10-26T01:00:00+01:00", 2],
    ["2026-10-04T12:00:00+02:00", "2026-10-03T12:00:00+02:00", -1],
  ])("%s to %s is %i", (from, to, days) => expect(daysBetween(at(from), at(to), paris)).toBe(days));
});

describe("an instant from date and time", () => {
  test.each([
    ["2026-10-03", 14 * 60 + 30, "2026-10-03T14:30:00+02:00"],
    ["2026-12-03", 0, "2026-12-03T00:00:00+01:00"],
    ["2026-10-03", 1440, "2026-10-04T00:00:00+02:00"],
    ["2026-03-29", 150, "2026-03-29T03:30:00+02:00"],
    ["2026-10-25", 150, "2026-10-25T02:30:00+02:00"],
  ])("%s and %i minutes is %s in Paris", (date, minutes, instant) =>
    expect(instantOf(day(date), minutes, paris)).toBe(at(instant)),
  );

  it("shows that time again, but for the hour that spring skips", () =>
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const again = instantOf(civilDate(instant, zone), minutesOfDay(instant, zone), zone);
        expect(minutesOfDay(again, zone)).toBe(minutesOfDay(instant, zone));
      }),
    ));
});

describe("business hours", () => {
  it("reads weekdays with a shorter Friday", () => {
    const hours = hoursOf("mon-thu 09:00-17:00, fri 9:00-15:00");
    expect(hours.map((openings) => openings.at(0)?.to ?? 0)).toEqual([
      1020, 1020, 1020, 1020, 900, 0, 0,
    ]);
  });

  it("reads a day named twice as two openings in order", () =>
    expect(hoursOf("mon 14:00-18:00, Mon 09:00-12:00")[0]).toEqual([
      { from: 540, to: 720 },
      { from: 840, to: 1080 },
    ]));

  it("reads a range over the weekend", () =>
    expect(hoursOf("sat-mon 10:00-12:00").map((openings) => openings.length)).toEqual([
      1, 0, 0, 0, 0, 1, 1,
    ]));

  test.each([
    "",
    "mon",
    "mon-fri",
    "mon-fri 9-17",
    "mun 09:00-17:00",
    "mon 17:00-09:00",
    "mon 09:00-24:01",
    "mon 09:60-12:00",
    "mon 09:00-12:00,",
    "mon 09:00-12:00, mon 11:00-13:00",
    "always, mon 09:00-12:00",
  ])("refuses %j", (text) => expect(parseBusinessHours(text)).toBeUndefined());

  test.each([
    ["mon-fri 09:00-17:00", "2026-10-08T10:00:00+02:00", "2026-10-08T10:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-08T08:59:59+02:00", "2026-10-08T09:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-08T17:00:00+02:00", "2026-10-09T09:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-23T18:00:00+02:00", "2026-10-26T09:00:00+01:00"],
    ["mon 09:00-12:00, mon 14:00-18:00", "2026-10-05T12:30:00+02:00", "2026-10-05T14:00:00+02:00"],
    ["mon 09:00-12:00", "2026-10-05T12:00:00+02:00", "2026-10-12T09:00:00+02:00"],
    ["sun 02:00-03:00", "2026-03-23T12:00:00+01:00", "2026-04-05T02:00:00+02:00"],
    ["always", "2026-10-04T03:00:00+02:00", "2026-10-04T03:00:00+02:00"],
  ])("with %s opens from %s at %s", (hours, instant, opens) =>
    expect(nextOpening(at(instant), hoursOf(hours), paris)).toBe(at(opens)),
  );

  test.each([
    ["mon-fri 09:00-17:00", "2026-10-05T10:00:00+02:00", "2026-10-06T17:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-05T18:00:00+02:00", "2026-10-07T17:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-09T10:00:00+02:00", "2026-10-12T17:00:00+02:00"],
    [
      "mon-thu 09:00-17:00, fri 09:00-15:00",
      "2026-10-08T10:00:00+02:00",
      "2026-10-09T15:00:00+02:00",
    ],
    ["mon-fri 09:00-17:00", "2026-10-24T10:00:00+02:00", "2026-10-27T17:00:00+01:00"],
    ["always", "2026-10-03T10:00:00+02:00", "2026-10-05T00:00:00+02:00"],
  ])("with %s answers %s by %s", (hours, instant, due) =>
    expect(answerDueAt(at(instant), hoursOf(hours), paris)).toBe(at(due)),
  );

  it("never opens before it is asked, and is open when it opens", () =>
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const hours = hoursOf("mon-fri 09:00-12:00, tue 13:00-24:00, sun 01:30-03:00");
        const opens = nextOpening(instant, hours, zone);
        expect(opens).toBeGreaterThanOrEqual(instant);
        expect(nextOpening(opens, hours, zone)).toBe(opens);
        expect(answerDueAt(instant, hours, zone)).toBeGreaterThan(opens);
      }),
    ));
});

describe("open time", () => {
  test.each([
    ["mon-fri 09:00-17:00", "2026-10-05T10:00:00+02:00", 2, "2026-10-05T12:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-05T10:00:00+02:00", 7, "2026-10-05T17:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-09T16:00:00+02:00", 2, "2026-10-12T10:00:00+02:00"],
    ["mon-fri 09:00-17:00", "2026-10-10T12:00:00+02:00", 0, "2026-10-12T09:00:00+02:00"],
    [
      "mon 09:00-12:00, mon 14:00-18:00",
      "2026-10-05T11:00:00+02:00",
      2,
      "2026-10-05T15:00:00+02:00",
    ],
    ["always", "2026-10-24T12:00:00+02:00", 24, "2026-10-25T11:00:00+01:00"],
    ["sun 01:00-04:00", "2026-03-29T00:00:00+01:00", 3, "2026-04-05T02:00:00+02:00"],
  ])("with %s, from %s on %i hours are over at %s", (hours, from, count, end) => {
    const open = hoursOf(hours);
    expect(afterOpenTimes(at(from), [count * hourMs], open, paris)).toEqual([at(end)]);
    expect(openTimeBetween(at(from), at(end), open, paris)).toBe(count * hourMs);
  });

  const spans = fc.array(fc.integer({ min: 0, max: 200 * hourMs }), { minLength: 1, maxLength: 4 });

  it("passed until it is over is as much as was asked for, in every zone", () =>
    fc.assert(
      fc.property(instants, zones, spans, (from, zone, many) => {
        const hours = hoursOf("mon-fri 09:00-12:00, tue 13:00-24:00, sun 01:30-03:00");
        const ends = afterOpenTimes(from, many, hours, zone);
        expect(Math.min(...ends)).toBeGreaterThanOrEqual(from);
        expect(ends.map((end) => openTimeBetween(from, end, hours, zone))).toEqual(many);
      }),
    ));

  it("backwards is none", () =>
    expect(
      openTimeBetween(at("2026-10-06T10:00Z"), at("2026-10-05T10:00Z"), hoursOf("always"), paris),
    ).toBe(0));
});

it("tells time zones from other words", () => {
  expect(isTimeZone("Europe/Stockholm")).toBe(true);
  expect(isTimeZone("Europe/Atlantis")).toBe(false);
});
