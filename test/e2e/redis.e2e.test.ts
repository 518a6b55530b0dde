import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisStore } from "../../src/adapters/redis/store.ts";
import type { Conversation, LogEntry } from "../../src/core/conversation.ts";
import { replay } from "../../src/core/replay.ts";
import type { Store } from "../../src/ports/store.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { createChance } from "../support/chance.ts";
import { createCustomer, type Customer } from "../support/customer.ts";
import { bringProblems } from "../support/problems.ts";
import { redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { quiet, refund } from "../support/shop.ts";
import { freePort } from "../support/free-port.ts";

const customerCount = 6;
const kills = 5;
const giveUpAfterMs = 150_000;
const all = 100_000;
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

const fault = await redisFault();

describe.skipIf(fault)(`two bots on one Redis, killed ${kills} times (SEED=${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "ombud-two-"));
  const bots: Bot[] = [];
  let redis: TestRedis;
  let balancer: Server;
  let store: Store;
  let customers: Customer[];
  const left: { stored: Conversation; log: LogEntry[]; unsent: number }[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    let turn = 0;
    balancer = createServer((socket) => {
      const bot = bots[turn++ % bots.length];
      const onwards = connect(bot?.port ?? 0, "127.0.0.1");
      for (const [from, to] of [
        [socket, onwards],
        [onwards, socket],
      ] as const)
        from
          .on("error", () => to.destroy())
          .on("close", () => to.destroy())
          .pipe(to);
    });
    await new Promise<void>((resolve) => void balancer.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
    bots.push(await start(), await start());
    store = await openRedisStore({ url: redis.url, acceptUnsafe: false, log: quiet });

    /** The start prints the public address, behind which both are. */
    async function start(): Promise<Bot> {
      const port = await freePort();
      const own = { REDIS_URL: redis.url, PUBLIC_URL: url, PORT: `${port}` };
      return { ...(await startBot(folder, own)), port };
    }

    const end = AbortSignal.timeout(giveUpAfterMs);
    let over = false;
    customers = Array.from({ length: customerCount }, (_, index) =>
      createCustomer(url, createChance(seed + index), end),
    );
    const finished = Promise.all(
      customers.map((customer, index) =>
        bringProblems(customer, createChance(seed - 1 - index), () => over),
      ),
    );
    finished.catch(() => undefined);
    const chance = createChance(seed);
    for (let kill = 0; kill < kills; kill++) {
      await delay(chance.between(100, 400));
      expect(await bots[kill % 2]?.stop("SIGKILL")).toBeNull();
      bots[kill % 2] = await start();
    }
    over = true;
    await finished;
    // What a killed bot had leased is taken over when its lease (20 s) ends.
    const ids = await conversationIds();
    while ((await unsentOf(ids)) > 0 && !end.aborted) await delay(200);
    for (const customer of customers) customer.leave();
    for (const id of ids) {
      const stored = await store.load(id);
      if (!stored) throw new Error(`${id} is gone`);
      const log = await store.readLog(id, 0, all);
      left.push({ stored, log, unsent: (await store.readUnsent(id)).length });
    }
    for (const bot of bots) expect(await bot.stop("SIGTERM")).toBe(0);
  }, giveUpAfterMs + 30_000);

  afterAll(async () => {
    await Promise.all(bots.map((bot) => bot.stop("SIGKILL")));
    await store?.close();
    balancer?.close();
    await redis?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const unsentOf = async (ids: readonly string[]) =>
    (await Promise.all(ids.map((id) => store.readUnsent(id)))).flat().length;

  /** Of the customers, by the cases that all of them end in. */
  const conversationIds = async () => [
    ...new Set((await store.listCases({ limit: all })).map((one) => one.conversationId)),
  ];

  it("talked with all", () => {
    expect(left.length).toBe(customerCount);
    for (const { acknowledged } of customers) expect(acknowledged.length).toBeGreaterThan(10);
  });

  it("has every acknowledged answer in the log, once, and each line shown once and in order", () => {
    const keys = left.flatMap(({ log }) =>
      log.flatMap(({ body }) => (body.type === "event" ? [body.key] : [])),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const said = new Set(keys.map((key) => key.slice(key.lastIndexOf(":") + 1)));
    for (const { acknowledged, seen } of customers) {
      expect(acknowledged.filter((id) => !said.has(id))).toEqual([]);
      const seqs = seen.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
    }
  });

  it("has nothing left to send, and has stored what the replay of the log gives", () => {
    for (const { stored, log, unsent } of left) {
      expect(unsent).toBe(0);
      const replayed: unknown = JSON.parse(JSON.stringify(replay(refund, log).snapshot));
      expect(stored.snapshot).toEqual(replayed);
    }
  });
});
