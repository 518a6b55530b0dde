import { assertEvent } from "xstate";
import { archived } from "./case-steps.ts";
import { chart } from "./chart.ts";
import { pick, type RefundContext, type CustomerEvent, type RefundEvent } from "./context.ts";
import { heldAgainstNow } from "./facts.ts";
import type { Answers, QuestionId } from "./questions.ts";

/** What customers do; the silence begins anew with each. Complete, as the compiler sees to it. */
const customerEvents: Record<CustomerEvent["type"], true> = {
  started: true,
  "topic-chosen": true,
  "problem-told": true,
  answered: true,
  "answer-refused": true,
  "evidence-given": true,
  "evidence-refused": true,
  "unsupported-sent": true,
  "went-back": true,
  "change-asked": true,
  confirmed: true,
  "started-over": true,
  restored: true,
  "language-asked": true,
  "language-chosen": true,
  "help-asked": true,
  "person-asked": true,
  "offer-taken": true,
  "reminder-asked": true,
  "withdrawal-asked": true,
  "withdrawal-declared": true,
  "status-asked": true,
  "case-extended": true,
  "addition-asked": true,
  "email-asked": true,
  "email-given": true,
  "return-link-asked": true,
  "contest-asked": true,
  contested: true,
  "another-asked": true,
  "satisfaction-given": true,
  "stale-pressed": true,
  "edited-late": true,
  "customer-wrote": true,
};

export const onCustomer = <T>(transition: T) =>
  Object.fromEntries(Object.keys(customerEvents).map((type) => [type, transition])) as Record<
    CustomerEvent["type"],
    T
  >;

interface Now {
  context: RefundContext;
  event: RefundEvent;
}

export const hasCase = ({ context }: Now) => context.case !== undefined;

/** Brought a problem and neither reached an assessment nor a person. */
export const isUnfinished = ({ context }: Now) =>
  context.topic !== undefined && context.assessment === undefined && context.case === undefined;

/** An answer given before is given anew: the way through the topic may be another now. */
export const changesThePath = ({ context, event }: Now) =>
  event.type === "answered" &&
  Object.keys(event.answers).some((question) => context.path.includes(question as QuestionId));

/**
 * Whether walking through the answers again would lead here again: none of
 * them is held against the time or the files of the event in hand, and none
 * has come since that is not on the path.
 */
export const isAsWalked = ({ context }: Now) =>
  !heldAgainstNow.some((question) => context.path.includes(question)) &&
  Object.keys(context.answers).every(
    (question) =>
      keptBeside.includes(question as QuestionId) || context.path.includes(question as QuestionId),
  );
// Answers.

export const takeTopic = chart.assign(({ context, event }) => {
  assertEvent(event, "topic-chosen");
  const { description, orderNumber } = event;
  const answers = {
    ...context.answers,
    ...(description !== undefined && { description }),
    ...(orderNumber !== undefined && { orderNumber }),
  };
  return { topic: event.topic, answers, misses: 0, confirmed: false, discarded: undefined };
});

export const takeDescription = chart.assign(({ context, event }) => {
  assertEvent(event, "problem-told");
  return { answers: { ...context.answers, description: event.description } };
});

export const takeAnswers = chart.assign(({ context, event }) => {
  assertEvent(event, "answered");
  const sources = Object.fromEntries(
    Object.keys(event.answers).map((question) => [question, event.source]),
  );
  return {
    answers: { ...context.answers, ...event.answers },
    sources: { ...context.sources, ...sources },
    misses: 0,
    confirmed: false,
    changing: undefined,
  };
});

export const takeEvidence = chart.assign(({ context, event }) => {
  assertEvent(event, "evidence-given");
  return {
    evidence: [...context.evidence, ...event.files],
    // A picture for a topic's own step is what clause 2 asks for as well.
    answers: { ...context.answers, ...event.answers, pictures: "given" as const },
    misses: 0,
  };
});

/** What was wrong with the files that could not be taken, each reason once. */
export const sayRefused = {
  type: "say" as const,
  params: ({ event }: Now) => ({
    topic: "evidenceRefused" as const,
    values: { refused: "refused" in event ? [...new Set(event.refused)] : [] },
  }),
};

export const sayUnsupported = {
  type: "say" as const,
  params: ({ event }: Now) => {
    assertEvent(event, "unsupported-sent");
    return { topic: "unsupported" as const, values: { kind: event.kind } };
  },
};

export const countMiss = chart.assign({ misses: ({ context }) => context.misses + 1 });

export const sayFault = {
  type: "say" as const,
  params: ({ event }: Now) => {
    assertEvent(event, "answer-refused");
    return {
      topic: "fault" as const,
      values: { fault: event.fault, question: event.question, values: event.values },
    };
  },
};

export const sayUnderstood = {
  type: "say" as const,
  params: ({ event }: Now) => {
    assertEvent(event, "answered");
    return { topic: "understood" as const, values: { question: event.understood } };
  },
};

// Ways back.

export const takeLanguage = chart.assign(({ event }) => {
  assertEvent(event, "language-chosen");
  return { language: event.language };
});

export const forgetPath = chart.assign({ path: [] });

export const forgetLastAnswer = chart.assign(({ context }) => {
  const last = context.path.at(-1);
  return {
    answers: without(context.answers, last === undefined ? [] : [last]),
    confirmed: false,
    misses: 0,
  };
});

export const changeAnswer = chart.assign(({ context, event }) => {
  assertEvent(event, "change-asked");
  const { question } = event;
  return {
    answers: without(context.answers, [question]),
    changing: pick(context.answers, [question]),
    confirmed: false,
  };
});

export const putBack = chart.assign(({ context }) => ({
  answers: { ...context.answers, ...context.changing },
  changing: undefined,
}));

/** Counts for the case wherever it was given. */
const keptBeside: readonly QuestionId[] = ["description", "pictures"];

/** Answers of a branch that the customer has left count for nothing any more. */
export const dropAbandonedAnswers = chart.assign(({ context }) => ({
  answers: pick(context.answers, [...context.path, ...keptBeside]),
  changing: undefined,
}));

export const confirm = chart.assign({ confirmed: true });

export const reopen = chart.assign({ confirmed: false, assessment: undefined });

export const takeOffer = chart.assign(({ event }) => {
  assertEvent(event, "offer-taken");
  return {
    topic: event.offer === "stopRequest" ? ("stopDelivery" as const) : ("partial" as const),
  };
});

/** When the time has come, what may have changed meanwhile is asked anew. */
export const askAgain = chart.assign(({ context }) => ({
  answers: without(context.answers, ["progress", "arrival"]),
  assessment: undefined,
  confirmed: false,
}));

const blank = { answers: {}, path: [], sources: {}, evidence: [], misses: 0, confirmed: false };
const unsettled = { topic: undefined, rule: undefined, assessment: undefined, changing: undefined };

/** Keeps what it throws away until the next topic is chosen, so that it can be undone. */
export const startOver = chart.assign(({ context }) => {
  const { topic, answers, evidence } = context;
  const worthKeeping = topic !== undefined && context.case === undefined;
  return {
    ...archived(context),
    ...blank,
    ...unsettled,
    discarded: worthKeeping ? { topic, answers, evidence } : undefined,
  };
});

export const restore = chart.assign(({ context }) => ({
  ...context.discarded,
  discarded: undefined,
}));

export const startAnother = chart.assign(({ context }) => ({
  ...archived(context),
  ...blank,
  ...unsettled,
  discarded: undefined,
}));
function without(answers: Answers, questions: readonly QuestionId[]): Answers {
  return Object.fromEntries(
    Object.entries(answers).filter(([question]) => !questions.includes(question as QuestionId)),
  ) as Answers;
}
