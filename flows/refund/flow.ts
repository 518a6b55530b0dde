import type { Conversation, Snapshot } from "../../src/core/conversation.ts";
import { begin, step } from "../../src/core/decide.ts";
import type { Flow } from "../../src/core/flow.ts";
import type { Language } from "../../src/core/language.ts";
import type { Texts } from "../../src/core/texts.ts";
import type { DeskTimes } from "../../src/core/watch.ts";
import type { DecisionRecord, RefundContext, RefundEvent } from "./context.ts";
import { clausesIn, draftDecision, preview } from "./decision-draft.ts";
import { machine } from "./machine.ts";
import { describe, describeCorrection } from "./describe.ts";
import { check, migrations } from "./migrations.ts";
import { flowVersion } from "./policy/figures.ts";
import { phraseValues } from "./phrase-values.ts";
import { readAct } from "./read-act.ts";
import { readEvent } from "./read-event.ts";
import { render, type Shop } from "./render.ts";
import { standingOf } from "./standing.ts";

/** What an owner sets of the flow. */
export interface RefundSettings extends Shop {
  /** ISO 4217, for a price without a sign. */
  currency: string;
  /** A whole order number. */
  orderNumberPattern: RegExp;
  /** From this sum on, in the currency's minor unit, a decision needs a second person; absent where none ever does. */
  approvalAmountMinor?: number;
  /** How soon the shop means to act, in time in which it is open; absent as the settings' defaults have it. */
  targets?: Targets;
}

export interface Targets {
  /** 0 where nothing is announced again. */
  remindMinutes: number;
  firstAnswerHours: number;
  resolutionHours: number;
}

const usualTargets: Targets = { remindMinutes: 30, firstAnswerHours: 8, resolutionHours: 40 };

function timesOf({ businessHours, timeZone, targets = usualTargets }: RefundSettings): DeskTimes {
  return {
    hours: businessHours,
    timeZone,
    remindMs: targets.remindMinutes * 60_000,
    firstAnswerMs: targets.firstAnswerHours * 3_600_000,
    resolutionMs: targets.resolutionHours * 3_600_000,
  };
}

/** What a customer writes to people rather than to the bot. */
const forDesk: ReadonlySet<string> = new Set([
  "customer-wrote",
  "case-extended",
  "contested",
  "person-asked",
] satisfies RefundEvent["type"][]);

/** The refund policy as a flow of the bot. */
export function createRefund(
  settings: RefundSettings,
  textsIn: (language: Language) => Texts,
): Flow {
  const { timeZone, currency, orderNumberPattern } = settings;
  const times = timesOf(settings);
  const flow: Flow = {
    id: "refund",
    version: flowVersion,
    machine,
    migrations,
    check,
    times,
    rescue(language, moment) {
      const first = begin(flow, flow.input(moment, language));
      const event = { type: "rescued", at: moment.now, dice: moment.dice };
      const next = step(flow, first.snapshot, event);
      return { ...next, timers: [...first.timers, ...next.timers] };
    },
    input: ({ now, dice }, language) => ({ at: now, dice, timeZone, language }),
    readEvent(inbound, conversation: Conversation, { now, dice }) {
      const reader = { now, timeZone, currency, orderNumberPattern };
      const { meaning, said } = readEvent(
        inbound,
        conversation,
        textsIn(conversation.language),
        reader,
      );
      return { event: { ...meaning, at: now, dice }, ...(said && { said }) };
    },
    readAct(act, { snapshot }, { now, dice }, referred) {
      const reader = { now, timeZone, currency, orderNumberPattern };
      const { approvalAmountMinor } = settings;
      const rules = {
        reader,
        times,
        ...(approvalAmountMinor !== undefined && { approvalAmountMinor }),
      };
      const read = readAct(act, snapshot.context as RefundContext, rules, referred);
      if ("refused" in read) return read;
      return { event: { ...read.meaning, at: now, dice }, said: read.said };
    },
    languageOf: ({ context }: Snapshot) => (context as RefundContext).language,
    standingOf,
    describe: (record, texts) => describe(record as DecisionRecord, settings.policyUrl, texts),
    orderOf(record) {
      const { orderNumber } = (record as DecisionRecord).answers;
      return orderNumber === "unknown" ? undefined : orderNumber;
    },
    describeCorrection: (event, texts) => describeCorrection(event, settings.timeZone, texts),
    phraseValues: (entry, made, texts) => phraseValues(entry, made, settings, texts),
    draftDecision: (record, texts) => draftDecision(record as DecisionRecord, currency, texts),
    preview: (draft, made, texts) => preview(draft, made, settings, texts),
    clauses: clausesIn,
    concernsDesk: ({ type }) => forDesk.has(type),
    render: (said, snapshot, texts) => render(said, snapshot, texts, settings),
  };
  return flow;
}
