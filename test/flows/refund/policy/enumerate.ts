import { domains, holds, type FactName } from "../../../../flows/refund/facts.ts";
import type { Rule } from "../../../../flows/refund/policy/rules.ts";

export type Combination = Readonly<Partial<Record<FactName, string>>>;

/** Every combination of the values of the facts, one after the other. */
export function* combinations(
  facts: readonly FactName[],
  chosen: Combination = {},
): Generator<Combination> {
  const [fact, ...rest] = facts;
  if (fact === undefined) {
    yield chosen;
    return;
  }
  for (const value of domains[fact]) yield* combinations(rest, { ...chosen, [fact]: value });
}

export interface Hits {
  count: number;
  /** Combinations that no row decides. */
  gaps: Combination[];
  /** Combinations that more than one row decides, with those rows. */
  overlaps: { combination: Combination; rows: string[] }[];
}

/** Which rows of a topic hit, over every combination of the facts. */
export function enumerate(rows: Readonly<Record<string, Rule>>, facts: readonly FactName[]): Hits {
  const hits: Hits = { count: 0, gaps: [], overlaps: [] };
  for (const combination of combinations(facts)) {
    hits.count++;
    const rowsHit = Object.keys(rows).filter((id) =>
      holds((rows[id] as Rule).when, (fact) => combination[fact]),
    );
    if (rowsHit.length === 0) hits.gaps.push(combination);
    if (rowsHit.length > 1) hits.overlaps.push({ combination, rows: rowsHit });
  }
  return hits;
}
