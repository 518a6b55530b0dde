import { figures } from "./policy/figures.ts";
import { questions, type Answers, type QuestionId } from "./questions.ts";
import { readFigure } from "./read/figure.ts";
import { readFreeText } from "./read/free-text.ts";
import { readLinks } from "./read/links.ts";
import { readMoment, type Moment } from "./read/moment.ts";
import { readMoney } from "./read/money.ts";
import { readOrderNumber } from "./read/order-number.ts";
import type { Fault, Reading } from "./read/reading.ts";
import type { OwnFault } from "./context.ts";
import { dayMs } from "../../src/core/calendar.ts";

/** What reading an answer depends on beside its words. */
export interface Reader {
  now: number;
  timeZone: string;
  currency: string;
  orderNumberPattern: RegExp;
}

export type AnswerReading =
  | { value: Answers[QuestionId]; twoWays?: true }
  | { fault: Fault | OwnFault; values?: Readonly<Record<string, string | number>> };

const hourMs = 3_600_000;
const hoursThat = {
  purchasedAt: figures.autoStartHours,
  accountsSentAt: figures.accountClaimHours,
} as const;

/** The answer that a choice stands for. */
export function chosenAnswer(
  question: QuestionId,
  choice: string,
  { now }: Reader,
): Answers[QuestionId] {
  if (choice !== "within" && choice !== "longer") return choice;
  // Kept as what it leaves open: any time within the limit, or any before it.
  const limit =
    question === "deliveryEnd"
      ? figures.guaranteeDays * dayMs
      : hoursThat[question as keyof typeof hoursThat] * hourMs;
  return choice === "within"
    ? { earliest: now - limit, latest: now, saidAt: now, choice }
    : { earliest: 0, latest: now - limit - dayMs, saidAt: now, choice };
}

/** The answer in a customer's words, held against what was answered before. */
export function readAnswer(
  question: QuestionId,
  text: string,
  answers: Answers,
  reader: Reader,
): AnswerReading {
  const reading = readers[questions[question].kind](question, text, reader);
  if ("fault" in reading) return reading;
  return implausible(question, reading.value, answers, reader.now) ?? reading;
}

const readers: Record<
  (typeof questions)[QuestionId]["kind"],
  (question: QuestionId, text: string, reader: Reader) => AnswerReading
> = {
  choice: () => ({ fault: "notAChoice" }),
  files: () => ({ fault: "filesWanted" }),
  figure: (_, text) => readFigure(text),
  money: (_, text, { currency }) => readMoney(text, currency),
  orderNumber: (_, text, { orderNumberPattern }) => readOrderNumber(text, orderNumberPattern),
  links: (_, text) => readLinks(text),
  text: (question, text): Reading<string> =>
    readFreeText(text, { min: 2, max: question === "service" ? 200 : 2000 }),
  moment(question, text, { now, timeZone }) {
    const { direction } = questions[question] as { direction: "past" | "any" };
    const reading = readMoment(text, { now, timeZone, direction });
    return "value" in reading && needsTime(question, reading.value)
      ? { fault: "needsTime" }
      : reading;
  },
};

/** A day alone does not tell on which side of a limit of hours it lies. */
function needsTime(question: QuestionId, { earliest, latest, saidAt }: Moment): boolean {
  if (latest - earliest < hourMs) return false;
  if (question === "startDue") return earliest <= saidAt && latest > saidAt;
  if (question !== "purchasedAt" && question !== "accountsSentAt") return false;
  const limit = saidAt - hoursThat[question] * hourMs;
  return earliest < limit && latest >= limit;
}

/** An answer that can't be, for what was answered before. */
function implausible(
  question: QuestionId,
  value: Answers[QuestionId],
  answers: Answers,
  now: number,
): AnswerReading | undefined {
  const over = (limit: Answers[QuestionId]) =>
    typeof value === "number" && typeof limit === "number" && value > limit;
  const delivered = answers.delivered === "nothing" ? 0 : answers.delivered;
  if (
    (question === "ordered" || question === "accountsOrdered" || question === "accountsFaulty") &&
    value === 0
  )
    return { fault: "zero" };
  if (question === "delivered" && over(answers.ordered))
    return { fault: "deliveredOverOrdered", values: { ordered: answers.ordered as number } };
  if (question === "gone" && over(delivered))
    return { fault: "goneOverDelivered", values: { delivered: delivered as number } };
  if (question === "accountsFaulty" && over(answers.accountsOrdered))
    return { fault: "faultyOverOrdered", values: { ordered: answers.accountsOrdered as number } };
  // The end of a delivery lies behind; a reader lets through the day of today.
  return question === "deliveryEnd" &&
    typeof value === "object" &&
    "latest" in value &&
    value.earliest > now
    ? { fault: "future" }
    : undefined;
}
