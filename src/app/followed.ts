import type { Case } from "../core/case.ts";
import type { LogEntry } from "../core/conversation.ts";
import { cardOf } from "../core/desk-card.ts";
import { type MessageState, postOf } from "../core/desk-posts.ts";
import type { Flow } from "../core/flow.ts";
import type { Followed } from "../core/next-step.ts";
import type { Texts } from "../core/texts.ts";
import type { Clock } from "../ports/clock.ts";
import type { Desk } from "../ports/desk.ts";
import type { Store } from "../ports/store.ts";
import { walkLog } from "./walk-log.ts";

/** A reply is mostly delivered within this; later than that it is shown on its way. */
const doubtMs = 3000;
/** Of one order, on a card. */
const mostOthers = 5;
/** That are looked at for them: a number may stand within another. */
const mostFound = 20;

export interface LookParts {
  store: Pick<
    Store,
    "load" | "readLog" | "casesOf" | "listCases" | "readUnsent" | "readDeliveries"
  >;
  flow: Pick<Flow, "describe" | "concernsDesk" | "orderOf">;
  /** In the desks' language. */
  texts: Texts;
  timeZone: string;
  /** Of a case's page in the console. */
  urlOf: (number: string) => string;
  clock: Clock;
}

/**
 * A conversation as a desk shows it, with its log after `seq`, at this moment:
 * what is committed later makes the following due again.
 */
export function createLook({ store, flow, texts, timeZone, urlOf, clock }: LookParts) {
  return async function look(desk: Desk, conversationId: string, seq: number): Promise<Followed> {
    const [conversation, latestFirst, entries, unsent, deliveries] = await Promise.all([
      store.load(conversationId),
      store.casesOf(conversationId),
      logAfter(conversationId, seq),
      store.readUnsent(conversationId),
      store.readDeliveries(conversationId),
    ]);
    const cases = latestFirst.toReversed();
    const others = new Map<string, readonly Case[]>();
    for (const entry of cases) others.set(entry.number, await othersOf(entry, cases));
    const describe = (entry: Case) => flow.describe(entry.record, texts);
    const stateOf = (id: string): MessageState => {
      const waits = unsent.find(({ messageId }) => messageId === id);
      if (waits) return waits.state;
      const ended = deliveries.find(({ messageId }) => messageId === id);
      return ended?.state === "failed" ? "failed" : "delivered";
    };
    return {
      cases,
      entries,
      longestPost: desk.longestPost,
      evidenceOf: (entry) => describe(entry).evidence,
      cardOf: (entry) =>
        cardOf(
          entry,
          {
            description: describe(entry),
            others: others.get(entry.number) ?? [],
            unreachable: conversation?.unreachable,
            timeZone,
            url: urlOf(entry.number),
          },
          texts,
        ),
      postOf: (entry, isAgain) =>
        postOf(entry, {
          ...(!isAgain && { notedAt: desk.name }),
          texts,
          concernsDesk: (event) => flow.concernsDesk(event),
          stateOf,
        }),
      isInDoubt: ({ at, body }) =>
        body.type === "message" &&
        clock.now() - at < doubtMs &&
        ["waiting", "unknown"].includes(stateOf(body.id)),
      goesOnIn: (number) => ({
        spans: [{ text: texts.text("desk:goesOnIn", { number }) }],
        files: [],
      }),
    };
  };

  /** The customer's other cases, and those of the same order. */
  async function othersOf(entry: Case, own: readonly Case[]): Promise<readonly Case[]> {
    const order = flow.orderOf(entry.record);
    const found =
      order === undefined
        ? []
        : await store.listCases({ filter: { words: order }, limit: mostFound });
    const same = found.filter(({ record }) => flow.orderOf(record) === order);
    const all = new Map([...own, ...same].map((one) => [one.number, one]));
    all.delete(entry.number);
    return [...all.values()].slice(0, mostOthers);
  }

  async function logAfter(conversationId: string, seq: number): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of walkLog(store, conversationId, seq)) entries.push(entry);
    return entries;
  }
}
