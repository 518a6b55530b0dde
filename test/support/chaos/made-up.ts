import { nonceOf } from "../../../src/adapters/discord/outbound.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { textOf } from "../../../src/adapters/telegram/outbound.ts";
import { createReceiver } from "../../../src/app/receive.ts";
import type { Agent } from "../../../src/core/agent.ts";
import type { ActContent } from "../../../src/core/act.ts";
import type { ChannelName, Conversation, LogEntry } from "../../../src/core/conversation.ts";
import type { InboundContent } from "../../../src/core/inbound.ts";
import { library, quiet, refund, stoppedClock } from "../shop.ts";
import type { LoggedCall } from "../telegram/calls.ts";
import type { Deed } from "./agents.ts";
import type { Chaos } from "./chaos.ts";
import type { Found } from "./evidence.ts";

const chatId = 5001;
const place = "room-of-bo";
const aDayAndMore = 25 * 3_600_000;
const ida: Agent = { id: "ida", name: "Ida", role: "agent" };
const press = (choice: string) => ({ press: choice }) as const;

const write = (text: string) => ({ type: "text", text }) as const;

/** What a customer does one after the other, by the key under which it is taken. */
const deeds: Readonly<
  Record<
    ChannelName,
    readonly (readonly [key: string, InboundContent | ReturnType<typeof press>])[]
  >
> = {
  telegram: [
    [`telegram:1:message:${chatId}:1`, { type: "started" }],
    ["telegram:1:press:p-1", press("topic:drop")],
    [`telegram:1:message:${chatId}:2`, write("48213")],
    [`telegram:1:message:${chatId}:3`, { type: "command", command: "person" }],
  ],
  discord: [
    ["discord:m:1", write("/start")],
    ["discord:i:2", press("topic:notDelivered")],
    ["discord:m:3", write("48213")],
    ["discord:m:4", write("demain")],
  ],
  web: [
    ["web:w:id-1", { type: "started" }],
    ["web:w:id-2", press("topic:drop")],
    ["web:w:id-3", write("48213")],
  ],
};

const ids: Readonly<Record<ChannelName, string>> = {
  telegram: `telegram-${chatId}`,
  discord: "discord-77",
  web: "web-anna",
};

/** A chaos in which all went well, by the bot itself with a store in memory: one customer on each channel and an agent, and a day later. */
export async function madeUp(): Promise<Chaos> {
  const store = openSqliteStore(":memory:");
  const clock = stoppedClock();
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: "sv",
    committed: () => {},
  });
  for (const channel of ["telegram", "discord", "web"] as const)
    for (const [key, content] of deeds[channel]) {
      const conversationId = ids[channel];
      const stored = await store.load(conversationId);
      const done =
        "press" in content
          ? {
              type: "pressed" as const,
              choice: content.press,
              revision: stored?.promptedRevision ?? 0,
            }
          : content;
      await receiver.receive({ key, conversationId, channel, content: done });
    }
  const [agentsCase] = await store.casesOf(ids.telegram);
  const caseNumber = agentsCase?.number ?? "";
  const acted: Deed[] = [];
  const acts: readonly ActContent[] = [
    { type: "taken" },
    { type: "said", text: "Vi tittar på det." },
  ];
  for (const content of acts) {
    const key = `click-${acted.length}`;
    await receiver.act({
      key: `console:ida:${key}`,
      conversationId: ids.telegram,
      caseNumber,
      agent: ida,
      content,
    });
    const { type } = content;
    const text = "text" in content ? { text: content.text } : {};
    acted.push({ caseNumber, type, key, outcome: "done", ...text });
  }
  clock.at += aDayAndMore;
  for (const timer of await store.dueTimers(clock.now(), 100)) await receiver.fire(timer);

  const conversations = new Map<string, Found>();
  for (const id of Object.values(ids)) {
    const log = await store.readLog(id, 0, 1000);
    conversations.set(id, {
      stored: (await store.load(id)) as Conversation,
      log,
      deliveries: repliesIn(log).map(({ id: messageId, seq, at }, index) => ({
        messageId,
        conversationId: id,
        seq,
        state: "sent",
        receipt: `${100 + index}`,
        at,
      })),
    });
  }
  await store.close();
  const found = (channel: ChannelName) => conversations.get(ids[channel])?.log ?? [];
  return {
    windows: [],
    conversations,
    troubled: [],
    people: {
      web: [
        {
          acknowledged: deeds.web.map(([key]) => key.slice(key.lastIndexOf(":") + 1)),
          seen: repliesIn(found("web")).map(({ seq }) => ({ from: "bot", seq }) as unknown as Seen),
        },
      ],
      chats: [{ person: { id: "77" }, place, typed: ["48213", "demain"] }],
      finished: 1,
      derailed: [],
      stuck: [],
      answersMs: [50],
    },
    agents: [{ deeds: acted }],
    telegram: {
      acts: new Map([[chatId, deeds.telegram.map(([key]) => key)]]),
      arrivals: new Map([[chatId, repliesIn(found("telegram")).map(arrival)]]),
      unanswered: new Map([[chatId, []]]),
      faults: [],
      early: [],
      isWebhook: false,
    },
    discord: {
      rooms: new Map([[place, repliesIn(found("discord")).map(({ id }) => nonceOf(id))]]),
      words: new Map(),
      faults: [],
      early: [],
    },
    exits: [{ code: 0, ms: 100 }],
    crashes: [],
    unrested: [],
    restMs: 100,
  };
}

type Seen = Chaos["people"]["web"][number]["seen"][number];

const repliesIn = (log: readonly LogEntry[]) =>
  log.flatMap(({ seq, at, body }) => (body.type === "message" ? [{ seq, at, ...body }] : []));

const arrival = ({ at, message }: ReturnType<typeof repliesIn>[number], index: number) =>
  ({
    at,
    method: "sendMessage",
    params: { chat_id: chatId, text: textOf(message, {}).text },
    chatId,
    applied: true,
    outcome: "ok",
    messageId: 100 + index,
  }) satisfies LoggedCall;
