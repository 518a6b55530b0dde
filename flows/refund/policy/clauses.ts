/**
 * The policy's clauses by id; 5.N is the N-th question of section 5. Their
 * titles and explanations are the texts `policy:clause.<id>`, a point in the
 * id written as `_`. `law` stands for the law beside the policy.
 */
export const clauses = [
  "1",
  "2",
  "3",
  "4",
  "5.1",
  "5.2",
  "5.3",
  "5.4a",
  "5.4b",
  "5.5",
  "5.6",
  "5.7",
  "5.8",
  "5.9a",
  "5.9b",
  "5.9c",
  "5.9d",
  "5.10",
  "5.11",
  "6",
  "7",
  "law",
] as const;

export type Clause = (typeof clauses)[number];

/** What decides nothing but is told: each such clause with the text that the customer reads of it. */
export const information = {
  "1": "policy:clause.1.explanation",
  "4": "bot:assessment.preliminary",
  "7": "policy:clause.7.explanation",
} as const satisfies Partial<Record<Clause, string>>;
