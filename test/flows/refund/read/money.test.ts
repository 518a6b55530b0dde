import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decimalsOf, readMoney } from "../../../../flows/refund/read/money.ts";

describe("a sum", () => {
  test.each([
    ["29,90 €", 2990, "EUR"],
    ["29.90", 2990, "EUR"],
    ["29,9", 2990, "EUR"],
    ["29", 2900, "EUR"],
    ["€12", 1200, "EUR"],
    ["12 euros", 1200, "EUR"],
    ["12€90", 1290, "EUR"],
    ["12 euros et 90 centimes", 1290, "EUR"],
    ["50 centimes", 50, "EUR"],
    ["J'ai payé 29,90€/mois", 2990, "EUR"],
    ["1 299", 129900, "EUR"],
    ["1,299.50", 129950, "EUR"],
    ["£1,299", 129900, "GBP"],
    ["1k€", 100000, "EUR"],
    ["299 kr", 29900, "SEK"],
    ["299:-", 29900, "SEK"],
    ["kr 299", 29900, "SEK"],
    ["SEK 299,00", 29900, "SEK"],
    ["1 299,50 kr", 129950, "SEK"],
    ["1\u00a0299,50\u00a0kr", 129950, "SEK"],
    ["1.299,50 kronor", 129950, "SEK"],
    ["29 kr 50 öre", 2950, "SEK"],
    ["2 tkr", 200000, "SEK"],
    ["3 månader för 299 kr", 29900, "SEK"],
    ["$12", 1200, "USD"],
    ["US$ 5", 500, "USD"],
    ["29.90USD", 2990, "USD"],
    ["12,00 $US", 1200, "USD"],
    ["CA$12", 1200, "CAD"],
    ["JP¥300", 300, "JPY"],
    ["prix€12", 1200, "EUR"],
    ["$12par mois", 1200, "USD"],
    ["£9.99", 999, "GBP"],
    ["¥1,200", 1200, "JPY"],
    ["1200 JPY", 1200, "JPY"],
  ])("%j is %i %s", (text, amountMinor, currency) =>
    expect(readMoney(text, "EUR")).toEqual({ value: { amountMinor, currency } }),
  );

  it("is in the shop's own crowns or dollars, if it has such", () => {
    expect(readMoney("299 kr", "NOK")).toEqual({ value: { amountMinor: 29900, currency: "NOK" } });
    expect(readMoney("$12", "CAD")).toEqual({ value: { amountMinor: 1200, currency: "CAD" } });
  });

  it("can be read two ways with one point before three digits", () =>
    expect(readMoney("1.299", "EUR")).toEqual({
      value: { amountMinor: 129900, currency: "EUR" },
      twoWays: true,
    }));

  test.each([
    ["", "empty"],
    ["gratuit", "noAmount"],
    ["🙂", "noAmount"],
    ["-5 €", "negative"],
    ["-$12", "negative"],
    ["€-12", "negative"],
    ["0", "notPositive"],
    ["0,00 €", "notPositive"],
    ["12 €, 13 €", "severalFigures"],
    ["12 € 10 €", "severalFigures"],
    ["entre 10 et 20", "severalFigures"],
    ["50 %", "percentage"],
    ["12 ₽", "unknownCurrency"],
  ])("%j is refused: %s", (text, fault) => expect(readMoney(text, "EUR")).toEqual({ fault }));

  it("is no more precise than its currency", () => {
    expect(readMoney("1,2345 €", "EUR")).toEqual({
      fault: "tooPrecise",
      values: { currency: "EUR", decimals: 2 },
    });
    expect(readMoney("12,5 JPY", "EUR")).toEqual({
      fault: "tooPrecise",
      values: { currency: "JPY", decimals: 0 },
    });
  });

  it("has bounds", () => {
    expect(readMoney("9999999999", "EUR")).toEqual({
      fault: "tooLarge",
      values: { max: 100_000_000 },
    });
    expect(readMoney("9".repeat(100_000), "EUR")).toMatchObject({ fault: "tooLong" });
  });

  it("reads whatever a browser writes", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000_000 }),
        fc.constantFrom("fr-FR", "sv-SE", "en-GB"),
        fc.constantFrom("EUR", "SEK", "NOK", "USD", "CAD", "GBP", "CHF", "JPY"),
        (amountMinor, language, currency) => {
          const amount = amountMinor / 10 ** decimalsOf(currency);
          const text = new Intl.NumberFormat(language, { style: "currency", currency }).format(
            amount,
          );
          expect(readMoney(text, "EUR")).toMatchObject({ value: { amountMinor, currency } });
        },
      ),
    ));
});
