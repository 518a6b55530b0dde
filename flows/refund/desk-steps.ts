import { assertEvent } from "xstate";
import { assess } from "./assess.ts";
import { deskCase, resumedAt, withAddition, withRecord } from "./case-steps.ts";
import { chart, say } from "./chart.ts";
import type { Decision } from "../../src/core/act.ts";
import { alertTypes, type AlertType } from "../../src/core/case.ts";
import { countShown } from "../../src/core/evidence.ts";
import type { AgentEvent, OpenCase, RefundContext, RefundEvent } from "./context.ts";
import { readFacts } from "./facts.ts";

interface Now {
  context: RefundContext;
  event: RefundEvent;
}

/** The case of that number, the current one or an earlier one. */
export function caseOf(
  { case: current, pastCases }: RefundContext,
  number: string,
): OpenCase | undefined {
  return [current, ...pastCases].find((one) => one?.number === number);
}

function changeCase(
  context: RefundContext,
  number: string,
  change: (open: OpenCase) => OpenCase,
): Partial<RefundContext> {
  const { case: current, pastCases } = context;
  if (current?.number === number) return { case: change(current) };
  return { pastCases: pastCases.map((one) => (one.number === number ? change(one) : one)) };
}

const byAgent = (event: RefundEvent): AgentEvent => {
  if (!("agent" in event)) throw new TypeError(`${event.type} is no agent's`);
  return event;
};

export const isAboutCase = ({ context, event }: Now): boolean =>
  "caseNumber" in event && caseOf(context, event.caseNumber) !== undefined;

export const isAboutCurrent = ({ context, event }: Now): boolean =>
  "caseNumber" in event && context.case?.number === event.caseNumber;

export const isProposedCurrent = (now: Now): boolean => isAboutCurrent(now) && isProposed(now);

export const isProposed = ({ context, event }: Now): boolean =>
  "caseNumber" in event && caseOf(context, event.caseNumber)?.proposal !== undefined;

const numberIn = (event: RefundEvent): string => {
  if (!("caseNumber" in event)) throw new TypeError(`${event.type} is about no case`);
  return event.caseNumber;
};

/** Hands the case that something was done with to the desk. */
const saveActed = {
  type: "saveCase" as const,
  params: ({ context, event }: Now) => savedOf(context, numberIn(event)),
};

function savedOf(context: RefundContext, number: string) {
  const open = caseOf(context, number);
  if (!open) throw new TypeError("an act is about a case of the conversation");
  return { case: deskCase(open, context) };
}

/** Changes the case that the act is about, and saves it. */
const changing = (
  change: (open: OpenCase, event: AgentEvent, context: RefundContext) => OpenCase,
) =>
  [
    chart.assign(({ context, event }) => {
      const act = byAgent(event);
      return changeCase(context, act.caseNumber, (open) => change(open, act, context));
    }),
    saveActed,
  ] as const;

function customersTurn(open: OpenCase, event: AgentEvent): OpenCase {
  const { at } = event;
  const turnMs = "turnMs" in event ? event.turnMs : undefined;
  return {
    ...open,
    waitsFor: "customer",
    waitingSince: at,
    firstAnsweredAt: open.firstAnsweredAt ?? at,
    ...(turnMs !== undefined && { spentMs: (open.spentMs ?? 0) + turnMs }),
  };
}

const own = chart.assign(({ event }) => {
  const { agent, caseNumber } = byAgent(event);
  return { owner: { ...agent, caseNumber } };
});

const disown = chart.assign({ owner: undefined });

const sayAs = (
  topic:
    | "agentJoined"
    | "agentLeft"
    | "agentSaid"
    | "agentReworded"
    | "agentWithdrew"
    | "agentAsked"
    | "decision"
    | "satisfactionAsked",
) => ({
  type: "say" as const,
  params: ({ context, event }: Now) => ({
    topic,
    values: {
      agent: "agent" in event ? event.agent : undefined,
      ...("text" in event && { text: event.text }),
      ...("files" in event && { files: event.files }),
      ...("answers" in event && { answers: event.answers }),
      ...("quote" in event && { quote: event.quote }),
      ...("message" in event && { message: event.message }),
      ...("wanted" in event && { wanted: event.wanted }),
      ...("caseNumber" in event && { decided: caseOf(context, event.caseNumber) }),
    },
  }),
});

/** The other case that the thread was had for, if the act is about another one than that. */
function left({ context, event }: Now): OpenCase | undefined {
  const number = context.owner?.caseNumber;
  return number === undefined || number === numberIn(event) ? undefined : caseOf(context, number);
}

const givenBack = (open: OpenCase, { at }: { at: number }): OpenCase => ({
  ...open,
  releasedAt: at,
});

/** Who turns to another case of the customer's has given back the one before. */
const leave = [
  chart.assign(({ context, event }) => {
    const number = left({ context, event })?.number;
    return number === undefined
      ? {}
      : changeCase(context, number, (open) => givenBack(open, context));
  }),
  {
    type: "saveCase" as const,
    params: ({ context, event }: Now) =>
      savedOf(
        { ...context, owner: undefined },
        left({ context, event })?.number ?? numberIn(event),
      ),
  },
];

export const take = [...leave, own, saveActed, sayAs("agentJoined")];

export const release = [disown, ...changing(givenBack), sayAs("agentLeft")];

export const speak = [...changing(customersTurn), sayAs("agentSaid")];

export const reword = sayAs("agentReworded");

export const withdraw = sayAs("agentWithdrew");

export const askFor = [...changing(customersTurn), sayAs("agentAsked")];

/** What a customer says while an agent has the thread goes into the case that they have it for. */
export const hear = [
  chart.assign(({ context, event }) => {
    assertEvent(event, "customer-wrote");
    const { at, owner, evidence } = context;
    const { text, files = [] } = event;
    const change = (open: OpenCase): OpenCase => {
      const { record } = open;
      const given = { ...record, evidence: [...record.evidence, ...files] };
      const heard = withRecord(open, given);
      return withAddition(heard, text ?? "", at);
    };
    return {
      ...(owner && changeCase(context, owner.caseNumber, change)),
      evidence: [...evidence, ...files],
    };
  }),
  {
    type: "saveCase" as const,
    params: ({ context }: Now) => savedOf(context, context.owner?.caseNumber ?? ""),
  },
];

/** The assessment is made again with the corrected fact, and recorded beside the earlier one. */
export const correct = [
  ...changing((open, event, { at, timeZone }) => {
    if (event.type !== "fact-corrected") return open;
    const { record } = open;
    const answers = { ...record.answers, ...event.answers };
    const known = { answers, evidenceCount: countShown(record.evidence), at, timeZone };
    return withRecord(open, {
      ...record,
      answers,
      facts: readFacts(known),
      assessment: assess(event.rule, known),
      assessedAt: at,
    });
  }),
  {
    type: "recordAssessment" as const,
    params: ({ context, event }: Now) => ({
      assessment: caseOf(context, byAgent(event).caseNumber)?.record,
    }),
  },
];

const decisionOf = (
  event: AgentEvent,
  { at }: RefundContext,
  { factsRevision }: OpenCase,
): Decision => {
  if (event.type !== "decided" && event.type !== "decision-proposed")
    throw new TypeError(`${event.type} decides nothing`);
  return { ...event.decision, factsRevision, by: event.agent, at };
};

const decidedWith = (open: OpenCase, decision: Decision, event: AgentEvent): OpenCase => ({
  ...customersTurn(open, event),
  decision,
  proposal: undefined,
  contested: false,
});

export const decide = [
  disown,
  ...changing((open, event, context) => decidedWith(open, decisionOf(event, context, open), event)),
  sayAs("decision"),
];

export const propose = changing((open, event, context) => ({
  ...open,
  proposal: decisionOf(event, context, open),
}));

export const approve = [
  disown,
  ...changing((open, event) => {
    const { agent: approvedBy, at } = event;
    return open.proposal ? decidedWith(open, { ...open.proposal, approvedBy, at }, event) : open;
  }),
  sayAs("decision"),
];

export const decline = changing((open) => ({ ...open, proposal: undefined }));

export const close = [
  disown,
  ...changing((open, event) => ({
    ...open,
    closed: true,
    ...("asks" in event && event.asks && { satisfactionAsked: true as const }),
  })),
];

/** Guards `case-closed`. */
export const asksSatisfaction = (now: Now): boolean =>
  isAboutCase(now) && "asks" in now.event && now.event.asks !== undefined;

export const closeAndAsk = [...close, sayAs("satisfactionAsked")];

export const reopen = changing((open, { at }) => ({ ...open, closed: false, ...resumedAt(at) }));

const isAlert = (type: string): type is AlertType =>
  (alertTypes as readonly string[]).includes(type);

export const onAlert = <T>(transition: T) =>
  Object.fromEntries(alertTypes.map((type) => [type, transition])) as Record<AlertType, T>;

/** What the case's timer raised is kept on the case, for every desk to tell. */
export const noteAlert = [
  chart.assign(({ context, event }) => {
    const { type, at } = event;
    if (!isAlert(type)) return {};
    return changeCase(context, numberIn(event), (open) => ({
      ...open,
      alerts: { ...open.alerts, [type]: at },
    }));
  }),
  saveActed,
];

export const isUnrated = ({ context, event }: Now): boolean => {
  const open = "caseNumber" in event ? caseOf(context, event.caseNumber) : undefined;
  return open?.satisfactionAsked === true && open.satisfaction === undefined;
};

export const takeSatisfaction = [
  chart.assign(({ context, event }) => {
    assertEvent(event, "satisfaction-given");
    const { caseNumber, satisfaction } = event;
    return changeCase(context, caseNumber, (open) => ({ ...open, satisfaction }));
  }),
  saveActed,
  say("satisfactionKept"),
];
