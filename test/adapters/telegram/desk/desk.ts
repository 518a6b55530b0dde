import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { openFileEvidence } from "../../../../src/adapters/files/evidence.ts";
import { systemClock } from "../../../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../../../src/adapters/sharp/inspector.ts";
import { openSqliteStore } from "../../../../src/adapters/sqlite/store.ts";
import { openTelegram } from "../../../../src/adapters/telegram/channel.ts";
import { createDeskHand } from "../../../../src/app/desk-hand.ts";
import { createKeepEvidence } from "../../../../src/app/keep-evidence.ts";
import { createReceiver } from "../../../../src/app/receive.ts";
import { type Agent, isAtLeast } from "../../../../src/core/agent.ts";
import type { Case } from "../../../../src/core/case.ts";
import type { LogBody } from "../../../../src/core/conversation.ts";
import type { Language } from "../../../../src/core/language.ts";
import type { AgentDirectory } from "../../../../src/ports/agents.ts";
import type { Channel } from "../../../../src/ports/channel.ts";
import type { DeskWork } from "../../../../src/ports/desk.ts";
import type { Log } from "../../../../src/ports/log.ts";
import { library, refund, sunday } from "../../../support/shop.ts";
import type { GroupOptions } from "../../../support/telegram/groups.ts";
import { openTelegramServer, type TelegramOptions } from "../../../support/telegram/server.ts";
import type { SeenMessage } from "../../../support/telegram/view.ts";
import { createWork } from "../../../support/work.ts";

export const forum = -1_001_234;
export const ida = { id: 41, firstName: "Ida" };
export const bo = { id: 42, firstName: "Bo" };
export const lea = { id: 43, firstName: "Léa" };
/** In the group, and on no list. */
export const eve = { id: 66, firstName: "Eve" };

export const picture = readFileSync(
  fileURLToPath(new URL("../../../fixtures/files/screenshot.png", import.meta.url)),
);

/** Who works there, by Telegram's numbers; a test may change it. */
const staff = (): Map<string, Agent> =>
  new Map([
    ["41", { id: "ida", name: "Ida", role: "agent" }],
    ["42", { id: "bo", name: "Bo", role: "agent" }],
    ["43", { id: "lea", name: "Léa", role: "lead" }],
  ]);

export interface DeskOptions {
  language?: Language;
  repliesAreMarked?: boolean;
  server?: TelegramOptions;
  perMinute?: number;
  group?: Partial<GroupOptions>;
  /** As the shop has set it; the group's own unless given. */
  chat?: string;
  /** Other channels beside Telegram. */
  channels?: readonly Channel[];
  hand?: (hand: DeskWork["hand"]) => DeskWork["hand"];
}

/** The bot at a local Telegram with an agents' group, as `main.ts` puts it together; only the clock can be put forward. */
export async function openDesk(options: DeskOptions = {}) {
  const began = performance.now();
  let ahead = 0;
  const naps = new Set<{ dueAt: number; wake: () => void }>();
  const clock = {
    ...systemClock,
    now: () => sunday + Math.floor(performance.now() - began) + ahead,
  };
  const sleep = (ms: number) => {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const nap = {
      dueAt: clock.now() + ms,
      wake: () => {
        clearTimeout(timer);
        naps.delete(nap);
        resolve();
      },
    };
    const timer = setTimeout(nap.wake, ms);
    naps.add(nap);
    return { done, abort: nap.wake };
  };
  const server = await openTelegramServer({ now: clock.now, ...options.server });
  const group = server.group({
    id: forum,
    forum: true,
    members: [ida, bo, lea, eve],
    ...options.group,
  });
  const folder = mkdtempSync(join(tmpdir(), "ombud-telegram-desk-"));
  const store = openSqliteStore(":memory:");
  const evidence = openFileEvidence(folder);
  const inspector = createSharpInspector({ answerWithinMs: 30_000 });
  const logged: { level: string; facts: object; text: string }[] = [];
  const write = (level: string) => (facts: object, text: string) =>
    void logged.push({ level, facts, text });
  const log: Log = { info: write("info"), warn: write("warn"), error: write("error") };
  const agents = staff();
  const directory: AgentDirectory = {
    byId: async (id) => [...agents.values()].find((one) => one.id === id),
    byWeb: async () => undefined,
    byTelegram: async (id) => agents.get(id),
    byDiscord: async () => undefined,
    idsOf: async (least) =>
      [...agents.values()].filter((one) => isAtLeast(one, least)).map(({ id }) => id),
    firstAdmin: async () => ({ id: "owner", name: "Viplikes", role: "admin" }),
  };
  const language = options.language ?? "en";
  const texts = library.in(language);
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock });
  const around = { flow: refund, store, texts: library, clock, log };

  function run() {
    const receiver = createReceiver({
      ...around,
      defaultLanguage: language,
      desks: ["telegram"],
      fits: (name, message) =>
        channels.find((channel) => channel.name === name)?.fits(message) ?? true,
      committed: () => work.wake(),
    });
    const made = createDeskHand({ ...around, act: receiver.act, agents: directory });
    const telegram = openTelegram({
      token: server.token,
      apiRoot: server.url,
      pace: { perSecond: 1000, chatPerSecond: 1000, groupPerMinute: options.perMinute ?? 60_000 },
      desk: {
        chat: options.chat ?? String(forum),
        hand: options.hand?.(made) ?? made,
        evidence,
        keepEvidence,
        language,
        repliesAreMarked: options.repliesAreMarked ?? true,
      },
      defaultLanguage: language,
      accept: (inbound) => work.intake.accept(inbound),
      prompt: receiver.prompt,
      store,
      evidence,
      texts: library,
      clock,
      log,
      sleep,
    });
    const channels = [telegram.channel, ...(options.channels ?? [])];
    const work = createWork({
      store,
      receiver,
      channels,
      desks: telegram.desk ? [telegram.desk] : [],
      language,
      keepEvidence,
      clock,
      log,
      sleep,
    });
    const worker = work.start();
    return {
      receiver,
      follower: work.follower,
      async stop() {
        await telegram.stopTaking();
        await worker.stop();
        await telegram.close();
      },
    };
  }

  let running = run();
  const desk = {
    server,
    group,
    store,
    evidence,
    clock,
    logged,
    agents,
    texts,
    get receiver() {
      return running.receiver;
    },
    pass(ms: number) {
      ahead += ms;
      for (const nap of naps) if (nap.dueAt <= clock.now()) nap.wake();
    },
    async restart(between: () => Promise<void> | void = () => {}) {
      await running.stop();
      await between();
      running = run();
    },
    /** A customer who asks for a person, and the topic that comes of it. */
    async customerWithCase(id = 7, languageCode: Language = "en") {
      const customer = server.user({ id, languageCode });
      customer.start();
      await customer.waitForMessage(({ buttons }) => buttons.length > 0, patienceMs);
      customer.command("human");
      const topic = await desk.topicOf(`telegram-${id}`);
      return { customer, topic };
    },
    /** The number of the topic of a conversation's latest case, once its card stands there. */
    async topicOf(conversationId: string): Promise<number> {
      const found = () =>
        group.topicIds.findLast((one) => group.topic(one)?.name.startsWith(number) ?? false);
      let number = "…";
      await eventually(async () => {
        number = (await store.casesOf(conversationId))[0]?.number ?? "…";
        const topic = found();
        return topic !== undefined && desk.cardIn(topic) !== undefined;
      }).toBe(true);
      return found() as number;
    },
    cardIn(topic: number): SeenMessage | undefined {
      const name = group.topic(topic)?.name ?? "";
      const [number = "…"] = name.split(" ");
      return desk.in(topic).findLast((one) => one.isFromBot && one.text.startsWith(`${number} · `));
    },
    in: (topic: number): readonly SeenMessage[] => group.topic(topic)?.messages ?? [],
    /** The last message of the bot in the topic that fits. */
    last: (topic: number, fits: (message: SeenMessage) => boolean) =>
      desk.in(topic).findLast((one) => one.isFromBot && fits(one)),
    /** The same, once it is there. */
    async sees(topic: number, fits: (message: SeenMessage) => boolean): Promise<SeenMessage> {
      await eventually(() => desk.last(topic, fits) !== undefined).toBe(true);
      return desk.last(topic, fits) as SeenMessage;
    },
    says: (topic: number, words: string) => desk.sees(topic, ({ text }) => text.includes(words)),
    /** What the bot asks an agent for, once it can be answered. */
    async asked(topic: number, words: string): Promise<SeenMessage> {
      const prompt = await desk.says(topic, words);
      const name = `desk:telegram:kept:prompt:${group.id}/${prompt.id}`;
      await eventually(() => store.readMark(name)).toBeDefined();
      return prompt;
    },
    /** The button with these words, on the latest message that has one. */
    async press(topic: number, agent: { id: number }, label: string) {
      const has = ({ buttons }: SeenMessage) => buttons.some((one) => one.label === label);
      const message = await desk.sees(topic, has);
      const data = message.buttons.find((one) => one.label === label)?.data ?? "";
      return group.as(agent.id, topic).press(message, data).answered;
    },
    label: (key: string, values = {}) => texts.text(key, values),
    async take(topic: number, agent: { id: number } = ida) {
      const answer = await desk.press(topic, agent, desk.label("desk:button.take"));
      expect(answer).toEqual({});
    },
    async caseOf(conversationId: string): Promise<Case | undefined> {
      return (await store.casesOf(conversationId))[0];
    },
    async log(conversationId: string): Promise<LogBody[]> {
      return (await store.readLog(conversationId, 0, 1000)).map(({ body }) => body);
    },
    /** What agents did, in order. */
    async acts(conversationId: string): Promise<string[]> {
      return (await desk.log(conversationId)).flatMap((body) =>
        body.type === "event" && body.by === "agent" ? [body.said?.act ?? ""] : [],
      );
    },
    allTaken: () => eventually(() => server.world.updates.size).toBe(0),
    async close() {
      await running.stop();
      await server.close();
      await inspector.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
  return desk;
}

export type TestDesk = Awaited<ReturnType<typeof openDesk>>;

export const patienceMs = 20_000;

export const eventually = <T>(look: () => T) =>
  expect.poll(look, { timeout: patienceMs, interval: 10 });
