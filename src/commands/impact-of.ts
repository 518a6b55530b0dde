import { assess, decidingRule, type Assessment } from "../../flows/refund/assess.ts";
import type { DecisionRecord } from "../../flows/refund/context.ts";
import { readFact, type Known } from "../../flows/refund/facts.ts";
import type { RuleTopic } from "../../flows/refund/policy/rules.ts";
import type { StoreReader } from "../ports/store-reader.ts";
import { countShown } from "../core/evidence.ts";
import { caseOf } from "./case-of.ts";
import { differences, shown } from "./differences.ts";

/** What a policy makes of what a customer told; undefined where no row fits before more is asked. */
export type Decide = (topic: RuleTopic, known: Known) => Assessment | undefined;

/** By the policy of the working tree. */
export const decide: Decide = (topic, known) => {
  const rule = decidingRule(topic, (fact) => readFact(fact, known));
  return rule && assess(rule, known);
};

/**
 * Goes through everything that was ever assessed, with a case or without, and
 * prints whose outcome is another by `decided`, then the totals. The rows of
 * the records need not exist any more.
 */
export async function reportImpact(
  reader: Pick<StoreReader, "assessments" | "findCase">,
  decided: Decide,
  print: (line: string) => void,
): Promise<void> {
  let count = 0;
  let changed = 0;
  const byRow = new Map<string, number>();
  const renamed = new Map<string, number>();
  for await (const { assessment, conversationId, event } of reader.assessments()) {
    count++;
    const record = assessment as DecisionRecord;
    const before = record.assessment;
    const after = reassess(record, decided);
    const rows = `${before.rule} → ${after?.rule ?? openEnd}`;
    const others = after ? outcomeDifferences(before, after) : [];
    if (after && others.length === 0) {
      if (after.rule !== before.rule) add(renamed, rows);
      continue;
    }
    changed++;
    add(byRow, rows);
    const number = (await caseOf(reader, conversationId, event.event))?.number;
    const who = number ?? `no case (conversation ${conversationId})`;
    print(`${who}  ${outcomeText(before)} → ${outcomeText(after)}${alsoText(others)}`);
  }
  for (const line of totals(count, changed, byRow, renamed)) print(line);
}

const openEnd = "no row before more is asked";

/** Declared or asked for, not reached by answers: such a row decides whatever the topic was. */
const asked: readonly string[] = ["human", "withdrawal"] satisfies RuleTopic[];

function reassess(record: DecisionRecord, decided: Decide): Assessment | undefined {
  const [origin = ""] = record.assessment.rule.split(".");
  const { answers, evidence, assessedAt: at, timeZone } = record;
  const topic = asked.includes(origin) ? (origin as RuleTopic) : record.topic;
  return decided(topic, { answers, evidenceCount: countShown(evidence), at, timeZone });
}

/** What a customer would notice; how it is founded and noted may change without. */
const outcomeFields = [
  "kind",
  "reason",
  "remedies",
  "refund",
  "possibleRefunds",
  "refundExcluded",
  "offers",
  "urgent",
  "waitUntil",
] as const satisfies readonly (keyof Assessment)[];

function outcomeDifferences(before: Assessment, after: Assessment) {
  return outcomeFields
    .filter((field) => !(isNothing(before[field]) && isNothing(after[field])))
    .flatMap((field) => differences(before[field], after[field], field));
}

/** An older record may lack what a newer one has empty. */
const isNothing = (value: unknown) =>
  value === undefined || value === false || (Array.isArray(value) && value.length === 0);

function outcomeText(assessment: Assessment | undefined): string {
  if (!assessment) return openEnd;
  const { rule, kind, refund } = assessment;
  return `${rule}: ${kind}${refund?.estimate ? ` ${sum(refund.estimate)}` : ""}`;
}

function sum({ amountMinor, currency }: { amountMinor: number; currency: string }): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return `${currency} ${(amountMinor / 10 ** digits).toFixed(digits)}`;
}

/** What changes beside what the line says already: with another kind the rest is another as well. */
function alsoText(others: ReturnType<typeof outcomeDifferences>): string {
  if (others.some(({ field }) => field === "kind")) return "";
  return others
    .filter(({ field }) => !field.startsWith("refund.estimate"))
    .map(({ field, before, after }) => `; ${field} ${shown(before)} → ${shown(after)}`)
    .join("");
}

function add(counts: Map<string, number>, rows: string): void {
  counts.set(rows, (counts.get(rows) ?? 0) + 1);
}

function totals(
  count: number,
  changed: number,
  byRow: ReadonlyMap<string, number>,
  renamed: ReadonlyMap<string, number>,
): string[] {
  const largestFirst = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b))
      .map(([rows, n]) => `  ${n}  ${rows}`);
  if (count === 0) return ["Nothing is assessed yet."];
  const all = `${count} ${count === 1 ? "assessment" : "assessments"}`;
  return [
    changed === 0
      ? `Nothing changes: ${all}, each with the outcome that is recorded.`
      : `${changed} of ${all} would end otherwise:`,
    ...largestFirst(byRow),
    ...(renamed.size > 0 ? ["The same outcome by another row:", ...largestFirst(renamed)] : []),
  ];
}
