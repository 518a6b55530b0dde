import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import type { PageEntry } from "../../src/adapters/web/outbound.ts";
import type { Conversation, LogEntry } from "../../src/core/conversation.ts";
import { replay } from "../../src/core/replay.ts";
import { startBot } from "../support/bot.ts";
import { type Chance, createChance } from "../support/chance.ts";
import { createCustomer, type Customer } from "../support/customer.ts";
import { bringProblems } from "../support/problems.ts";
import { refund } from "../support/shop.ts";

const customerCount = 20;
const kills = 50;
const problemsEach = 2;
/** The lease of a killed bot's replies (20 s), and a bit. */
const drainWithinMs = 25_000;
/** It takes 30 s on a machine that has nothing else to do. */
const giveUpAfterMs = 400_000;

const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), "ombud-kill-"));
const dataDir = join(folder, "data");
/** Halves a start; written by a bot that ends cleanly. */
const compileCache = join(folder, "compiled");

/** What is on the disk when all is over. */
interface Left {
  conversations: { stored: Conversation; log: LogEntry[] }[];
  waitingReplies: number;
  dueTimers: number;
}

let customers: Customer[] = [];
let left: Left;
let errorLines = "";

describe(`a bot that is killed ${kills} times while ${customerCount} customers talk to it (SEED=${seed})`, () => {
  beforeAll(
    async () => {
      const chance = createChance(seed);
      const port = await freePort(chance);
      await (await start(port)).stop("SIGTERM");
      let bot = await start(port);
      const end = AbortSignal.timeout(giveUpAfterMs);
      let over = false;
      customers = Array.from({ length: customerCount }, (_, index) =>
        createCustomer(`http://127.0.0.1:${port}`, createChance(seed + 1 + index), end),
      );
      const acknowledged = () =>
        customers.reduce((sum, customer) => sum + customer.acknowledged.length, 0);
      const finished = Promise.all(
        customers.map((customer, index) =>
          bringProblems(
            customer,
            createChance(seed - 1 - index),
            (ended) => over && ended >= problemsEach,
          ),
        ),
      );
      finished.catch(() => {});
      for (let kill = 0; kill < kills; kill++) {
        // Most while everybody talks, some while the bot still wakes up.
        const enough = chance.oneIn(5) ? 0 : acknowledged() + 1;
        while (acknowledged() < enough && !end.aborted) await delay(5);
        await delay(chance.between(0, 250));
        expect(await bot.stop("SIGKILL"), "the bot ended by itself").toBeNull();
        bot = await start(port);
      }
      over = true;
      await finished;
      await drained();
      for (const customer of customers) customer.leave();
      expect(await bot.stop("SIGTERM")).toBe(0);
      left = await readLeft();
    },
    giveUpAfterMs + drainWithinMs + 10_000,
  );

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("was in the middle of many conversations", () => {
    expect(
      customers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    ).toBeGreaterThan(customerCount * 10);
    expect(Math.min(...customers.map(({ streams }) => streams))).toBeGreaterThan(3);
    expect(errorLines).toBe("");
  });

  it("has every acknowledged answer in the log, once", () => {
    for (const customer of customers) {
      const keys = eventsOf(logOf(customer)).map(({ key }) => key.slice(key.lastIndexOf(":") + 1));
      expect(new Set(keys).size).toBe(keys.length);
      expect(customer.acknowledged.filter((id) => !keys.includes(id))).toEqual([]);
    }
  });

  it("has answered everything that a customer did", () => {
    for (const { log } of left.conversations) {
      for (const [index, { body }] of log.entries()) {
        if (body.type !== "event" || body.by !== "customer") continue;
        const rest = log.slice(index + 1);
        const turn = rest.slice(0, rest.findIndex((entry) => entry.body.type === "event") >>> 0);
        expect(
          turn.some((entry) => entry.body.type === "message"),
          body.key,
        ).toBe(true);
      }
    }
  });

  it("has each line once and no gap between them", () => {
    const ids = left.conversations.flatMap(({ log }) => messagesOf(log).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { log } of left.conversations)
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  });

  it("has shown each line on the stream once and in order", () => {
    for (const customer of customers) {
      const log = logOf(customer);
      const shown = log.filter(
        ({ body }) => body.type === "message" || (body.type === "event" && body.by === "customer"),
      );
      expect(customer.seen.map(({ seq }) => seq)).toEqual(shown.map(({ seq }) => seq));
      expect(customer.seen.flatMap(wordsSeen)).toEqual(
        messagesOf(log).map(({ message: { choices, blocks } }) => ({
          choices,
          types: blocks.map(({ type }) => type),
        })),
      );
    }
  });

  it("has nothing left to send or to fire", () => {
    expect({ replies: left.waitingReplies, timers: left.dueTimers }).toEqual({
      replies: 0,
      timers: 0,
    });
  });

  it("has stored what the replay of the log gives", () => {
    for (const { stored, log } of left.conversations) {
      const replayed = replay(refund, log);
      expect(stored.snapshot).toEqual(JSON.parse(JSON.stringify(replayed.snapshot)));
      expect(
        log.flatMap(({ body }) => (body.type === "assessment" ? [body.assessment] : [])),
      ).toEqual(JSON.parse(JSON.stringify(replayed.assessments)));
    }
  });

  it("has every picture that a log speaks of, whole", async () => {
    const evidence = openFileEvidence(dataDir);
    for (const { log } of left.conversations) {
      for (const file of eventsOf(log).flatMap(({ said }) => said?.files ?? [])) {
        const original = await evidence.original(file.id);
        expect(original && createHash("sha256").update(original).digest("hex")).toBe(file.sha256);
      }
    }
  });

  function logOf(customer: Customer): LogEntry[] {
    const found = left.conversations.find(({ log }) =>
      eventsOf(log).some(({ key }) => key.endsWith(`:${customer.acknowledged[0]}`)),
    );
    return found?.log ?? [];
  }
});

const eventsOf = (log: readonly LogEntry[]) =>
  log.flatMap(({ body }) => (body.type === "event" && body.by === "customer" ? [body] : []));

const messagesOf = (log: readonly LogEntry[]) =>
  log.flatMap(({ body }) => (body.type === "message" ? [body] : []));

/** Without the addresses that the page gets put in. */
const wordsSeen = (entry: PageEntry) =>
  entry.from === "bot"
    ? [{ choices: entry.message.choices, types: entry.message.blocks.map(({ type }) => type) }]
    : [];

async function start(port: number) {
  const bot = await startBot(dataDir, { PORT: String(port), NODE_COMPILE_CACHE: compileCache });
  bot.process.stdout?.on("data", (chunk: Buffer) => (errorLines += chunk.toString()));
  return bot;
}

/** Below the ports that the system gives to outgoing connections: one of the customers' own could take it while the bot is away. */
async function freePort(chance: Chance): Promise<number> {
  for (;;) {
    const port = chance.between(20_000, 29_999);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

const database = () => new DatabaseSync(join(dataDir, "ombud.sqlite"), { readOnly: true });

const waitingReplies = (db: DatabaseSync) =>
  (db.prepare("SELECT count(*) AS count FROM outbox").get() as { count: number }).count;

async function drained(): Promise<void> {
  const db = database();
  for (const until = Date.now() + drainWithinMs; Date.now() < until && waitingReplies(db) > 0;)
    await delay(100);
  db.close();
}

async function readLeft(): Promise<Left> {
  const db = database();
  const ids = db.prepare("SELECT id FROM conversation").all() as { id: string }[];
  const count = waitingReplies(db);
  db.close();
  const store = openSqliteStore(dataDir);
  const conversations = await Promise.all(
    ids.map(async ({ id }) => ({
      stored: (await store.load(id)) as Conversation,
      log: await store.readLog(id, 0, 1_000_000),
    })),
  );
  const dueTimers = (await store.dueTimers(Date.now(), 100)).length;
  await store.close();
  return { conversations, waitingReplies: count, dueTimers };
}
