import type { Snapshot } from "../../../src/core/conversation.ts";
import type { Evidence } from "../../../src/core/evidence.ts";
import { begin, step } from "../../../src/core/decide.ts";
import type { Effect, Flow } from "../../../src/core/flow.ts";
import type { RefundContext, RefundEvent } from "../../../flows/refund/context.ts";
import { machine } from "../../../flows/refund/machine.ts";
import { questions, type Answers, type QuestionId } from "../../../flows/refund/questions.ts";
import { chosenAnswer } from "../../../flows/refund/read-answer.ts";
import { standing, type Standing } from "../../../flows/refund/standing.ts";

export const timeZone = "Europe/Paris";
/** 2026-03-01 12:00 UTC. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const hour = 3_600_000;
export const day = 24 * hour;

const flow = {
  machine,
  input: ({ now, dice }: { now: number; dice: string }, language: string) => ({
    at: now,
    dice,
    timeZone,
    language,
  }),
} as unknown as Flow;

type Meaning = RefundEvent extends infer E
  ? E extends RefundEvent
    ? Omit<E, "at" | "dice"> & { at?: number }
    : never
  : never;

/** A conversation in hand: events go in, what the machine orders comes out. */
export interface Dialogue {
  snapshot: Snapshot;
  effects: Effect[];
}

export const opened = (at = noon): Dialogue => {
  const { snapshot, effects } = begin(flow, { now: at, dice: "00000001" }, "fr");
  return { snapshot, effects: [...effects] };
};

export function take(dialogue: Dialogue, ...meanings: Meaning[]): Dialogue {
  return meanings.reduce<Dialogue>(({ snapshot }, meaning) => {
    const event = { at: contextOf({ snapshot, effects: [] }).at, dice: "0badcafe", ...meaning };
    const next = step(flow, snapshot, event);
    // Through JSON, as the store does it.
    return {
      snapshot: JSON.parse(JSON.stringify(next.snapshot)) as Snapshot,
      effects: [...next.effects],
    };
  }, dialogue);
}

export const contextOf = ({ snapshot }: Dialogue) => snapshot.context as RefundContext;
export const standingOf = ({ snapshot }: Dialogue): Standing => standing(snapshot);

export const picture = (n: number): Evidence => ({
  id: `picture-${n}-xxxxxxxxxxx`,
  sha256: "0".repeat(64),
  type: "image/png",
  sizeBytes: 1,
  name: `${n}.png`,
});

export const moment = (at: number, saidAt = noon) => ({ earliest: at, latest: at, saidAt });

/** The figures by which the partition of the facts is met: at the thresholds, just under and just over. */
const figures: Partial<Record<QuestionId, readonly Answers[QuestionId][]>> = {
  ordered: [1000],
  delivered: [400, 1000],
  countAtStart: [100],
  // Of 1000 delivered: nothing gone, 10 %, just over, all of it and more.
  countNow: [1100, 1000, 999, 99],
  gone: [0, 40, 41, 100, 101],
  accountsOrdered: [2],
  accountsFaulty: [1, 2],
  price: [{ amountMinor: 2990, currency: "EUR" }],
  orderNumber: ["48213"],
  service: ["Abonnés Instagram"],
  links: [["instagram.com/x"]],
  description: ["Voici ce qui se passe"],
  startDue: [moment(noon), moment(noon + 1)],
  deliveryEnd: [moment(noon - 30 * day), moment(noon - 31 * day)],
  purchasedAt: [moment(noon - 12 * hour), moment(noon - 12 * hour - 1)],
  accountsSentAt: [moment(noon - 12 * hour), moment(noon - 12 * hour - 1)],
  chargedAt: [moment(noon - 2 * day)],
};

/** Answers to a question that between them meet every value of the facts that hang on it. */
export function answersTo(question: QuestionId): readonly Answers[QuestionId][] {
  const chosen = questions[question].choices.map((choice) =>
    chosenAnswer(question, choice, {
      now: noon,
      timeZone,
      currency: "EUR",
      orderNumberPattern: /\d+/,
    }),
  );
  return [...(figures[question] ?? []), ...chosen];
}

/** The event by which a question is answered; files bring as many pictures as given. */
export function answering(question: QuestionId, answer: Answers[QuestionId]): Meaning {
  return { type: "answered", answers: { [question]: answer }, source: `key-${question}` };
}

export function givingFiles(question: QuestionId, count: number): Meaning {
  const files = Array.from({ length: count }, (_, n) => picture(n));
  return {
    type: "evidence-given",
    files,
    answers: { [question]: "given" },
    source: `key-${question}`,
  };
}
