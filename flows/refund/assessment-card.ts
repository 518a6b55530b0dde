import type { AssessmentBlock } from "../../src/core/message.ts";
import type { Texts, TextValues } from "../../src/core/texts.ts";
import { daysBetween } from "../../src/core/calendar.ts";
import type { Assessment } from "./assess.ts";
import type { DecisionRecord } from "./context.ts";
import { figures } from "./policy/figures.ts";
import { opensCase } from "./policy/rules.ts";

export const tones = {
  fullRefund: "positive",
  partialRefund: "positive",
  resolution: "positive",
  humanReview: "review",
  wait: "review",
  clarification: "informative",
} as const;

/** The assessment as the customer and the desk read it: a sentence, the reasons, what comes next. */
export function assessmentCard(
  { assessment, answers, timeZone, assessedAt }: DecisionRecord,
  policyUrl: string,
  texts: Texts,
): AssessmentBlock {
  const { kind, clauses, remedies, possibleRefunds, notes, refund } = assessment;
  const { chargedAt } = answers;
  const days =
    typeof chargedAt === "object" ? daysBetween(chargedAt.latest, assessedAt, timeZone) : undefined;
  const told = notes.filter((note) => note !== "chargeAge" || days !== undefined);
  const named = remedies.map((remedy) => texts.text(`policy:remedy.${remedy}`));
  return {
    type: "assessment",
    tone: tones[kind],
    heading: texts.text("bot:assessment.heading"),
    summary: summaryOf(assessment, timeZone, texts),
    paragraphs: [
      texts.text(`policy:rule.${assessment.rule}`, figures),
      ...(remedies.length > 0
        ? [
            kind === "humanReview"
              ? texts.text("bot:assessment.possible", { remedies: texts.alternatives(named) })
              : texts.text("bot:assessment.planned", { remedies: texts.list(named) }),
          ]
        : []),
      ...(possibleRefunds.length > 0 ? [texts.text("bot:assessment.possibleRefund")] : []),
      ...(refund?.scope === "part"
        ? [
            texts.text(
              refund.estimate ? "bot:assessment.estimateNote" : "bot:assessment.noEstimate",
            ),
          ]
        : []),
      ...told.map((note) => texts.text(`policy:note.${note}`, { ...figures, count: days ?? 0 })),
    ],
    figures: refund?.estimate
      ? [
          {
            label: texts.text("bot:assessment.estimate"),
            value: texts.money(refund.estimate.amountMinor, refund.estimate.currency),
          },
        ]
      : [],
    whyLabel: texts.text("bot:assessment.why"),
    clauses: clauseCards(clauses, policyUrl, texts),
    policyLabel: texts.text("bot:assessment.policy"),
    nextLabel: texts.text("bot:assessment.next"),
    steps: stepsOf(assessment, timeZone, texts),
    preliminary: texts.text("bot:assessment.preliminary"),
  };
}

export const clauseCards = (
  clauses: readonly string[],
  policyUrl: string,
  texts: Texts,
): AssessmentBlock["clauses"] =>
  clauses.map((clause) => {
    const key = `policy:clause.${clause.replace(".", "_")}`;
    return {
      id: clause === "law" ? "§" : clause,
      title: texts.text(`${key}.title`, figures),
      explanation: texts.text(`${key}.explanation`, figures),
      url: policyUrl,
    };
  });

function summaryOf(
  { rule, kind, reason, refund, waitUntil }: Assessment,
  timeZone: string,
  texts: Texts,
): string {
  const estimate = refund?.estimate;
  const values: TextValues = {
    ...(estimate && { amount: texts.money(estimate.amountMinor, estimate.currency) }),
    ...(waitUntil !== undefined && { moment: texts.moment(waitUntil, timeZone) }),
  };
  if (texts.has(`policy:summary.${rule}`)) return texts.text(`policy:summary.${rule}`);
  if (kind === "humanReview") return texts.text(`bot:assessment.summary.humanReview.${reason}`);
  if (kind === "partialRefund" && !estimate)
    return texts.text("bot:assessment.summary.partialRefundOpen");
  return texts.text(`bot:assessment.summary.${kind}`, values);
}

function stepsOf(
  { kind, waitUntil }: Assessment,
  timeZone: string,
  texts: Texts,
): AssessmentBlock["steps"] {
  const step = (id: string, state: "done" | "current" | "later", values?: TextValues) => ({
    label: texts.text(`bot:step.${id}`, values),
    state,
  });
  if (opensCase({ kind }))
    return [step("received", "done"), step("checked", "current"), step("decision", "later")];
  if (kind === "wait") {
    return [
      step("received", "done"),
      step("waiting", "current", { moment: texts.moment(waitUntil ?? 0, timeZone) }),
      step("again", "later"),
    ];
  }
  return [step("answered", "done"), step("yourChoice", "current")];
}
