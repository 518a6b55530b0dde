import type { Decision, DecisionOutcome } from "../../src/core/act.ts";
import type { DecisionBlock } from "../../src/core/message.ts";
import type { Texts } from "../../src/core/texts.ts";
import { clauseCards } from "./assessment-card.ts";
import type { OpenCase, RefundContext } from "./context.ts";

const tones: Record<DecisionOutcome, DecisionBlock["tone"]> = {
  fullRefund: "positive",
  partialRefund: "positive",
  redelivery: "positive",
  correction: "positive",
  otherRemedy: "positive",
  noRefund: "informative",
};

/** The formal update as the customer reads it: result, reasons, clauses, next steps, how to contest (clauses 3 and 4). */
export function decisionCard(
  { decision, number }: Pick<OpenCase, "decision" | "number">,
  { timeZone }: Pick<RefundContext, "timeZone">,
  shop: { name: string; policyUrl: string },
  texts: Texts,
): DecisionBlock {
  if (!decision) throw new TypeError("nothing is decided");
  const { outcome, reasons, clauses, by, at } = decision;
  return {
    type: "decision",
    tone: tones[outcome],
    heading: texts.text("bot:decision.heading", { number }),
    summary: texts.text(`bot:decision.${outcome}.summary`, amountIn(decision, texts)),
    reasonsLabel: texts.text("bot:decision.reasons"),
    reasons,
    whyLabel: texts.text("bot:assessment.why"),
    clauses: clauseCards(clauses, shop.policyUrl, texts),
    policyLabel: texts.text("bot:assessment.policy"),
    next: texts.text(`bot:decision.${outcome}.next`),
    contest: texts.text("bot:decision.contest"),
    signature: texts.text("bot:decision.signature", {
      name: by.name,
      shop: shop.name,
      moment: texts.moment(at, timeZone),
    }),
  };
}

const amountIn = ({ amountMinor, currency }: Decision, texts: Texts): { amount: string } => ({
  amount:
    amountMinor === undefined || currency === undefined ? "" : texts.money(amountMinor, currency),
});
