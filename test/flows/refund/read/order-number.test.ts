import { describe, expect, it, test } from "vitest";
import { readOrderNumber } from "../../../../flows/refund/read/order-number.ts";

describe("an order number", () => {
  test.each([
    ["48213", /^\d{5}$/, "48213"],
    ["c'est la commande n° 48213 svp", /\d{5}/, "48213"],
    ["#48213", /^\d{5}$/, "48213"],
    ["n°48213", /\d{5}/, "48213"],
    ["№ 48213", /\d{5}/, "48213"],
    ["order nr 48213", /\d{5}/g, "48213"],
    ["Order48213!", /\d{5}/, "48213"],
    ["48 213", /\d{5}/, "48213"],
    ["４８２１３", /\d{5}/, "48213"],
    ["48213, oui 48213", /\d{5}/, "48213"],
    ["rf-ab12c", /^RF-[A-Z0-9]{5}$/, "RF-AB12C"],
    ["RF 12345", /^RF-\d{5}$/, "RF-12345"],
    ["#48213", /^#\d{5}$/, "#48213"],
    ["commande n° 48213 du 03/10/2026", /\d{4,}/, "48213"],
    ["48213 svp", /[A-Z0-9-]{3,}/, "48213"],
    ["beställningsnummer: AB48213.", /[A-Z0-9]{4,}/, "AB48213"],
    ["123–456", /\d{3}-\d{3}/, "123-456"],
  ])("in %j, of the form %s, is %s", (text, pattern, value) =>
    expect(readOrderNumber(text, pattern)).toEqual({ value }),
  );

  test.each([
    ["", "empty"],
    ["482131", "wrongForm"],
    ["je ne sais pas", "wrongForm"],
    ["🙂", "wrongForm"],
    ["48213 och 48214", "severalFigures"],
  ])("in %j is refused: %s", (text, fault) =>
    expect(readOrderNumber(text, /\d{5}/)).toEqual({ fault }),
  );

  it("is not looked for in an essay", () =>
    expect(readOrderNumber("48213 ".repeat(20_000), /\d{5}/)).toEqual({
      fault: "tooLong",
      values: { max: 2000 },
    }));

  it("tries a costly form on short pieces only", () =>
    expect(readOrderNumber("1".repeat(2000), /\d{5}/)).toEqual({ fault: "wrongForm" }));
});
