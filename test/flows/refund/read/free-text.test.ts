import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readFreeText } from "../../../../flows/refund/read/free-text.ts";

const bounds = { min: 3, max: 200 };

describe("free text", () => {
  test.each([
    ["  Bonjour,\r\nça va ?  ", "Bonjour,\nça va ?"],
    ["a\tb\u0000c\u0007", "a bc"],
    ["he\u202Ej\u2066 då\u200b", "hej då"],
    ["abc 👩🏽‍💻 👨‍👩‍👧 🏴‍☠️", "abc 👩🏽‍💻 👨‍👩‍👧 🏴‍☠️"],
    ["a\u200Dbc", "abc"],
    ["abc\ud800", "abc"],
    ["<b>abc</b>", "<b>abc</b>"],
    [`abe${"\u0301".repeat(50)}`, `abe${"\u0301".repeat(4)}`],
  ])("%j is kept as %j", (text, value) => expect(readFreeText(text, bounds)).toEqual({ value }));

  it("asks again after nothing", () =>
    expect(readFreeText("\u200b\n", bounds)).toEqual({ fault: "empty" }));

  test.each(["🙂🙂🙂🙂", "ok", "...!!!"])("asks for more than %j", (text) =>
    expect(readFreeText(text, bounds)).toEqual({ fault: "tooShort", values: { min: 3 } }),
  );

  it("is never shortened: too much is said to be too much", () => {
    expect(readFreeText("🙂".repeat(197) + "abc", bounds)).toHaveProperty("value");
    expect(readFreeText("x".repeat(201), bounds)).toEqual({
      fault: "tooLong",
      values: { max: 200 },
    });
    expect(readFreeText("x".repeat(100_000), bounds)).toEqual({
      fault: "tooLong",
      values: { max: 200 },
    });
  });

  it("has no controls left, and reading it again changes nothing", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 150 }), (text) => {
        const reading = readFreeText(text, { min: 0, max: 200 });
        if (!("value" in reading)) return;
        expect(reading.value).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u200b\u202a-\u202e\u2066-\u2069]/u);
        expect(readFreeText(reading.value, { min: 0, max: 200 })).toEqual(reading);
      }),
    ));
});
