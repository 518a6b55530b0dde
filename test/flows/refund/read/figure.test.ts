import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readFigure } from "../../../../flows/refund/read/figure.ts";

describe("a figure", () => {
  test.each([
    ["12 345", 12345],
    ["12\u202f345", 12345],
    ["12\u00a0345", 12345],
    ["12'345", 12345],
    ["12’345", 12345],
    ["1.234.567", 1234567],
    ["1,234,567", 1234567],
    ["1,000", 1000],
    ["12,345", 12345],
    ["12k", 12000],
    ["12 K followers", 12000],
    ["1,5k", 1500],
    ["12 tusen", 12000],
    ["12 mille", 12000],
    ["1,2 M", 1200000],
    ["2 millions d'abonnés", 2000000],
    ["2 miljoner", 2000000],
    ["en miljon", 1000000],
    ["deux mille", 2000],
    ["5 hundra", 500],
    ["environ 12 345 abonnés", 12345],
    ["CA 500 ST", 500],
    ["~500", 500],
    ["500+", 500],
    ["12,00", 12],
    ["500, oui 500", 500],
    ["１２", 12],
    ["5\uFE0F\u20E3", 5],
    ["\u202e500\u202c", 500],
    ["zéro", 0],
    ["aucun", 0],
    ["inga", 0],
    ["None.", 0],
    ["no followers", 0],
    ["0", 0],
    ["un", 1],
    ["bara en", 1],
    ["två", 2],
    ["sept", 7],
    ["tolv", 12],
    ["il en reste 40", 40],
  ])("%j is %i", (text, value) => expect(readFigure(text)).toEqual({ value }));

  test.each([
    ["12.345", 12345],
    ["1.250k", 1250],
    ["1,250k", 1250],
  ])("%j is %i, or else", (text, value) =>
    expect(readFigure(text)).toEqual({ value, twoWays: true }),
  );

  test.each([
    ["", "empty"],
    [" \u200b\u202e ", "empty"],
    ["🙂", "noFigure"],
    ["beaucoup", "noFigure"],
    ["un peu", "noFigure"],
    ["ingen aning", "noFigure"],
    ["aucune idée", "noFigure"],
    ["vingt-deux", "noFigure"],
    ["tjugo två", "noFigure"],
    ["une dizaine", "noFigure"],
    ["deux cents", "noFigure"],
    ["2 millions et demi", "noFigure"],
    ["12,34", "notWhole"],
    ["0.500", "notWhole"],
    ["1,2345k", "notWhole"],
    ["-5", "negative"],
    ["−5", "negative"],
    ["moins 5", "negative"],
    ["entre 100 et 200", "severalFigures"],
    ["100-200", "severalFigures"],
    ["100 – 200", "severalFigures"],
    ["500\n600", "severalFigures"],
    ["deux ou trois", "severalFigures"],
    ["deux ou 3", "severalFigures"],
    ["10²", "severalFigures"],
    ["12½", "severalFigures"],
    ["1/2", "severalFigures"],
    ["3/10/2026", "severalFigures"],
    ["50 %", "percentage"],
    ["50 procent", "percentage"],
  ])("%j is refused: %s", (text, fault) => expect(readFigure(text)).toEqual({ fault }));

  it("is ten thousand millions at most", () => {
    expect(readFigure("10 000 000 000")).toEqual({ value: 10_000_000_000 });
    expect(readFigure("10000000001")).toEqual({
      fault: "tooLarge",
      values: { max: 10_000_000_000 },
    });
  });

  it("is not looked for in an essay", () =>
    expect(readFigure("1".repeat(100_000))).toEqual({ fault: "tooLong", values: { max: 2000 } }));

  it("reads whatever a browser writes", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000_000 }),
        fc.constantFrom("fr", "sv", "en", "de", "de-CH"),
        (n, language) => {
          expect(readFigure(new Intl.NumberFormat(language).format(n))).toMatchObject({ value: n });
          expect(readFigure(`ca ${new Intl.NumberFormat(language).format(n)} st`)).toMatchObject({
            value: n,
          });
        },
      ),
    ));

  it("is whole and within bounds, whatever is typed", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(..."0123456789 .,'-k\u00a0".split("")) }),
        (a, b) => {
          const reading = readFigure(a + b);
          if ("value" in reading) {
            expect(Number.isSafeInteger(reading.value)).toBe(true);
            expect(reading.value).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    ));
});
