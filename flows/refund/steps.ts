import { assertEvent } from "xstate";
import { assess } from "./assess.ts";
import { caseNumber } from "./case-number.ts";
import { chart } from "./chart.ts";
import {
  knownOf,
  pick,
  type SayTopic,
  type CurrentCase,
  type DecisionRecord,
  type RefundContext,
  type RefundEvent,
} from "./context.ts";
import { readFacts } from "./facts.ts";
import { flowVersion } from "./policy/figures.ts";
import type { RuleId, RuleTopic } from "./policy/rules.ts";
import type { Answers, QuestionId } from "./questions.ts";

/** What clause 2 wants on every case. */
const clause2: readonly QuestionId[] = [
  "orderNumber",
  "service",
  "links",
  "description",
  "pictures",
];

/** What customers do; the silence begins anew with each. Complete, as the compiler sees to it. */
const customerEvents: Record<RefundEvent["type"], true> = {
  started: true,
  "topic-chosen": true,
  "problem-told": true,
  answered: true,
  "answer-refused": true,
  "evidence-given": true,
  "went-back": true,
  "change-asked": true,
  confirmed: true,
  "started-over": true,
  restored: true,
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
  "stale-pressed": true,
  "edited-late": true,
};

export const onCustomer = <T>(transition: T) =>
  Object.fromEntries(Object.keys(customerEvents).map((type) => [type, transition])) as Record<
    RefundEvent["type"],
    T
  >;

interface Now {
  context: RefundContext;
  event: RefundEvent;
}

export const say = (topic: SayTopic) => ({ type: "say" as const, params: { topic } }) as const;

export const hasCase = ({ context }: Now) => context.case !== undefined;

/** Brought a problem and neither reached an assessment nor a person. */
export const isUnfinished = ({ context }: Now) =>
  context.topic !== undefined && context.assessment === undefined && context.case === undefined;

/** An answer given before is given anew: the way through the topic may be another now. */
export const changesThePath = ({ context, event }: Now) =>
  event.type === "answered" &&
  Object.keys(event.answers).some((question) => context.path.includes(question as QuestionId));

export function settledRule({ rule }: RefundContext): RuleId {
  if (rule === undefined) throw new TypeError("no rule is settled yet");
  return rule;
}

// Answers.

export const takeTopic = chart.assign(({ context, event }) => {
  assertEvent(event, "topic-chosen");
  const { description } = event;
  const answers = description === undefined ? context.answers : { ...context.answers, description };
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

/** Answers of a branch that the customer has left count for nothing any more. */
export const dropAbandonedAnswers = chart.assign(({ context }) => ({
  answers: pick(context.answers, [...context.path, "description", "pictures"]),
  changing: undefined,
}));

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

// Assessment and case.

export const assessNow = chart.assign(({ context }) => assessedBy(settledRule(context), context));

export const recordAssessment = {
  type: "recordAssessment" as const,
  params: ({ context }: Now) => ({ assessment: recordOf(context) }),
};

const newCase = chart.assign(({ context }) => ({
  ...archived(context),
  case: {
    number: caseNumber(context.dice),
    openedAt: context.at,
    contested: false,
    record: recordOf(context),
  },
  discarded: undefined,
  misses: 0,
}));

/** Brings the record up to what is known and hands it to the desk. */
export const saveCase = [
  chart.assign(({ context }) =>
    context.case === undefined
      ? {}
      : { case: { ...context.case, record: { ...context.case.record, ...givenOf(context) } } },
  ),
  {
    type: "saveCase" as const,
    params: ({ context }: Now) => ({ case: deskCase(currentCase(context), context) }),
  },
];

export const sayAssessment = {
  type: "say" as const,
  params: ({ context }: Now) => ({
    topic: "assessment" as const,
    values: { record: recordOf(context) },
  }),
};

export const openCase = [newCase, ...saveCase, sayAssessment];

export const openCaseForPerson = [
  chart.assign(({ context }) => ({ topic: context.topic ?? ("human" as const) })),
  chart.assign(({ context }) => assessedBy("human.asked", context)),
  recordAssessment,
  ...openCase,
];

export const openCaseForWithdrawal = [
  chart.assign(({ context }) => ({ topic: context.topic ?? ("withdrawal" as const) })),
  chart.assign(({ context }) => assessedBy("withdrawal.declared", context)),
  recordAssessment,
  newCase,
  chart.assign(({ context, event }) => {
    assertEvent(event, "withdrawal-declared");
    const open = currentCase(context);
    return { case: { ...open, record: { ...open.record, declaration: event.declaration } } };
  }),
  ...saveCase,
  say("receipt"),
  sayAssessment,
];

export const extendCase = [
  chart.assign(({ context, event }) => {
    assertEvent(event, "case-extended");
    return addition(context, event.text);
  }),
  say("caseExtended"),
];

export const contestCase = [
  chart.assign(({ context, event }) => {
    assertEvent(event, "contested");
    return addition({ ...context, case: { ...currentCase(context), contested: true } }, event.text);
  }),
  say("contested"),
];

export const takeEmail = [
  chart.assign(({ context, event }) => {
    assertEvent(event, "email-given");
    const open = currentCase(context);
    return { case: { ...open, record: { ...open.record, email: event.email } }, misses: 0 };
  }),
  say("emailKept"),
];

function assessedBy(rule: RuleId, context: RefundContext) {
  return { rule, assessment: assess(rule, knownOf(context)) };
}

function currentCase({ case: open }: RefundContext): CurrentCase {
  if (open === undefined) throw new TypeError("no case is open");
  return open;
}

function addition(context: RefundContext, text: string) {
  const open = currentCase(context);
  const additions = [...open.record.additions, { at: context.at, text }];
  return { case: { ...open, record: { ...open.record, additions } }, misses: 0 };
}

/** What the customer has given so far, on the path or for clause 2. */
function givenOf(context: RefundContext): Pick<DecisionRecord, "answers" | "evidence"> {
  return {
    answers: pick(context.answers, [...new Set([...context.path, ...clause2])]),
    evidence: context.evidence,
  };
}

function recordOf(context: RefundContext): DecisionRecord {
  const { assessment, timeZone, at } = context;
  if (assessment === undefined) throw new TypeError("nothing is assessed yet");
  const topic: RuleTopic = context.topic ?? "human";
  const facts = readFacts(knownOf(context));
  return {
    topic,
    assessment,
    facts,
    timeZone,
    assessedAt: at,
    flowVersion,
    ...givenOf(context),
    additions: [],
  };
}

function deskCase({ number, openedAt, contested, record }: CurrentCase, context: RefundContext) {
  const { kind, reason, urgent } = record.assessment;
  return {
    number,
    language: context.language,
    openedAt,
    updatedAt: context.at,
    status: contested ? "contested" : "open",
    urgent,
    topic: record.topic,
    kind,
    ...(reason && { reason }),
    record,
  };
}

function archived({
  case: open,
  pastCases,
}: RefundContext): Pick<RefundContext, "pastCases"> & { case?: undefined } {
  if (open === undefined) return { pastCases };
  const { number, openedAt, contested, record } = open;
  return {
    pastCases: [...pastCases, { number, openedAt, contested, topic: record.topic }],
    case: undefined,
  };
}

function without(answers: Answers, questions: readonly QuestionId[]): Answers {
  return Object.fromEntries(
    Object.entries(answers).filter(([question]) => !questions.includes(question as QuestionId)),
  ) as Answers;
}
