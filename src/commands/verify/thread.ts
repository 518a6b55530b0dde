import type { Conversation, FlowEvent, Snapshot } from "../../core/conversation.ts";
import { begin, step } from "../../core/decide.ts";
import type { Step } from "../../core/flow.ts";
import type { Effect, Flow } from "../../core/flow.ts";
import type { Inbound, InboundContent } from "../../core/inbound.ts";
import { languages, type Language } from "../../core/language.ts";
import type { Choice, Message } from "../../core/message.ts";
import { plan, type Taken } from "../../core/plan.ts";
import type { Texts } from "../../core/texts.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { timerEvent } from "../../core/watch.ts";
import { parseBusinessHours } from "../../core/calendar.ts";
import { createRefund } from "../../../flows/refund/flow.ts";
import { timeZone } from "./answers.ts";

/** A flow and its words: what a conversation is led with. */
export interface Bot {
  flow: Flow;
  texts: TextLibrary;
  /** The keys of the texts that were said so far. */
  used: ReadonlySet<string>;
}

const shop = {
  name: "Viplikes",
  policyUrl: "https://viplikes.net/refund-policy",
  privacyUrl: "https://viplikes.net/privacy-policy",
  timeZone,
  businessHours: parseBusinessHours("mon-fri 09:00-17:00") ?? [],
  currency: "EUR",
  orderNumberPattern: /\d{5,9}/u,
  orderNumberExample: "48213",
};

/** The refund flow in a shop of the verifier's own. */
export function openBot(library: TextLibrary): Bot {
  const used = new Set<string>();
  const recorded = new Map(
    languages.map((language): [Language, Texts] => {
      const inner = library.in(language);
      const text: Texts["text"] = (key, values) => {
        used.add(key);
        return inner.text(key, values);
      };
      return [language, { ...inner, text }];
    }),
  );
  const texts: TextLibrary = { in: (language) => recorded.get(language) as Texts };
  return { flow: createRefund(shop, (language) => texts.in(language)), texts, used };
}

/** A conversation without a store: each turn is read, decided and planned as `app/receive` does it. */
export interface Thread {
  conversation: Conversation;
  now: number;
  /** What the last turn said. */
  messages: readonly Message[];
  effects: readonly Effect[];
  timers: ReadonlyMap<string, { dueAt: number; event: string }>;
  /** What the last turn was taken as. */
  event: FlowEvent;
}

/** A thread as it stands in a snapshot, before anything was said. */
export function threadAt(
  { flow }: Bot,
  snapshot: Snapshot,
  language: Language,
  now: number,
): Thread {
  return {
    conversation: {
      id: "conversation-of-the-verifier",
      channel: "web",
      revision: 1,
      language,
      flow: flow.id,
      flowVersion: flow.version,
      snapshot,
      ...flow.standingOf(snapshot),
      promptedRevision: 1,
    },
    now,
    messages: [],
    effects: [],
    timers: new Map(),
    event: { type: "started", at: now, dice: "0" },
  };
}

export function openThread(bot: Bot, language: Language, now: number): Thread {
  const begun = begin(bot.flow, bot.flow.input({ now, dice: "00000001" }, language));
  const empty = threadAt(bot, begun.snapshot, language, now);
  const event = { type: "started", at: now, dice: "00000002" };
  const started = step(bot.flow, begun.snapshot, event);
  return planned(bot, empty, [begun], started, { event, by: "customer", key: "0" });
}

/** The next turn: what a customer does. */
export function bring(bot: Bot, thread: Thread, content: InboundContent): Thread {
  const { conversation, now } = thread;
  const { id: conversationId, channel, revision } = conversation;
  const inbound: Inbound = { key: keyOf(revision), conversationId, channel, content };
  const moment = { now, dice: ((revision * 2_654_435_761) >>> 0).toString(16) };
  const { event, said } = bot.flow.readEvent(inbound, conversation, moment);
  const next = step(bot.flow, conversation.snapshot, event);
  return planned(bot, thread, [], next, {
    event,
    by: "customer",
    key: inbound.key,
    ...(said && { said }),
  });
}

/** The key under which the turn after this many came in. */
export const keyOf = (revision: number) => `verify:${revision}`;

/** The thread some time later, with what became due meanwhile fired in order. */
export function passTime(bot: Bot, thread: Thread, ms: number): Thread {
  const until = thread.now + ms;
  let at = thread;
  for (;;) {
    const due = [...at.timers]
      .filter(([, { dueAt }]) => dueAt <= until)
      .sort(([, a], [, b]) => a.dueAt - b.dueAt)[0];
    if (!due) return { ...at, now: until };
    const [id, { dueAt, event: type }] = due;
    const event = timerEvent({ id, event: type }, { now: dueAt, dice: "0badcafe" });
    const timers = new Map(at.timers);
    timers.delete(id);
    const next = step(bot.flow, at.conversation.snapshot, event);
    at = planned(bot, { ...at, now: dueAt, timers }, [], next, {
      event,
      by: "timer",
      key: `${id}:${dueAt}`,
    });
  }
}

/** Everything that can be pressed under a turn's messages. */
export function offered(messages: readonly Message[]): Choice[] {
  return messages.flatMap(({ choices, blocks }) => [
    ...choices,
    ...blocks.flatMap((block) =>
      block.type === "review" ? block.rows.map((row) => row.change) : [],
    ),
  ]);
}

function planned(
  { flow, texts }: Bot,
  before: Thread,
  steps: readonly Step[],
  next: Step,
  taken: Taken,
): Thread {
  const opened = { conversation: before.conversation, steps, log: [] };
  const {
    conversation,
    log,
    timers: orders,
  } = plan(flow, opened, next, taken, (language) => texts.in(language));
  const timers = new Map(before.timers);
  for (const order of orders) {
    if (order.type === "set") timers.set(order.id, order);
    else timers.delete(order.id);
  }
  return {
    // Through JSON, as the store does it.
    conversation: {
      ...conversation,
      snapshot: JSON.parse(JSON.stringify(conversation.snapshot)) as Snapshot,
    },
    now: before.now,
    messages: log.flatMap((body) => (body.type === "message" ? [body.message] : [])),
    effects: [...steps, next].flatMap(({ effects }) => effects),
    timers,
    event: taken.event,
  };
}
