import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisStore } from "../../src/adapters/redis/store.ts";
import type { LogEntry } from "../../src/core/conversation.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { createChance } from "../support/chance.ts";
import { copiedFiles, readCompose } from "../support/compose.ts";
import { createCustomer, type Customer } from "../support/customer.ts";
import { bringProblems } from "../support/problems.ts";
import { redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { openRoundRobin, type RoundRobin } from "../support/round-robin.ts";
import { quiet } from "../support/shop.ts";
import { freePort } from "../support/free-port.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const customerCount = 8;
const eachTurns = 6;

/** The two processes of docker-compose.yml with its environment, but for what containers would give: host names, folders, a port each. */
describe.skipIf(await redisFault())("the bot twice, as the compose file starts it", () => {
  const folder = mkdtempSync(join(tmpdir(), "ombud-compose-"));
  const bots = new Map<string, Bot>();
  let redis: TestRedis;
  let proxy: RoundRobin;
  let settings: Map<string, Record<string, string>>;
  let start: string;

  beforeAll(async () => {
    start = makeImage(join(folder, "app"));
    redis = await startRedis({ port: await freePort() });
    proxy = await openRoundRobin();
    const { services } = readCompose({ PUBLIC_URL: proxy.url, LOG_LEVEL: "warn" });
    const own = Object.entries(services).flatMap(([name, { build, environment }]) =>
      build && environment ? [[name, environment] as const] : [],
    );
    settings = new Map(
      await Promise.all(
        own.map(async ([name, environment]) => {
          const PORT = String(await freePort());
          const REDIS_URL =
            environment["REDIS_URL"]?.replace("redis://redis:6379", redis.url) ?? "";
          return [name, { ...environment, PORT, REDIS_URL }] as const;
        }),
      ),
    );
    proxy.ports.push(...[...settings.values()].map(({ PORT }) => Number(PORT)));
    await Promise.all([...settings.keys()].map(run));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...bots.values()].map((bot) => bot.stop("SIGKILL")));
    await proxy?.close();
    await redis?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(name: string): Promise<void> {
    const environment = settings.get(name) ?? {};
    const data = join(folder, environment["DATA_DIR"] ?? "");
    bots.set(name, await startBot(data, { ...environment, DATA_DIR: data }, { startFile: start }));
  }

  it("takes one conversation through both, and goes on with one while the other is killed, or told to end, and started", async () => {
    const end = AbortSignal.timeout(100_000);
    let over = false;
    const customers = Array.from({ length: customerCount }, (_, index) =>
      createCustomer(proxy.url, createChance(index + 1), end),
    );
    const talking = Promise.all(
      customers.map((customer, index) =>
        bringProblems(customer, createChance(index + 100), () => over),
      ),
    );
    talking.catch(() => undefined);
    const turnsOf = ({ acknowledged }: Customer) => acknowledged.length;
    const allHave = async (turns: number) => {
      while (Math.min(...customers.map(turnsOf)) < turns) {
        end.throwIfAborted();
        await delay(20);
      }
    };
    await allHave(eachTurns);
    const { answered } = proxy;
    expect([...answered.values()].every((count) => count > customerCount)).toBe(true);
    for (const name of ["bot-1", "bot-2"]) {
      expect(await bots.get(name)?.stop("SIGKILL")).toBeNull();
      await allHave(Math.max(...customers.map(turnsOf)) + 3);
      await run(name);
    }
    // As in an upgrade: one after the other, told to end.
    for (const name of ["bot-1", "bot-2"]) {
      expect(await bots.get(name)?.stop("SIGTERM")).toBe(0);
      await run(name);
    }
    await allHave(Math.max(...customers.map(turnsOf)) + 1);
    over = true;
    await talking;
    for (const customer of customers) customer.leave();
    await checkLogs(customers);
  }, 120_000);

  /** Every acknowledged answer is there once, and each line was shown once and in order. */
  async function checkLogs(customers: readonly Customer[]): Promise<void> {
    const store = await openRedisStore({ url: redis.url, acceptUnsafe: false, log: quiet });
    try {
      for (const customer of customers) {
        const key = customer.seen.find((entry) => entry.from === "customer")?.key ?? "";
        const log = await logWith(store, key);
        const keys = log.flatMap(({ body }) =>
          body.type === "event" && body.by === "customer" ? [body.key.split(":").at(-1)] : [],
        );
        expect(new Set(keys).size).toBe(keys.length);
        expect(customer.acknowledged.filter((id) => !keys.includes(id))).toEqual([]);
        const places = customer.seen.map(({ seq }) => seq);
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
      }
    } finally {
      await store.close();
    }
  }

  it("lets into the console at one process by the link that the other has printed, once", async () => {
    const { pathname, search } = new URL(bots.get("bot-1")?.consoleLink ?? "");
    const enter = async (name: string) => {
      const { PORT } = settings.get(name) ?? {};
      return (await fetch(`http://127.0.0.1:${PORT}${pathname}${search}`)).status;
    };
    expect(await enter("bot-2")).toBe(200);
    expect(await enter("bot-1")).toBe(401);
  });

  it("answers /healthz on both, and ends both cleanly on SIGTERM", async () => {
    for (const [name, bot] of bots) {
      const answer = await fetch(`http://127.0.0.1:${settings.get(name)?.["PORT"]}/healthz`);
      expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
      expect(await bot.stop("SIGTERM")).toBe(0);
    }
  });

  async function logWith(
    store: Awaited<ReturnType<typeof openRedisStore>>,
    key: string,
  ): Promise<LogEntry[]> {
    const { createClient } = await import("@redis/client");
    const client = createClient({ url: redis.url });
    await client.connect();
    try {
      for await (const names of client.scanIterator({ MATCH: "ombud{s*:l:*", COUNT: 1000 }))
        for (const name of names) {
          const log = await store.readLog(name.split(":l:")[1] ?? "", 0, 10_000);
          if (log.some(({ body }) => body.type === "event" && body.key.endsWith(`:${key}`)))
            return log;
        }
      throw new Error(`no log has ${key}`);
    } finally {
      await client.close();
    }
  }
});

/** A folder with what the Dockerfile copies and nothing else; answers what its CMD starts. */
function makeImage(folder: string): string {
  for (const file of copiedFiles(readFileSync(join(root, "Dockerfile"), "utf8"))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "src/start.mjs");
}
