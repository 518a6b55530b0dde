import type { Case } from "./case.ts";
import type {
  Conversation,
  EventSource,
  FlowEvent,
  LogBody,
  Said,
  UnreachableReason,
} from "./conversation.ts";
import {
  assessedBy,
  type Effect,
  type Flow,
  type SayEffect,
  type Step,
  type TimerOrder,
} from "./flow.ts";
import type { Texts } from "./texts.ts";
import type { Opened } from "./upgrade.ts";
import type { Language } from "./language.ts";
import type { Message } from "./message.ts";
import { split } from "./split.ts";
import { caseTimer, watch, type DeskTimes } from "./watch.ts";

/** What came in, as the log keeps it. */
export interface Taken {
  event: FlowEvent;
  by: EventSource;
  key: string;
  said?: Said;
}

type TimerChange =
  | { type: "set"; id: string; dueAt: number; event: string }
  | { type: "cancel"; id: string };

/** All that one turn writes, beside when and under which key. */
export interface Plan {
  conversation: Conversation;
  log: LogBody[];
  timers: TimerChange[];
  cases: Case[];
  /** Replies that waited for a customer who could not be reached go out now. */
  resumes: boolean;
}

/**
 * Turns the steps of one turn into what is stored: text is rendered here,
 * before the commit, so that a repeat sends the same bytes. A customer is
 * always answered; a timer or the platform only if the machine says
 * something, and who can't be reached by people only: what those say waits
 * for the customer's return.
 */
export function plan(
  flow: Flow,
  { conversation: before, steps: earlier, log, beganWith }: Opened,
  next: Step,
  taken: Taken,
  textsIn: (language: Language) => Texts,
  /** Whether the customer's channel takes a message in one piece. */
  fits: (message: Message) => boolean = () => true,
): Plan {
  const steps = [...earlier, next];
  const { snapshot } = next;
  const effects = steps.flatMap((step) => step.effects);
  const language = flow.languageOf(snapshot);
  const revision = before.revision + 1;

  const said = effects.filter((effect): effect is SayEffect => effect.type === "say");
  const { event } = taken;
  const cases = lastOfEach(effects, before).map((one) => watched(one, flow.times));
  const { unreachable: wasUnreachable, ...known } = before;
  const unreachable = reachAfter(taken, wasUnreachable);
  const returns = wasUnreachable !== undefined && unreachable === undefined;
  const answers = taken.by === "customer" || returns;
  const speaks =
    unreachable === undefined
      ? answers || said.length > 0
      : taken.by === "agent" && said.length > 0;
  const messages = speaks
    ? flow.render(said, snapshot, textsIn(language)).flatMap((message) =>
        // One message can stand in the place of one only.
        message.replaces === undefined ? split(message, fits) : [message],
      )
    : [];
  return {
    conversation: {
      ...known,
      ...(unreachable && { unreachable }),
      revision,
      language,
      flowVersion: flow.version,
      snapshot,
      ...flow.standingOf(snapshot),
      // Other words for an earlier message leave the question that is open as it is.
      promptedRevision: messages.some(({ replaces }) => replaces === undefined)
        ? revision
        : before.promptedRevision,
    },
    log: [
      ...log,
      { type: "event", ...taken, ...(beganWith !== undefined && { beganWith }) },
      ...steps
        .flatMap(assessedBy)
        .map((assessment): LogBody => ({ type: "assessment", assessment })),
      ...messages.map((message, index): LogBody => ({
        type: "message",
        id: messageId(before.id, revision, index),
        message,
      })),
    ],
    timers: [
      ...steps.flatMap((step) => step.timers).map((order) => timerChange(order, event.at)),
      ...cases.map(({ timer }) => timer),
    ],
    cases: cases.map((one) => one.case),
    resumes: returns,
  };
}

/** Whoever writes can be reached; otherwise the platform says it. */
function reachAfter({ event, by }: Taken, before: Unreachable): Unreachable {
  if (by === "customer" || event.type === "customer-reachable") return undefined;
  if (event.type !== "customer-unreachable") return before;
  const { at, reason } = event as FlowEvent & { reason: UnreachableReason };
  return before ?? { at, reason };
}

type Unreachable = Conversation["unreachable"];

/** A message's id: the same however often its turn is decided. */
const messageId = (conversationId: string, revision: number, index: number): string =>
  `${conversationId}:${revision}:${index}`;

/** The revision that a message's buttons belong to. */
export const revisionOf = (id: string): number => Number(id.split(":").at(-2));

function timerChange(order: TimerOrder, at: number): TimerChange {
  if (order.type === "cancel") return order;
  const { id, delayMs, event } = order;
  return { type: "set", id, dueAt: at + delayMs, event };
}

/** The case with what the shop's times make of it, and its timer for what comes next. */
function watched(saved: Case, times: DeskTimes): { case: Case; timer: TimerChange } {
  const { dueAt, alerts, next } = watch(saved, times);
  const id = caseTimer(saved.number);
  return {
    case: { ...saved, dueAt, alerts },
    timer: next ? { type: "set", id, ...next } : { type: "cancel", id },
  };
}

/** A case that is saved more than once in a turn is written once, as it came to be. */
function lastOfEach(
  effects: readonly Effect[],
  { id: conversationId, channel }: Conversation,
): Case[] {
  const saved = effects.flatMap((effect) =>
    effect.type === "saveCase" ? [effect.params.case] : [],
  );
  const byNumber = new Map(saved.map((one) => [one.number, { ...one, conversationId, channel }]));
  return [...byNumber.values()];
}
