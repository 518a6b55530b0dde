import { daysBetween } from "../../src/core/calendar.ts";
import type { Texts } from "../../src/core/texts.ts";
import { figures } from "./policy/figures.ts";
import type { DecisionRecord } from "./context.ts";
import { questions, type AnsweredMoment, type Answers, type QuestionId } from "./questions.ts";

/** What a text draws on, in a dialogue or in a record of one. */
type Given = Pick<DecisionRecord, "answers" | "evidence" | "timeZone">;

/** What a question or a choice may mention: the policy's thresholds and what was answered before. */
export function valuesOf({ answers, evidence }: Given) {
  const figure = (answer: Answers[QuestionId]) => (typeof answer === "number" ? answer : 0);
  return {
    days: figures.guaranteeDays,
    startHours: figures.autoStartHours,
    claimHours: figures.accountClaimHours,
    ordered: figure(answers.ordered),
    delivered: figure(answers.delivered),
    count: Math.max(1, figure(answers.accountsFaulty)),
    given: evidence.length,
  };
}

export function choiceLabel(
  question: QuestionId,
  choice: string,
  texts: Texts,
  context: Given,
): string {
  const own = `bot:question.${question}.choice.${choice}`;
  return texts.text(texts.has(own) ? own : `bot:choice.${choice}`, valuesOf(context));
}

/** An answer as the customer would write it. */
export function answerText(question: QuestionId, context: Given, texts: Texts): string {
  const answer = context.answers[question];
  if (typeof answer === "number") return texts.figure(answer);
  if (typeof answer === "object") {
    if ("length" in answer) return answer.join("\n");
    return "amountMinor" in answer
      ? texts.money(answer.amountMinor, answer.currency)
      : momentText(question, answer, context, texts);
  }
  if (questions[question].kind === "files") {
    return context.evidence.length > 0
      ? texts.text("bot:evidence.count", { count: context.evidence.length })
      : texts.text("bot:evidence.none");
  }
  if (answer === "skip") return texts.text("bot:answer.skipped");
  if (answer !== undefined && (questions[question].choices as readonly string[]).includes(answer)) {
    return choiceLabel(question, answer, texts, context);
  }
  return answer ?? "";
}

function momentText(
  question: QuestionId,
  { earliest, latest, choice }: AnsweredMoment,
  context: Given,
  texts: Texts,
): string {
  const { timeZone } = context;
  if (choice !== undefined) return choiceLabel(question, choice, texts, context);
  if (latest - earliest < 60_000) return texts.moment(latest, timeZone);
  if (daysBetween(earliest, latest, timeZone) === 0) return texts.date(latest, timeZone);
  return texts.text("bot:moment.between", {
    from: texts.date(earliest, timeZone),
    to: texts.date(latest, timeZone),
  });
}
