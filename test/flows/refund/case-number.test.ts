import fc from "fast-check";
import { expect, it } from "vitest";
import { caseNumber } from "../../../flows/refund/case-number.ts";

it("a case number can be read over a phone, whatever the dice", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), (dice) => {
      expect(caseNumber(dice.toString(16).padStart(8, "0"))).toMatch(/^RF-[2-9A-HJKMNP-Z]{5}$/);
    }),
  );
});

it("case numbers differ where the dice do", () => {
  const numbers = Array.from({ length: 10_000 }, (_, n) =>
    caseNumber(n.toString(16).padStart(8, "0")),
  );
  expect(new Set(numbers).size).toBe(10_000);
});
