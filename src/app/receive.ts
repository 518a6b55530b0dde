import type { Conversation } from "../core/conversation.ts";
import { begin, step } from "../core/decide.ts";
import { CaseNumberTaken, StaleConversation } from "../core/errors.ts";
import type { Flow, Moment } from "../core/flow.ts";
import type { Inbound } from "../core/inbound.ts";
import type { Language } from "../core/language.ts";
import { plan, type Plan } from "../core/plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { DueTimer, Store } from "../ports/store.ts";
import type { TextLibrary } from "../ports/texts.ts";

/** How often a turn is decided anew before it is given back to the platform. */
const mostAttempts = 20;

export interface Receiver {
  /**
   * Takes what a customer did: durable when it returns, and answered. The same
   * key is taken once.
   *
   * @throws StoreUnavailable when nothing was written: confirm nothing to the
   *   platform, it will bring the same again.
   */
  receive: (inbound: Inbound) => Promise<"committed" | "duplicate">;
  /** Feeds a timer's event, once. */
  fire: (timer: DueTimer) => Promise<"committed" | "duplicate">;
}

export function createReceiver(parts: {
  flow: Flow;
  store: Store;
  texts: TextLibrary;
  clock: Clock;
  defaultLanguage: Language;
  /** Called after each commit: replies and timers may wait. */
  committed: () => void;
}): Receiver {
  const { flow, store, texts, clock, defaultLanguage, committed } = parts;
  const textsIn = (language: Language) => texts.in(language);

  async function turn(
    conversationId: string,
    key: string,
    decide: (stored: Conversation | undefined, moment: Moment) => Plan | undefined,
  ): Promise<"committed" | "duplicate"> {
    for (let attempt = 1; ; attempt++) {
      const moment = { now: clock.now(), dice: hex(clock.random(4)) };
      const stored = await store.load(conversationId);
      const planned = decide(stored, moment);
      if (!planned) return "duplicate";
      try {
        const result = await store.commit({ ...planned, handled: key, at: moment.now });
        if (result === "committed") committed();
        return result;
      } catch (error) {
        const lostRace = error instanceof StaleConversation || error instanceof CaseNumberTaken;
        if (!lostRace || attempt >= mostAttempts) throw error;
      }
    }
  }

  return {
    receive: (inbound) =>
      turn(inbound.conversationId, inbound.key, (stored, moment) => {
        const fresh = stored ? undefined : begin(flow, moment, inbound.language ?? defaultLanguage);
        const before = stored ?? newConversation(inbound, flow, fresh?.snapshot);
        const { event, said } = flow.readEvent(inbound, before, moment);
        const next = step(flow, before.snapshot, event);
        const taken = {
          event,
          by: "customer" as const,
          key: inbound.key,
          ...(said && { said }),
          ...(fresh && { beganIn: before.language }),
        };
        return plan(flow, before, fresh ? [fresh, next] : [next], taken, textsIn);
      }),

    fire: ({ conversationId, id, dueAt, event: type }) => {
      const key = `timer:${conversationId}:${id}:${dueAt}`;
      return turn(conversationId, key, (stored, { now, dice }) => {
        if (!stored) return undefined;
        const event = { type, at: now, dice };
        const planned = plan(
          flow,
          stored,
          [step(flow, stored.snapshot, event)],
          { event, by: "timer", key },
          textsIn,
        );
        return { ...planned, timers: [{ type: "cancel", id }, ...planned.timers] };
      });
    },
  };

  function newConversation(
    { conversationId, channel, language }: Inbound,
    { id, version }: Flow,
    snapshot: Conversation["snapshot"] | undefined,
  ): Conversation {
    if (!snapshot) throw new TypeError("a new conversation begins with the machine's first state");
    return {
      id: conversationId,
      channel,
      revision: 0,
      language: language ?? defaultLanguage,
      flow: id,
      flowVersion: version,
      snapshot,
      promptedRevision: 0,
    };
  }
}

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
