import { assertEvent } from "xstate";
import { assess } from "./assess.ts";
import { caseNumber } from "./case-number.ts";
import { chart, say } from "./chart.ts";
import {
  knownOf,
  pick,
  type OpenCase,
  type DecisionRecord,
  type RefundContext,
} from "./context.ts";
import { readFacts } from "./facts.ts";
import { flowVersion } from "./policy/figures.ts";
import type { RuleId, RuleTopic } from "./policy/rules.ts";
import type { QuestionId } from "./questions.ts";
import type { CaseStatus } from "../../src/core/case.ts";

/** What clause 2 wants on every case. */
const clause2: readonly QuestionId[] = [
  "orderNumber",
  "service",
  "links",
  "description",
  "pictures",
];
interface Now {
  context: RefundContext;
}

export function settledRule({ rule }: RefundContext): RuleId {
  if (rule === undefined) throw new TypeError("no rule is settled yet");
  return rule;
}
export const assessNow = chart.assign(({ context }) => assessedBy(settledRule(context), context));

export const recordAssessment = {
  type: "recordAssessment" as const,
  params: ({ context }: Now) => ({ assessment: recordOf(context) }),
};

const newCase = chart.assign(({ context }) => ({
  ...archived(context),
  case: {
    number: caseNumber(context.dice, openedInThisTurn(context)),
    openedAt: context.at,
    contested: false,
    closed: false,
    record: recordOf(context),
    factsRevision: 1,
    waitsFor: "shop" as const,
    waitingSince: context.at,
  },
  discarded: undefined,
  misses: 0,
}));

/** Brings the record up to what is known and hands it to the desk. */
export const saveCase = [
  chart.assign(({ context }) =>
    context.case === undefined
      ? {}
      : { case: withRecord(context.case, { ...context.case.record, ...givenOf(context) }) },
  ),
  {
    type: "saveCase" as const,
    params: ({ context }: Now) => ({ case: deskCase(currentCase(context), context) }),
  },
];

/** A decision rests on what was known when it was made: any change of that makes it another revision. */
export function withRecord(open: OpenCase, record: DecisionRecord): OpenCase {
  const basis = ({ answers, evidence, assessment }: DecisionRecord) =>
    JSON.stringify([answers, evidence.map(({ id }) => id), assessment.rule]);
  return basis(record) === basis(open.record)
    ? { ...open, record }
    : { ...open, record, factsRevision: open.factsRevision + 1, proposal: undefined };
}

export const sayAssessment = {
  type: "say" as const,
  params: ({ context }: Now) => ({
    topic: "assessment" as const,
    values: { record: recordOf(context) },
  }),
};

export const openCase = [newCase, ...saveCase, sayAssessment];

const reviewByPerson = [
  chart.assign(({ context }) => ({ topic: context.topic ?? ("human" as const) })),
  chart.assign(({ context }) => assessedBy("human.asked", context)),
  recordAssessment,
  newCase,
  ...saveCase,
];

export const openCaseForPerson = [...reviewByPerson, sayAssessment];

/** For a conversation whose snapshot is lost: people read its transcript. */
export const openCaseForRescue = [...reviewByPerson, say("handedOver")];

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
    const open = { ...currentCase(context), contested: true };
    const resumed = open.decision ? { ...open, ...resumedAt(context.at) } : open;
    return addition({ ...context, case: resumed }, event.text);
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

function currentCase({ case: open }: RefundContext): OpenCase {
  if (open === undefined) throw new TypeError("no case is open");
  return open;
}

function addition(context: RefundContext, text: string) {
  return { case: withAddition(currentCase(context), text, context.at), misses: 0 };
}

/** Whoever adds to a case wants it looked at, also where it was closed. */
export function withAddition(open: OpenCase, text: string, at: number): OpenCase {
  const additions = [...open.record.additions, { at, text }];
  const turn = open.waitsFor === "shop" ? {} : shopsTurn(at);
  if (open.closed) return withAddition({ ...open, closed: false, ...resumedAt(at) }, text, at);
  return { ...open, ...turn, record: { ...open.record, additions } };
}

const shopsTurn = (at: number) => ({ waitsFor: "shop" as const, waitingSince: at });

/** The shop's targets begin anew. */
export const resumedAt = (at: number) => ({
  ...shopsTurn(at),
  resumedAt: at,
  spentMs: undefined,
});

/** The case that a customer may still say how it was handled, the latest if there are several. */
export const unrated = ({ case: open, pastCases }: RefundContext): OpenCase | undefined =>
  [...pastCases, ...(open ? [open] : [])].findLast(
    ({ satisfactionAsked, satisfaction }) => satisfactionAsked && satisfaction === undefined,
  );

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

export function deskCase(open: OpenCase, { language, at, owner }: RefundContext) {
  const { number, openedAt, record, waitsFor, waitingSince, factsRevision } = open;
  const { proposal, decision, firstAnsweredAt, satisfaction } = open;
  const { releasedAt, resumedAt: resumed, spentMs, alerts } = open;
  const { kind, reason, urgent } = record.assessment;
  return {
    number,
    language,
    openedAt,
    updatedAt: at,
    status: statusOf(open),
    ...(owner?.caseNumber === number && { owner: { id: owner.id, name: owner.name } }),
    waitsFor,
    waitingSince,
    urgent,
    topic: record.topic,
    kind,
    ...(reason && { reason }),
    factsRevision,
    ...(proposal && { proposal }),
    ...(decision && { decision }),
    ...(firstAnsweredAt !== undefined && { firstAnsweredAt }),
    ...(releasedAt !== undefined && { releasedAt }),
    ...(resumed !== undefined && { resumedAt: resumed }),
    ...(spentMs !== undefined && { spentMs }),
    ...(alerts && { alerts }),
    ...(satisfaction && { satisfaction }),
    searchWords: searchWordsOf(record),
    record,
  };
}

function searchWordsOf({ answers: { orderNumber, service, links } }: DecisionRecord): string {
  return [orderNumber, service, ...(Array.isArray(links) ? links : [])]
    .filter((words) => words !== undefined && words !== "unknown")
    .join(" ")
    .toLowerCase();
}

export function statusOf({ closed, proposal, contested, decision }: OpenCase): CaseStatus {
  if (closed) return "closed";
  if (proposal) return "proposed";
  if (contested) return "contested";
  return decision ? "decided" : "open";
}

/** Closes the case in hand: it stays with people and in the customer’s status. */
export function archived({
  case: open,
  pastCases,
}: RefundContext): Pick<RefundContext, "pastCases"> & { case?: undefined } {
  return open === undefined ? { pastCases } : { pastCases: [...pastCases, open], case: undefined };
}

/** A rescue and a withdrawal declared in the same words open a case each. */
const openedInThisTurn = (context: RefundContext): number =>
  archived(context).pastCases.filter(({ openedAt }) => openedAt === context.at).length;
