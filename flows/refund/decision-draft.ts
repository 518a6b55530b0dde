import type { ActRefusal, DecisionDraft, DecisionOutcome } from "../../src/core/act.ts";
import type { AgentRef } from "../../src/core/agent.ts";
import type { DecisionBlock } from "../../src/core/message.ts";
import type { Texts } from "../../src/core/texts.ts";
import type { Assessment } from "./assess.ts";
import { decisionCard } from "./decision-card.ts";
import type { DecisionRecord } from "./context.ts";
import { clauses } from "./policy/clauses.ts";
import { figures } from "./policy/figures.ts";
import { decision } from "./read-act.ts";

/** The decision that an assessment suggests; people change what they find otherwise. */
export function draftDecision(
  { assessment, answers }: DecisionRecord,
  currency: string,
  texts: Texts,
): DecisionDraft {
  const outcome = outcomeOf(assessment);
  const price = typeof answers.price === "object" ? answers.price : undefined;
  const sum = assessment.refund?.estimate ?? (outcome === "fullRefund" ? price : undefined);
  const rule = `policy:rule.${assessment.rule}`;
  return {
    outcome,
    ...(sum && outcome !== "noRefund" && { amountMinor: sum.amountMinor }),
    currency: sum?.currency ?? price?.currency ?? currency,
    clauses: assessment.clauses,
    reasons: texts.has(rule) ? texts.text(rule, figures) : "",
  };
}

function outcomeOf({ kind, remedies, possibleRefunds }: Assessment): DecisionOutcome {
  if (kind === "fullRefund" || kind === "partialRefund") return kind;
  if (kind === "clarification" || kind === "wait") return "noRefund";
  if (remedies.includes("redeliver")) return "redelivery";
  if (kind === "resolution") return "otherRemedy";
  return possibleRefunds.includes("part") ? "partialRefund" : "otherRemedy";
}

/** The formal update of a decision that is not made yet, drawn by the card that draws the made one. */
export function preview(
  draft: DecisionDraft,
  { number, by, at }: { number: string; by: AgentRef; at: number },
  shop: { name: string; policyUrl: string; timeZone: string; approvalAmountMinor?: number },
  texts: Texts,
): { block: DecisionBlock; needsSecond: boolean } | { refused: ActRefusal } {
  const read = decision(draft, shop);
  if ("reason" in read) return { refused: read };
  const made = { ...read.decision, factsRevision: 0, by, at };
  return {
    block: decisionCard({ number, decision: made }, shop, shop, texts),
    needsSecond: read.type === "decision-proposed",
  };
}

export const clausesIn = (texts: Texts): { id: string; title: string }[] =>
  clauses.map((id) => ({
    id,
    title: texts.text(`policy:clause.${id.replace(".", "_")}.title`, figures),
  }));
