import type { AgentRef } from "../../src/core/agent.ts";
import type { Case } from "../../src/core/case.ts";
import type { TextValues, Texts } from "../../src/core/texts.ts";
import type { DecisionRecord } from "./context.ts";
import { figures } from "./policy/figures.ts";
import { questions, type QuestionId } from "./questions.ts";

/**
 * What a sentence to this customer may name. Only what means the same in every
 * text is known: a `date` or a `moment` is another one in each, so people fill
 * it in.
 */
export function phraseValues(
  entry: Case,
  { by, at }: { by: AgentRef; at: number },
  shop: { name: string; timeZone: string },
  texts: Texts,
): TextValues {
  const { answers = {} } = entry.record as Partial<DecisionRecord>;
  const { guaranteeDays, smallDropPercent, autoStartHours, accountClaimHours } = figures;
  const topic = `bot:topic.${entry.topic}`;
  const { decision, number } = entry;
  return {
    guaranteeDays,
    smallDropPercent,
    autoStartHours,
    accountClaimHours,
    days: guaranteeDays,
    startHours: autoStartHours,
    claimHours: accountClaimHours,
    shop: shop.name,
    agent: by.name,
    name: by.name,
    number,
    caseNumber: number,
    today: texts.date(at, shop.timeZone),
    ...(texts.has(topic) && { topic: texts.text(topic) }),
    ...given("orderNumber", answers),
    ...given("service", answers),
    ...(decision?.amountMinor !== undefined &&
      decision.currency !== undefined && {
        amount: texts.money(decision.amountMinor, decision.currency),
      }),
  };
}

/** What the customer wrote, if it is no choice such as “I don't have it”. */
function given(question: QuestionId, answers: DecisionRecord["answers"]): TextValues {
  const answer = answers[question];
  if (typeof answer !== "string" || answer === "skip") return {};
  return (questions[question].choices as readonly string[]).includes(answer)
    ? {}
    : { [question]: answer };
}
