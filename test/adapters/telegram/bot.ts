import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { expect } from "vitest";
import { createConsole } from "../../../src/adapters/console/console.ts";
import { createSoleOwner } from "../../../src/adapters/files/agents.ts";
import { openFileEvidence } from "../../../src/adapters/files/evidence.ts";
import { openHttp } from "../../../src/adapters/http/server.ts";
import { systemClock } from "../../../src/adapters/node/clock.ts";
import { createLog } from "../../../src/adapters/pino/log.ts";
import { createSharpInspector } from "../../../src/adapters/sharp/inspector.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { openTelegram } from "../../../src/adapters/telegram/channel.ts";
import { createKeepEvidence } from "../../../src/app/keep-evidence.ts";
import { createLead } from "../../../src/app/lead.ts";
import { createReceiver } from "../../../src/app/receive.ts";
import type { ActContent } from "../../../src/core/act.ts";
import type { Agent } from "../../../src/core/agent.ts";
import type { LogBody } from "../../../src/core/conversation.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { Store } from "../../../src/ports/store.ts";
import { library, quiet, refund, settings, sunday } from "../../support/shop.ts";
import type { Customer } from "../../support/telegram/people.ts";
import {
  openTelegramServer,
  type TelegramOptions,
  type TelegramServer,
} from "../../support/telegram/server.ts";
import type { SeenMessage } from "../../support/telegram/view.ts";
import { createWork } from "../../support/work.ts";
import { freePort } from "../../support/free-port.ts";

/** One that people can be shown. */
export const picture = readFileSync(
  fileURLToPath(new URL("../../fixtures/files/screenshot.png", import.meta.url)),
);

export const secret = "a-secret-of-more-than-32-characters";

/** Runs as the day does, and can be put forward; whoever sleeps by it wakes when it is time. */
function openClock(startAt: number) {
  const began = performance.now();
  const naps = new Set<{ ms: number; dueAt: number; wake: () => void }>();
  let ahead = 0;
  const now = () => startAt + Math.floor(performance.now() - began) + ahead;
  return {
    ...systemClock,
    now,
    sleep: (ms: number) => {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      const nap = {
        ms,
        dueAt: now() + ms,
        wake: () => {
          clearTimeout(timer);
          naps.delete(nap);
          resolve();
        },
      };
      const timer = setTimeout(nap.wake, ms);
      naps.add(nap);
      return { done, abort: nap.wake };
    },
    /** For how long those sleep who sleep. */
    naps: () => [...naps].map(({ ms }) => ms),
    pass(ms: number) {
      ahead += ms;
      for (const nap of naps) if (nap.dueAt <= now()) nap.wake();
    },
  };
}

export interface BotOptions {
  webhook?: boolean;
  server?: TelegramOptions;
  /** Polls only while the store says that it is this process's to do. */
  lead?: boolean;
  /** In place of what lifts every limit. */
  pace?: { perSecond: number; chatPerSecond: number; groupPerMinute: number };
}

/**
 * The bot for customers on Telegram, as `main.ts` puts it together, at a local
 * Telegram: the real grammY, store, flow, worker and pictures. Only the clock
 * can be put forward, and the store can be told to fail.
 */
export async function openBot(options: BotOptions = {}) {
  const clock = openClock(sunday);
  const server = await openTelegramServer({
    now: clock.now,
    webhook: { firstMs: 20, mostMs: 100, secondMs: 10 },
    ...options.server,
  });
  const folder = mkdtempSync(join(tmpdir(), "ombud-telegram-"));
  const kept = openSqliteStore(":memory:");
  const faults = { storeIsDown: false, slow: undefined as Promise<void> | undefined };
  const store = failing(kept, faults);
  const evidence = openFileEvidence(folder);
  const inspector = createSharpInspector({ answerWithinMs: 30_000 });
  const logged: string[] = [];
  const log = createLog("info", { write: (line) => logged.push(line) });
  const port = await freePort();
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock });
  const desk = createConsole({
    store: kept,
    evidence,
    texts: library,
    clock,
    language: "en",
    timeZone: settings.timeZone,
    agents: createSoleOwner("Viplikes"),
    log: quiet,
    addressOf: () => "192.0.2.1",
    publicUrl: () => "http://localhost",
    act: async () => "committed",
    keepEvidence,
    flow: refund,
    topics: () => [],
    charts: { flow: refund.id, pictures: [] },
  });
  const consoleApp = new Hono().route("/console", desk.app);

  async function run({ webhook }: Pick<BotOptions, "webhook">) {
    const receiver = createReceiver({
      flow: refund,
      store,
      texts: library,
      clock,
      log,
      defaultLanguage: "en",
      fits: (_, message) => telegram.channel.fits(message),
      committed: () => work.wake(),
    });
    const telegram = openTelegram({
      token: server.token,
      apiRoot: server.url,
      ...(webhook && {
        webhook: { url: `http://127.0.0.1:${port}/telegram`, secret },
      }),
      pace: options.pace ?? { perSecond: 1000, chatPerSecond: 1000, groupPerMinute: 60_000 },
      defaultLanguage: "en",
      accept: (inbound) => work.intake.accept(inbound),
      prompt: receiver.prompt,
      ...(options.lead && {
        lead: createLead({ store, owner: "one", clock, log, sleep: clock.sleep }),
      }),
      store,
      evidence,
      texts: library,
      clock,
      log,
      sleep: clock.sleep,
    });
    const work = createWork({
      store,
      receiver,
      channels: [telegram.channel],
      keepEvidence,
      clock,
      log,
      sleep: clock.sleep,
    });
    const worker = work.start();
    const http =
      telegram.webhook &&
      (await openHttp({
        host: "127.0.0.1",
        port,
        apps: [telegram.webhook],
        healthy: async () => true,
      }));
    return {
      channel: telegram.channel,
      act: receiver.act,
      async stop() {
        await http?.close();
        await telegram.stopTaking();
        await worker.stop();
        await telegram.close();
      },
    };
  }

  let running = await run(options);
  const bot = {
    server,
    clock,
    evidence,
    store: kept,
    faults,
    logged,
    webhookUrl: `http://127.0.0.1:${port}/telegram`,
    get channel() {
      return running.channel;
    },
    /** Everything that was said to the bot is durable, and confirmed to Telegram. */
    allTaken: () => eventually(() => server.world.updates.size).toBe(0),
    stop: () => running.stop(),
    /** What an agent does with the customer's latest case. */
    async act({ id }: Pick<Customer, "id">, agent: Agent, content: ActContent): Promise<void> {
      const conversationId = `telegram-${id}`;
      const [entry] = await kept.casesOf(conversationId);
      const caseNumber = entry?.number ?? "";
      await running.act({ key: randomUUID(), conversationId, caseNumber, agent, content });
    },
    keepEvidence,
    async start(given: Pick<BotOptions, "webhook"> = options) {
      running = await run(given);
    },
    /** What the log says of a conversation, in order. */
    async logOf({ id }: Pick<Customer, "id">): Promise<LogBody[]> {
      const entries = await kept.readLog(`telegram-${id}`, 0, 1000);
      return entries.map(({ body }) => body);
    },
    /** What the customer did, as events. */
    async eventsOf(customer: Pick<Customer, "id">): Promise<string[]> {
      const entries = await bot.logOf(customer);
      return entries.flatMap((body) => (body.type === "event" ? [body.event.type] : []));
    },
    /** The page that an agent sees of the only case. */
    async casePage(): Promise<string> {
      const [entry] = await kept.listCases({ limit: 1 });
      const entered = await consoleApp.request(await desk.enterPath());
      const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const page = await consoleApp.request(`/console/cases/${entry?.number}`, {
        headers: { cookie },
      });
      return page.text();
    },
    async close() {
      faults.storeIsDown = false;
      await running.stop();
      await server.close();
      await inspector.close();
      await kept.close();
      rmSync(folder, { recursive: true });
    },
  };
  return bot;
}

export type TestBot = Awaited<ReturnType<typeof openBot>>;

/** A store that can be told to refuse, or to take its time. */
function failing(
  store: Store,
  faults: { storeIsDown: boolean; slow: Promise<void> | undefined },
): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        await faults.slow;
        if (faults.storeIsDown) throw new StoreUnavailable(name);
        return method.apply(target, given);
      };
    },
  });
}

/** On a busy machine a picture takes seconds. */
const patienceMs = 20_000;

/** For what no message or call tells of. */
export const eventually = <T>(look: () => T) =>
  expect.poll(look, { timeout: patienceMs, interval: 10 });

/** Nothing that the bot did was against Telegram's rules. */
export const mistakes = ({ faults, earlyCalls }: TelegramServer) => ({ faults, earlyCalls });
export const none = { faults: [], earlyCalls: [] };

/** The next message that asks something. */
export const question = (customer: Customer, holding = ""): Promise<SeenMessage> =>
  customer.waitForMessage(
    ({ buttons, text }) => buttons.length > 0 && text.includes(holding),
    patienceMs,
  );

/** Begins with this topic; resolves with the question about the order. */
export async function choose(customer: Customer, topic: string): Promise<SeenMessage> {
  customer.start();
  const topics = await question(customer);
  customer.press(topics.id, `${revisionOf(topics)}:topic:${topic}`);
  return question(customer);
}

/** The revision in a message's buttons. */
export const revisionOf = ({ buttons }: SeenMessage): string =>
  buttons[0]?.data?.split(":")[0] ?? "";

/** Presses the answer with this id. */
export const pressChoice = (customer: Customer, message: SeenMessage, choice: string) =>
  customer.press(message.id, `${revisionOf(message)}:${choice}`);
