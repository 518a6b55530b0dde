import { describe, expect, it } from "vitest";
import { readFact } from "../../../../flows/refund/facts.ts";
import { clauses, information } from "../../../../flows/refund/policy/clauses.ts";
import { figures } from "../../../../flows/refund/policy/figures.ts";
import { rules } from "../../../../flows/refund/policy/rules.ts";
import { checkRules, checkThresholds } from "../../../../src/commands/verify/rules.ts";

describe("the rules", () => {
  it("decide every combination of facts by exactly one row, and every clause has its place", () => {
    expect(checkRules({ rules, clauses, information }).findings).toEqual([]);
  });

  it("count every threshold up to and with its figure", () => {
    expect(checkThresholds(figures, readFact).findings).toEqual([]);
  });
});
