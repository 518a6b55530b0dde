import { fileURLToPath } from "node:url";
import { createRefund } from "../../flows/refund/flow.ts";
import { loadTexts } from "../../src/adapters/i18next/texts.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createReceiver } from "../../src/app/receive.ts";
import { parseBusinessHours } from "../../src/core/calendar.ts";
import type { ActContent } from "../../src/core/act.ts";
import { isAtLeast, type Agent } from "../../src/core/agent.ts";
import type { Inbound, InboundContent } from "../../src/core/inbound.ts";
import type { Language } from "../../src/core/language.ts";
import type { Choice, Message } from "../../src/core/message.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Clock } from "../../src/ports/clock.ts";

export const library = await loadTexts(fileURLToPath(new URL("../../locales", import.meta.url)));

export const settings = {
  name: "Viplikes",
  policyUrl: "https://viplikes.net/refund-policy",
  privacyUrl: "https://viplikes.net/privacy-policy",
  timeZone: "Europe/Paris",
  businessHours: parseBusinessHours("mon-fri 09:00-17:00") ?? [],
  currency: "EUR",
  orderNumberPattern: /\d{5,9}/u,
  orderNumberExample: "48213",
  approvalAmountMinor: 50_000,
};

export const refund = createRefund(settings, (language) => library.in(language));

/** Sunday, 2026-03-01 12:00 UTC. */
export const sunday = Date.UTC(2026, 2, 1, 12);

/** Writes nothing: a test looks at what happened. */
export const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** A clock that stands until it is moved, and dice that count. */
export function stoppedClock(at = sunday): Clock & { at: number } {
  let thrown = 0;
  return {
    at,
    now() {
      return this.at;
    },
    random(bytes) {
      thrown++;
      return Uint8Array.from({ length: bytes }, (_, index) => (thrown >> (8 * index)) & 255);
    },
  };
}

/** One customer at the real core, flow, texts and store; only time and chance are held. */
export function openChat(
  language: Language = "fr",
  clock = stoppedClock(),
  /** Who works there; absent for whoever acts alone. */
  agents?: readonly Agent[],
) {
  const store = openSqliteStore(":memory:");
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: language,
    ...(agents && {
      agents: {
        idsOf: async (least) => agents.filter((one) => isAtLeast(one, least)).map(({ id }) => id),
      },
    }),
    committed: () => {},
  });
  const conversationId = "conversation-of-a-test";
  let count = 0;
  let seen = 0;

  async function news(): Promise<Message[]> {
    const entries = await store.readLog(conversationId, seen, 1000);
    seen = entries.at(-1)?.seq ?? seen;
    return entries.flatMap(({ body }) => (body.type === "message" ? [body.message] : []));
  }

  const chat = {
    store,
    receiver,
    clock,
    conversationId,
    /** What the bot answers to this, with the key it came under. */
    async send(content: InboundContent, key = `test:${++count}`): Promise<Message[]> {
      const inbound: Inbound = { key, conversationId, channel: "web", language, content };
      await receiver.receive(inbound);
      return news();
    },
    close: () => store.close(),
    /** What the bot or an agent says to this act. */
    async act(agent: Agent, content: ActContent, caseNumber?: string): Promise<Message[]> {
      const stored = await store.load(conversationId);
      const { case: open } = (stored?.snapshot.context ?? {}) as { case?: { number: string } };
      await receiver.act({
        key: `test:act:${++count}`,
        conversationId,
        caseNumber: caseNumber ?? open?.number ?? "",
        agent,
        content,
      });
      return news();
    },
    type: (text: string, key?: string) => chat.send({ type: "text", text }, key),
    /** Presses a button of the last message. */
    async press(choice: string): Promise<Message[]> {
      const stored = await store.load(conversationId);
      return chat.send({ type: "pressed", choice, revision: stored?.promptedRevision ?? 0 });
    },
    /** Moves the clock and fires what is due. */
    async pass(ms: number): Promise<Message[]> {
      clock.at += ms;
      for (const timer of await store.dueTimers(clock.now(), 100)) await receiver.fire(timer);
      return news();
    },
  };
  return chat;
}

/** The texts of a message's blocks, line by line. */
export const choicesOf = (messages: readonly Message[]): string[] =>
  (messages.at(-1)?.choices ?? []).map((choice: Choice) => choice.id);
