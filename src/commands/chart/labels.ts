import { domains, type Conditions, type FactName } from "../../../flows/refund/facts.ts";
import type { Outcome, Rule } from "../../../flows/refund/policy/rules.ts";
import type { Texts } from "../../../src/core/texts.ts";

/** `startDue` → `start due`. */
export const plain = (id: string): string =>
  id
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, " ")
    .replaceAll("-", " ")
    .toLowerCase();

/** What must hold, one short line for each fact. */
export const conditionLines = (conditions: Conditions): string[] =>
  Object.entries(conditions).map(([fact, values]) => conditionLine(fact as FactName, values));

export function conditionLine(fact: FactName, values: string | readonly string[]): string {
  const fitting = typeof values === "string" ? [values] : values;
  const others = domains[fact].filter((value) => !fitting.includes(value));
  const [only] = others;
  const said =
    fitting.length > 2 && others.length === 1 && only !== undefined
      ? `any but “${plain(only)}”`
      : fitting.map(plain).join(" or ");
  return `${plain(fact)}: ${said}`;
}

/** The outcome in a few words. */
export const outcomeText = (outcome: Outcome, texts: Texts): string =>
  texts.text(`bot:outcome.${outcome.kind === "humanReview" ? outcome.reason : outcome.kind}`);

export const clauseText = ({ clauses }: Pick<Rule, "clauses">): string => clauses.join(" · ");
