import type { Evidence } from "../../core/evidence.ts";
import type { RefundEvent } from "../../../flows/refund/context.ts";
import { figures } from "../../../flows/refund/policy/figures.ts";
import { questions, type Answers, type QuestionId } from "../../../flows/refund/questions.ts";
import { chosenAnswer } from "../../../flows/refund/read-answer.ts";

export const timeZone = "Europe/Paris";
/** 2026-03-01 12:00 UTC. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const hour = 3_600_000;
export const day = 24 * hour;

export const picture = (n: number): Evidence => ({
  id: `picture-${n}-xxxxxxxxxxx`,
  sha256: "0".repeat(64),
  type: "image/png",
  sizeBytes: 1,
  name: `${n}.png`,
});

export const moment = (at: number, saidAt = noon) => ({ earliest: at, latest: at, saidAt });

const start = 100;
const delivered = 1000;
/** Of a thousand delivered, the drop that still counts as small. */
const small = (delivered * figures.smallDropPercent) / 100;
const { guaranteeDays, autoStartHours, accountClaimHours } = figures;
const hoursAround = (hours: number) => [
  moment(noon - hours * hour),
  moment(noon - hours * hour - 1),
];

/** Free answers at the thresholds, just under and just over, by which the partition of the facts is met. */
const given: Partial<Record<QuestionId, readonly Answers[QuestionId][]>> = {
  ordered: [delivered],
  delivered: [400, delivered - 1, delivered],
  countAtStart: [start],
  // Nothing gone, the drop just small, just large, as many as at the start, and fewer.
  countNow: [
    start + delivered,
    start + delivered - small,
    start + delivered - small - 1,
    start,
    start - 1,
  ],
  gone: [0, small - 1, small, small + 1],
  accountsOrdered: [2],
  accountsFaulty: [1, 2],
  price: [{ amountMinor: 2990, currency: "EUR" }],
  orderNumber: ["48213"],
  service: ["Abonnés Instagram"],
  links: [["instagram.com/x"]],
  description: ["Voici ce qui se passe"],
  startDue: [moment(noon), moment(noon + 1)],
  deliveryEnd: [moment(noon - guaranteeDays * day), moment(noon - (guaranteeDays + 1) * day)],
  purchasedAt: hoursAround(autoStartHours),
  accountsSentAt: hoursAround(accountClaimHours),
  // Words such as “in May” leave open which day.
  chargedAt: [{ earliest: noon - 9 * day, latest: noon - 2 * day, saidAt: noon }],
};

/** Answers to a question that between them meet every value of the facts that hang on it. */
export function answersTo(question: QuestionId): readonly Answers[QuestionId][] {
  const reader = { now: noon, timeZone, currency: "EUR", orderNumberPattern: /\d+/ };
  const chosen = questions[question].choices.map((choice) =>
    chosenAnswer(question, choice, reader),
  );
  return [...(given[question] ?? []), ...chosen];
}

/** An event before it is known when it came in. */
export type Meaning = RefundEvent extends infer E
  ? E extends RefundEvent
    ? Omit<E, "at" | "dice"> & { at?: number }
    : never
  : never;

/** The event by which a question is answered. */
export function answering(question: QuestionId, answer: Answers[QuestionId]): Meaning {
  return { type: "answered", answers: { [question]: answer }, source: `key-${question}` };
}

/** The event by which as many pictures as given answer a question. */
export function givingFiles(question: QuestionId, count: number): Meaning {
  const files = Array.from({ length: count }, (_, n) => picture(n));
  return {
    type: "evidence-given",
    files,
    answers: { [question]: "given" },
    source: `key-${question}`,
  };
}

/** Everything that a question can be answered with by one event, one for each meaning. */
export function answersBy(question: QuestionId): Meaning[] {
  const files = questions[question].kind === "files" ? [1, 2] : [];
  return [
    ...answersTo(question).map((answer) => answering(question, answer)),
    ...files.map((count) => givingFiles(question, count)),
  ];
}
