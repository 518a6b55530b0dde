import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readMoment } from "../../../../flows/refund/read/moment.ts";

const timeZone = "Europe/Paris";
/** A Thursday. */
const now = Date.parse("2026-10-08T15:20:30+02:00");

const wall = new Intl.DateTimeFormat("sv-SE", {
  timeZone,
  dateStyle: "short",
  timeStyle: "medium",
});
const show = (at: number): string => wall.format(at);

/** `2026-10-03` is that whole day; a time gives the first and the last second. */
function spoken(text: string, direction: "past" | "future" | "any", saidAt = now): string {
  const reading = readMoment(text, { now: saidAt, timeZone, direction });
  if ("fault" in reading) return reading.fault;
  const { earliest, latest } = reading.value;
  const [from, to] = [show(earliest), show(latest)];
  const isDay = from.endsWith("00:00:00") && to.endsWith("23:59:59");
  const days =
    from.slice(0, 10) === to.slice(0, 10)
      ? from.slice(0, 10)
      : `${from.slice(0, 10)}…${to.slice(0, 10)}`;
  const isMinute = latest - earliest === 59_999;
  return (
    (isDay ? days : isMinute ? from.slice(0, 16) : `${from}…${to}`) + (reading.twoWays ? "?" : "")
  );
}

describe("a past moment", () => {
  test.each([
    ["3/10", "2026-10-03"],
    ["13/10", "2025-10-13"],
    ["10/13", "2025-10-13"],
    ["3/10/2026", "2026-10-03"],
    ["3/10 2026", "2026-10-03"],
    ["03.10.26", "2026-10-03"],
    ["2026-10-03", "2026-10-03"],
    ["20261003", "2026-10-03"],
    ["26-10-03", "2026-10-03"],
    ["261003", "2026-10-03"],
    ["3 oktober", "2026-10-03"],
    ["3okt", "2026-10-03"],
    ["le 3 oct. 26", "2026-10-03"],
    ["1er octobre", "2026-10-01"],
    ["October 3rd", "2026-10-03"],
    ["the 3rd of October", "2026-10-03"],
    ["24 dec", "2025-12-24"],
    ["29/2", "2024-02-29"],
    ["le 3", "2026-10-03"],
    ["le 31", "2026-08-31"],
    ["samedi 3 octobre 2026", "2026-10-03"],
    ["lundi 3 octobre", "2026-10-03?"],
  ])("%j is the day %s", (text, expected) => expect(spoken(text, "past")).toBe(expected));

  test.each([
    ["le 3 octobre à 14h30", "2026-10-03 14:30"],
    ["3 okt kl 14.30", "2026-10-03 14:30"],
    ["3 okt 14.30", "2026-10-03 14:30"],
    ["October 3rd 2pm", "2026-10-03 14:00"],
    ["Oct 3, 2026 at 2:30 p.m.", "2026-10-03 14:30"],
    ["le 03/10/2026 à 14:30:22", "2026-10-03 14:30"],
    ["2026-10-03T14:30", "2026-10-03 14:30"],
    ["14h le 3 octobre", "2026-10-03 14:00"],
    ["le 3 à 14h", "2026-10-03 14:00"],
    ["hier à midi", "2026-10-07 12:00"],
    ["hier soir à 8h", "2026-10-07 20:00"],
    ["2 heures du matin hier", "2026-10-07 02:00"],
    ["lundi dernier à 10 heures", "2026-10-05 10:00"],
    ["il y a 2 jours à 14h", "2026-10-06 14:00"],
    ["depuis 14h", "2026-10-08 14:00"],
    ["14:30", "2026-10-08 14:30"],
    ["16h", "2026-10-07 16:00"],
    ["hier vers 14h", "2026-10-07 13:30:00…2026-10-07 14:30:59"],
    ["för två dagar sedan vid 15-tiden", "2026-10-06 14:30:00…2026-10-06 15:30:59"],
  ])("%j is at %s", (text, expected) => expect(spoken(text, "past")).toBe(expected));

  test.each([
    ["hier", "2026-10-07"],
    ["mon colis, hier", "2026-10-07"],
    ["avant-hier", "2026-10-06"],
    ["Aujourd’hui", "2026-10-08 00:00:00…2026-10-08 15:20:30"],
    ["ce matin", "2026-10-08 04:00:00…2026-10-08 11:59:59"],
    ["hier soir", "2026-10-07 17:00:00…2026-10-07 23:59:59"],
    ["cette nuit", "2026-10-07 20:00:00…2026-10-08 07:59:59"],
    ["last night", "2026-10-07 20:00:00…2026-10-08 07:59:59"],
    ["i går", "2026-10-07"],
    ["igår", "2026-10-07"],
    ["i förrgår", "2026-10-06"],
    ["idag", "2026-10-08 00:00:00…2026-10-08 15:20:30"],
    ["i morse", "2026-10-08 04:00:00…2026-10-08 11:59:59"],
    ["yesterday", "2026-10-07"],
    ["the day before yesterday", "2026-10-06"],
    ["lundi", "2026-10-05"],
    ["i måndags", "2026-10-05"],
    ["sedan i tisdags", "2026-10-06"],
    ["last monday", "2026-10-05"],
    ["jeudi", "2026-10-01?"],
    ["jeudi dernier", "2026-10-01"],
    ["lundi de la semaine dernière", "2026-09-28"],
    ["nyss", "2026-10-08 15:05:30…2026-10-08 15:20:30"],
    ["à l'instant", "2026-10-08 15:05:30…2026-10-08 15:20:30"],
    ["just now", "2026-10-08 15:05:30…2026-10-08 15:20:30"],
  ])("%j is %s", (text, expected) => expect(spoken(text, "past")).toBe(expected));

  test.each([
    ["il y a 5 jours", "2026-10-03"],
    ["5 days ago", "2026-10-03"],
    ["depuis 3 jours", "2026-10-05"],
    ["3 dagar", "2026-10-05"],
    ["5j", "2026-10-03"],
    ["il y a 2 ou 3 jours", "2026-10-05…2026-10-06"],
    ["för ett par dagar sen", "2026-10-05…2026-10-06"],
    ["il y a quelques jours", "2026-10-02…2026-10-06"],
    ["il y a une semaine", "2026-09-28…2026-10-04"],
    ["för en vecka sedan", "2026-09-28…2026-10-04"],
    ["il y a un mois et demi", "2026-07-24…2026-09-23"],
    ["il y a deux heures", "2026-10-08 12:50:30…2026-10-08 13:50:30"],
    ["för 3 timmar sedan", "2026-10-08 11:50:30…2026-10-08 12:50:30"],
    ["il y a 14 heures", "2026-10-08 00:50:30…2026-10-08 01:50:30"],
    ["en och en halv timme sedan", "2026-10-08 13:20:30…2026-10-08 14:20:30"],
    ["an hour ago", "2026-10-08 13:50:30…2026-10-08 14:50:30"],
    ["il y a 10 minutes", "2026-10-08 15:08:00…2026-10-08 15:13:00"],
  ])("%j is %s", (text, expected) => expect(spoken(text, "past")).toBe(expected));

  test.each([
    ["en septembre", "2026-09-01…2026-09-30"],
    ["en novembre", "2025-11-01…2025-11-30"],
    ["may 2026", "2026-05-01…2026-05-31"],
    ["fin septembre", "2026-09-21…2026-09-30"],
    ["en octobre", "2026-10-01 00:00:00…2026-10-08 15:20:30"],
    ["förra veckan", "2026-09-28…2026-10-04"],
    ["la semaine dernière", "2026-09-28…2026-10-04"],
    ["last month", "2026-09-01…2026-09-30"],
    ["le week-end dernier", "2026-10-03…2026-10-04"],
    ["i helgen", "2026-10-03…2026-10-04"],
    ["i fjol", "2025-01-01…2025-12-31"],
    ["2024", "2024-01-01…2024-12-31"],
  ])("%j is %s", (text, expected) => expect(spoken(text, "past")).toBe(expected));

  test.each([
    ["", "empty"],
    ["bonjour", "noDate"],
    ["🙂", "noDate"],
    ["3", "noDate"],
    ["31/2", "noSuchDate"],
    ["31 février", "noSuchDate"],
    ["29/2/2026", "noSuchDate"],
    ["0/10", "noSuchDate"],
    ["13/13/2025", "noSuchDate"],
    ["hier à 25:00", "noSuchTime"],
    ["kl 14.75", "noSuchTime"],
    ["3/10 ou 4/10", "severalDates"],
    ["du 3 au 5 octobre", "severalDates"],
    ["3-5 oktober", "severalDates"],
    ["hier ou avant-hier", "severalDates"],
    ["lundi ou mardi", "severalDates"],
    ["demain", "future"],
    ["dans 3 jours", "future"],
    ["13/10/2026", "future"],
    ["lundi prochain", "future"],
    ["1990", "tooLongAgo"],
    ["il y a 11 ans", "tooLongAgo"],
    ["9999 years ago", "tooLongAgo"],
    ["x".repeat(100_000), "tooLong"],
  ])("%.40j is refused: %s", (text, fault) => expect(spoken(text, "past")).toBe(fault));
});

describe("a future moment", () => {
  test.each([
    ["demain", "2026-10-09"],
    ["après-demain", "2026-10-10"],
    ["demain 14h", "2026-10-09 14:00"],
    ["imorgon kl 14", "2026-10-09 14:00"],
    ["imorgon bitti", "2026-10-09 04:00:00…2026-10-09 11:59:59"],
    ["ce soir à 8h", "2026-10-08 20:00"],
    ["aujourd'hui", "2026-10-08 15:20:30…2026-10-08 23:59:59"],
    ["14h", "2026-10-09 14:00"],
    ["16h", "2026-10-08 16:00"],
    ["dans 6 heures", "2026-10-08 20:50:30…2026-10-08 21:50:30"],
    ["om 6 timmar", "2026-10-08 20:50:30…2026-10-08 21:50:30"],
    ["dans 2h", "2026-10-08 16:50:30…2026-10-08 17:50:30"],
    ["inom 24 timmar", "2026-10-08 15:20:30…2026-10-09 15:20:30"],
    ["in 2 days", "2026-10-10"],
    ["lundi", "2026-10-12"],
    ["samedi prochain à 10h", "2026-10-10 10:00"],
    ["nästa vecka", "2026-10-12…2026-10-18"],
    ["3/10", "2027-10-03"],
    ["12/10", "2026-10-12"],
    ["29 février", "2028-02-29"],
    ["en mars", "2027-03-01…2027-03-31"],
    ["hier", "past"],
    ["il y a 3 jours", "past"],
    ["2026-10-07", "past"],
    ["2060-01-01", "tooFarAhead"],
  ])("%j is %s", (text, expected) => expect(spoken(text, "future")).toBe(expected));
});

describe("a moment on either side", () => {
  test.each([
    ["3/10", "2026-10-03"],
    ["3/4", "2027-04-03"],
    ["12/10", "2026-10-12"],
    ["in 3 days", "2026-10-11"],
    ["3 days ago", "2026-10-05"],
    ["på måndag", "2026-10-12"],
    ["i måndags", "2026-10-05"],
    ["lundi", "2026-10-05?"],
    ["3 jours", "noDate"],
  ])("%j is %s", (text, expected) => expect(spoken(text, "any")).toBe(expected));
});

describe("a moment where the clock changes", () => {
  const summer = Date.parse("2026-10-26T09:00:00+01:00");
  it("takes the long day whole", () => {
    const reading = readMoment("hier", { now: summer, timeZone, direction: "past" });
    expect("value" in reading && reading.value.latest - reading.value.earliest + 1).toBe(
      25 * 3_600_000,
    );
  });
  it("takes the hour that comes twice as the first", () =>
    expect(readMoment("hier à 2h30", { now: summer, timeZone, direction: "past" })).toHaveProperty(
      "value.earliest",
      Date.parse("2026-10-25T02:30:00+02:00"),
    ));
  it("moves an hour that never was behind the gap", () =>
    expect(readMoment("29/3/2026 2h30", { now, timeZone, direction: "past" })).toHaveProperty(
      "value.earliest",
      Date.parse("2026-03-29T03:30:00+02:00"),
    ));
});

it("reads every day of the last years that a browser writes", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: now - 9 * 365 * 86_400_000, max: now }),
      fc.constantFrom("fr-FR", "sv-SE", "en-GB", "en-US"),
      fc.constantFrom("full", "long", "medium"),
      (at, language, dateStyle) => {
        const text = new Intl.DateTimeFormat(language, {
          timeZone,
          dateStyle,
          timeStyle: "short",
        }).format(at);
        const reading = readMoment(text, { now, timeZone, direction: "past" });
        expect("value" in reading ? show(reading.value.earliest).slice(0, 16) : text).toBe(
          show(at).slice(0, 16),
        );
      },
    ),
  ));

it("never reaches across what the direction forbids", () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          "3",
          "/",
          "10",
          " ",
          "hier",
          "demain",
          "lundi",
          "il y a",
          "om",
          "jours",
          "14h",
          "ce soir",
          "mars",
        ),
      ),
      fc.constantFrom("past" as const, "future" as const),
      (words, direction) => {
        const reading = readMoment(words.join(" "), { now, timeZone, direction });
        if (!("value" in reading)) return;
        expect(reading.value.earliest).toBeLessThanOrEqual(reading.value.latest);
        if (direction === "past") expect(reading.value.latest).toBeLessThanOrEqual(now);
        else expect(reading.value.earliest).toBeGreaterThanOrEqual(now);
      },
    ),
  ));
