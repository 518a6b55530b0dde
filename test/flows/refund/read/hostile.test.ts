import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEmail } from "../../../../flows/refund/read/email.ts";
import { readFigure } from "../../../../flows/refund/read/figure.ts";
import { readFreeText } from "../../../../flows/refund/read/free-text.ts";
import { readLinks } from "../../../../flows/refund/read/links.ts";
import { readMoment } from "../../../../flows/refund/read/moment.ts";
import { readMoney } from "../../../../flows/refund/read/money.ts";
import { readOrderNumber } from "../../../../flows/refund/read/order-number.ts";

const scene = { now: Date.parse("2026-10-08T15:20:30+02:00"), timeZone: "Europe/Paris" };
const readers: [string, (text: string) => unknown][] = [
  ["figure", readFigure],
  ["sum", (text) => readMoney(text, "SEK")],
  ["past moment", (text) => readMoment(text, { ...scene, direction: "past" })],
  ["future moment", (text) => readMoment(text, { ...scene, direction: "future" })],
  ["moment", (text) => readMoment(text, { ...scene, direction: "any" })],
  ["order number", (text) => readOrderNumber(text, /[A-Z]{0,3}\d{5}/)],
  ["links", readLinks],
  ["e-mail", readEmail],
  ["free text", (text) => readFreeText(text, { min: 3, max: 2000 })],
];

const bits = [
  "1aé .,:'-/@#|€%\n\t\0\u200b\u200d\u202e\u0301\ud83dﷺ".split(""),
  [
    "il y a ",
    "2 ou ",
    "environ ",
    "3/10 ",
    "31/2",
    "14h",
    "99:99",
    "3 okt ",
    "may ",
    "i ",
    "kr",
    "k",
    "12 345",
  ],
  [
    "https://",
    "a@",
    "a.",
    "une ",
    "9999 ans",
    "en ",
    "demain ",
    "lundi ",
    "👩‍💻",
    "1,000 ",
    "mille ",
  ],
].flat();

describe.each(readers)("the reader of a %s", (_, read) => {
  it("takes any text without throwing", () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(fc.constantFrom(...bits)).map((list) => list.join("")),
        ),
        (text) => {
          const reading = read(text) as object;
          expect("value" in reading || "fault" in reading).toBe(true);
        },
      ),
      { numRuns: 400 },
    ));

  it("takes long repetitions of anything", () => {
    for (const bit of bits) {
      for (const length of [2000, 100_000]) read(bit.repeat(length / bit.length));
    }
  });
});
