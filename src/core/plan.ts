import type { Case } from "./case.ts";
import type { Conversation, FlowEvent, LogBody, Said } from "./conversation.ts";
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

/** What came in, as the log keeps it. */
export interface Taken {
  event: FlowEvent;
  by: "customer" | "timer";
  key: string;
  said?: Said;
  /** Of the first. */
}

/** All that one turn writes, beside when and under which key. */
export interface Plan {
  conversation: Conversation;
  log: LogBody[];
  timers: (
    | { type: "set"; id: string; dueAt: number; event: string }
    | { type: "cancel"; id: string }
  )[];
  cases: Case[];
}

/**
 * Turns the steps of one turn into what is stored: text is rendered here,
 * before the commit, so that a repeat sends the same bytes. A customer is
 * always answered; a timer speaks only if the machine says something.
 */
export function plan(
  flow: Flow,
  { conversation: before, steps: earlier, log, beganWith }: Opened,
  next: Step,
  taken: Taken,
  textsIn: (language: Language) => Texts,
): Plan {
  const steps = [...earlier, next];
  const { snapshot } = next;
  const effects = steps.flatMap((step) => step.effects);
  const language = flow.languageOf(snapshot);
  const revision = before.revision + 1;

  const said = effects.filter((effect): effect is SayEffect => effect.type === "say");
  const speaks = taken.by === "customer" || said.length > 0;
  const messages = speaks ? flow.render(said, snapshot, textsIn(language)) : [];
  const { event } = taken;
  return {
    conversation: {
      ...before,
      revision,
      language,
      flowVersion: flow.version,
      snapshot,
      ...flow.standingOf(snapshot),
      promptedRevision: speaks ? revision : before.promptedRevision,
    },
    log: [
      ...log,
      { type: "event", ...taken, ...(beganWith !== undefined && { beganWith }) },
      ...steps
        .flatMap(assessedBy)
        .map((assessment): LogBody => ({ type: "assessment", assessment })),
      ...messages.map((message, index): LogBody => ({
        type: "message",
        id: `${before.id}:${revision}:${index}`,
        message,
      })),
    ],
    timers: steps.flatMap((step) => step.timers).map((order) => timerChange(order, event.at)),
    cases: lastOfEach(effects, before),
  };
}

function timerChange(order: TimerOrder, at: number) {
  if (order.type === "cancel") return order;
  const { id, delayMs, event } = order;
  return { type: "set" as const, id, dueAt: at + delayMs, event };
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
