import type { AnyStateMachine, AnyStateNode } from "xstate";
import { domains, type Conditions, type FactName } from "../../../flows/refund/facts.ts";
import { clauses, information } from "../../../flows/refund/policy/clauses.ts";
import { figures } from "../../../flows/refund/policy/figures.ts";
import type { Rule } from "../../../flows/refund/policy/rules.ts";
import type { Texts } from "../../core/texts.ts";
import { isDeciding, topicsOf, waysFrom, type Rules, type Way } from "./graph.ts";
import { clauseText, conditionLines, outcomeText, plain } from "./labels.ts";

/** The table clause ↔ row ↔ state ↔ text as a page. */
export function policyPage(machine: AnyStateMachine, rules: Rules, texts: Texts): string {
  const topics = topicsOf(machine);
  const charted = new Set(topics.map(({ key }) => key));
  const uncharted = Object.keys(rules).filter((row) => !charted.has(ruleOf(rules, row).topic));
  return `${[
    "# The policy as a table",
    "Made from the machine and the rules by `npm run charts`; a test compares it with them. Change [`rules.ts`](../flows/refund/policy/rules.ts), [`figures.ts`](../flows/refund/policy/figures.ts) or the [topics](../flows/refund/topics/), then run it again.",
    "![The whole conversation](charts/whole.svg)",
    "## Figures",
    table(["figure", "value"], figureRows()),
    "## Clauses",
    table(
      ["clause", "title", "rows that cite it"],
      clauses.map((clause) => [
        clause,
        texts.text(`policy:clause.${clause.replace(".", "_")}.title`, figures),
        citing(rules, clause) || toldAs(clause),
      ]),
    ),
    "## Topics",
    "Each row: what must hold, what follows, the clauses that say so, the questions after which the table can be asked for it, as far as the chart's conditions tell, where the conversation goes on, and the text that the customer reads.",
    ...topics.map((topic) => topicSection(topic, rules, texts)),
    "### Outside the topics",
    "Reached from every state; no question decides them.",
    table(
      ["row", "outcome", "clauses", "text"],
      uncharted.map((row) => [
        `\`${row}\``,
        outcomeOf(row, rules, texts),
        clauseText(ruleOf(rules, row)),
        textKeys(row, texts),
      ]),
    ),
  ].join("\n\n")}\n`;
}

function topicSection(topic: AnyStateNode, rules: Rules, texts: Texts): string {
  const asked = askedBefore(topic, rules);
  const rows = Object.values(topic.states)
    .filter(isDeciding)
    .flatMap((state) => waysFrom(state).map((way) => rowCells(way, asked, rules, texts)));
  return [
    `### ${texts.text(`bot:topic.${topic.key}`)}`,
    `\`${topic.key}\` · [chart](charts/${topic.key}.svg)`,
    table(["row", "holds", "outcome", "clauses", "asked last", "goes on at", "text"], rows),
  ].join("\n\n");
}

function rowCells(
  { guard, to }: Way,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
  rules: Rules,
  texts: Texts,
): string[] {
  const row = guard?.params?.rule ?? "";
  const rule = ruleOf(rules, row);
  const last = [...(asked.get(row) ?? [])].map((state) => `\`${state}\``).join(", ");
  return [
    `\`${row}\``,
    conditionLines(rule.when).join("; ") || "always",
    outcomeOf(row, rules, texts),
    clauseText(rule),
    last || "left before",
    `\`${to.key}\``,
    textKeys(row, texts),
  ];
}

function outcomeOf(row: string, rules: Rules, texts: Texts): string {
  const { outcome } = ruleOf(rules, row);
  return "see" in outcome
    ? `see “${texts.text(`bot:topic.${outcome.see}`)}”`
    : outcomeText(outcome, texts);
}

function textKeys(row: string, texts: Texts): string {
  const keys = [`policy:rule.${row}`, `policy:summary.${row}`].filter((key) => texts.has(key));
  return keys.map((key) => `\`${key}\``).join(", ") || "that of the other topic";
}

const citing = (rules: Rules, clause: string): string =>
  Object.entries(rules)
    .filter(([, rule]) => (rule.clauses as readonly string[]).includes(clause))
    .map(([row]) => `\`${row}\``)
    .join(", ");

/** Of a clause that no row cites: where the customer is told it. */
function toldAs(clause: string): string {
  const key = (information as Readonly<Record<string, string>>)[clause];
  return key === undefined ? "none" : `none; told in \`${key}\``;
}

const figureRows = () =>
  Object.entries(figures).map(([name, value]) => [plain(name), String(value)]);

/** What is known on a way through a topic's questions: the values that each fact can still have. */
type Possible = ReadonlyMap<FactName, ReadonlySet<string>>;

/** For each row the states from which its topic's table can be asked with that row's facts. */
function askedBefore(topic: AnyStateNode, rules: Rules): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const start of topic.initial.target ?? []) walk(start as AnyStateNode, new Map());
  return found;

  function walk(state: AnyStateNode, known: Possible): void {
    let left: Possible | undefined = known;
    for (const way of waysFrom(state)) {
      const conditions = conditionsOf(way, rules);
      const here = left && narrowed(left, conditions);
      if (here && isDeciding(way.to)) note(way.to, state, here);
      else if (here && way.to.parent === topic) walk(way.to, here);
      if (way.guard?.params?.given === undefined) left = left && without(left, conditions);
    }
  }

  function note(decided: AnyStateNode, from: AnyStateNode, known: Possible): void {
    for (const { guard } of waysFrom(decided)) {
      const row = guard?.params?.rule;
      if (row === undefined || !narrowed(known, ruleOf(rules, row).when)) continue;
      found.set(row, (found.get(row) ?? new Set()).add(from.key));
    }
  }
}

function conditionsOf({ guard }: Way, rules: Rules): Conditions {
  const { if: conditions = {}, rule } = guard?.params ?? {};
  return rule === undefined ? conditions : ruleOf(rules, rule).when;
}

/** Undefined where no value is left. */
function narrowed(known: Possible, conditions: Conditions): Possible | undefined {
  const next = new Map(known);
  for (const [fact, values] of entriesOf(conditions)) {
    const left = values.filter((value) => allowed(known, fact).has(value));
    if (left.length === 0) return undefined;
    next.set(fact, new Set(left));
  }
  return next;
}

/** After a way that was not taken: only where it looked at one fact is it known which values are gone. */
function without(known: Possible, conditions: Conditions): Possible | undefined {
  const open = entriesOf(conditions).filter(
    ([fact, values]) => ![...allowed(known, fact)].every((value) => values.includes(value)),
  );
  const [only, ...more] = open;
  if (!only) return undefined;
  if (more.length > 0) return known;
  const [fact, values] = only;
  return new Map(known).set(
    fact,
    new Set([...allowed(known, fact)].filter((value) => !values.includes(value))),
  );
}

const allowed = (known: Possible, fact: FactName): ReadonlySet<string> =>
  known.get(fact) ?? new Set<string>(domains[fact]);

const entriesOf = (conditions: Conditions): [FactName, readonly string[]][] =>
  Object.entries(conditions).map(([fact, values]) => [
    fact as FactName,
    typeof values === "string" ? [values] : values,
  ]);

function ruleOf(rules: Rules, row: string): Rule {
  const rule = rules[row];
  if (!rule) throw new TypeError(`there is no row ${row}`);
  return rule;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
