import type { Evidence } from "../../src/core/evidence.ts";
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
    const { length: count } = filesFor(question, context);
    return count > 0
      ? texts.text("bot:evidence.count", { count })
      : texts.text("bot:evidence.none");
  }
  if (answer === "skip") return texts.text("bot:answer.skipped");
  if (answer !== undefined && (questions[question].choices as readonly string[]).includes(answer)) {
    return choiceLabel(question, answer, texts, context);
  }
  return answer ?? "";
}

/** The files that count for a question: none where the customer had none for it, whatever was attached elsewhere. */
export function filesFor(question: QuestionId, { answers, evidence }: Given): readonly Evidence[] {
  return question !== "pictures" && answers[question] === "none" ? [] : evidence;
}

/** Wider than what `a few hours ago` leaves open, narrower than a part of the day. */
const roughHoursMs = 4 * 3_600_000;

function momentText(
  question: QuestionId,
  { earliest, latest, saidAt, choice }: AnsweredMoment,
  context: Given,
  texts: Texts,
): string {
  const { timeZone } = context;
  if (choice !== undefined) return choiceLabel(question, choice, texts, context);
  if (latest - earliest < 60_000) return texts.moment(latest, timeZone);
  // `within 40 minutes` begins when it is said: its end is meant.
  if (earliest === saidAt) return texts.moment(latest, timeZone);
  if (latest - earliest < roughHoursMs) {
    const middle = (earliest + latest) / 2;
    return texts.text("bot:moment.about", { moment: texts.moment(middle, timeZone) });
  }
  if (daysBetween(earliest, latest, timeZone) === 0) return texts.date(latest, timeZone);
  return texts.text("bot:moment.between", {
    from: texts.date(earliest, timeZone),
    to: texts.date(latest, timeZone),
  });
}
