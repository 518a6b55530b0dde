import { describe, expect, it } from "vitest";
import { clauses } from "../../../../flows/refund/policy/clauses.ts";
import {
  factsOf,
  ruleIds,
  rules,
  rulesOf,
  topics,
  type Rule,
  type RuleTopic,
} from "../../../../flows/refund/policy/rules.ts";
import { enumerate } from "./enumerate.ts";

const all: readonly RuleTopic[] = [...topics, "withdrawal"];
const rowsOf = (topic: RuleTopic) =>
  Object.fromEntries(rulesOf(topic).map((id) => [id, rules[id]])) as Record<string, Rule>;

describe("the rules", () => {
  it.each(all)("decide every combination of facts of %s by exactly one row", (topic) => {
    const { gaps, overlaps, count } = enumerate(rowsOf(topic), factsOf(topic));
    expect(gaps).toEqual([]);
    expect(overlaps).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });

  it("are found wanting where a row is gone", () => {
    const rest = Object.fromEntries(
      Object.entries(rowsOf("drop")).filter(([id]) => id !== "drop.later-small"),
    );
    expect(enumerate(rest, factsOf("drop")).gaps.length).toBeGreaterThan(0);
  });

  it("are found wanting where two rows overlap", () => {
    const planted = {
      ...rowsOf("drop"),
      planted: {
        ...rules["drop.later-small"],
        when: { arrived: "some", dropped: "some", dropSize: "small" },
      } as Rule,
    };
    const { overlaps } = enumerate(planted, factsOf("drop"));
    expect(overlaps.length).toBeGreaterThan(0);
    expect(overlaps.every(({ rows }) => rows.includes("planted"))).toBe(true);
  });

  it.each(ruleIds)("cite a clause that exists: %s", (id) => {
    expect(rules[id].clauses.length).toBeGreaterThan(0);
    expect(rules[id].clauses.filter((clause) => !clauses.includes(clause))).toEqual([]);
  });

  it("never send in a circle", () => {
    const sentTo = (topic: RuleTopic): RuleTopic[] =>
      rulesOf(topic).flatMap((id) => {
        const { outcome } = rules[id];
        return "see" in outcome ? [outcome.see, ...sentTo(outcome.see)] : [];
      });
    for (const topic of all) expect(sentTo(topic)).not.toContain(topic);
  });
});
