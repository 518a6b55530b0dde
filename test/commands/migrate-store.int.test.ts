import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openRedisStore } from "../../src/adapters/redis/store.ts";
import { openRedisTarget } from "../../src/adapters/redis/target.ts";
import { openSqliteSource } from "../../src/adapters/sqlite/source.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { moveStore } from "../../src/commands/migrate/move.ts";
import { StoreIncomplete, StoreLocked, StoreMoved, StoreOccupied } from "../../src/core/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import type { StoreTarget } from "../../src/ports/transfer.ts";
import { commit, said } from "../contract/store.ts";
import { startBot } from "../support/bot.ts";
import { at, evidenceId, fillStore } from "../support/full-store.ts";
import { emptied, redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { quiet } from "../support/shop.ts";

const command = fileURLToPath(new URL("../../src/commands/migrate-store.ts", import.meta.url));

describe.skipIf(await redisFault())("npm run migrate-store", () => {
  let redis: TestRedis;
  let folder: string;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());
  beforeEach(async () => {
    await emptied(redis.url);
    folder = mkdtempSync(join(tmpdir(), "ombud-move-"));
  });

  const options = () => ({ url: redis.url, acceptUnsafe: false, log: quiet });
  const removeLater = (path: string) =>
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));

  function start() {
    const child = spawn(process.execPath, [command], {
      env: { PATH: process.env["PATH"] ?? "", DATA_DIR: folder, REDIS_URL: redis.url },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => (told += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, told }));
    return { child, ended };
  }
  const migrate = () => start().ended;

  async function filled(fill: (store: Store) => Promise<void>): Promise<void> {
    removeLater(folder);
    const store = openSqliteStore(folder);
    await fill(store);
    await store.close();
  }

  it("brings everything, and the other store answers every question as the one before", async () => {
    await filled(fillStore);
    const copy = `${folder}-copy`;
    removeLater(copy);
    cpSync(folder, copy, { recursive: true });
    const { code, told } = await migrate();
    expect(told).toMatch(
      /^Moved and compared: 10 conversations with 2517 log entries are in Redis as they were/mu,
    );
    expect(code).toBe(0);
    const before = openSqliteStore(copy);
    onTestFinished(() => before.close());
    const after = await openRedisStore(options());
    onTestFinished(() => after.close());
    const expected: Record<string, unknown> = await answersOf(before);
    for (const [question, answer] of Object.entries(await answersOf(after)))
      expect({ [question]: answer }).toEqual({ [question]: expected[question] });
    expect(await after.checkAudit()).toMatchObject({ entries: 1005 });
  });

  it("leaves SQLite as it was, on which no bot starts until somebody insists", async () => {
    await filled(fillStore);
    const bytes = readFileSync(join(folder, "ombud.sqlite"));
    expect((await migrate()).code).toBe(0);
    expect(() => openSqliteStore(folder)).toThrow(StoreMoved);
    await expect(startBot(folder)).rejects.toThrow(/was moved to Redis: set REDIS_URL/u);
    const bot = await startBot(folder, { REDIS_URL: redis.url });
    expect(await bot.stop("SIGTERM")).toBe(0);
    rmSync(join(folder, "moved-to-redis.json"));
    const store = openSqliteStore(folder);
    expect(await store.load("anna")).toMatchObject({ revision: 2 });
    await store.close();
    expect(readFileSync(join(folder, "ombud.sqlite")).length).toBe(bytes.length);
  });

  it("changes nothing when told again, also after the bot has gone on", async () => {
    await filled(fillStore);
    await migrate();
    const store = await openRedisStore(options());
    onTestFinished(() => store.close());
    await store.commit(commit({ revision: 3 }, { log: [said("anna:3:0")] }));
    const { code, told } = await migrate();
    expect(told).toContain("was moved into this Redis before; nothing was changed");
    expect(code).toBe(0);
    expect(await store.load("anna")).toMatchObject({ revision: 3 });
    const standings = await store.countStandings("refund");
    expect(standings.reduce((sum, { count }) => sum + count, 0)).toBe(10);
  });

  it("goes on where it was after kill -9, and no bot starts in between", async () => {
    const many = 3000;
    await filled(async (store) => {
      await fillStore(store);
      await Promise.all(
        Array.from({ length: many }, (_, index) =>
          store.commit(commit({ id: `c${index}` }, { log: [said(`c${index}:1:0`)] })),
        ),
      );
    });
    let kills = 0;
    for (const patience of [450, 600, 800, 1000]) {
      const { child, ended } = start();
      const timer = setTimeout(() => child.kill("SIGKILL"), patience);
      const { code } = await ended;
      clearTimeout(timer);
      if (code === 0) break;
      kills++;
      if (await isBegun()) {
        await expect(openRedisStore(options())).rejects.toThrow(StoreIncomplete);
        expect(() => openSqliteStore(folder)).toThrow(/a move .+ has begun/u);
      }
    }
    expect(kills).toBeGreaterThan(0);
    const { code, told } = await migrate();
    expect(told).toMatch(/Moved and compared: 3010 conversations|moved into this Redis before/u);
    expect(code).toBe(0);
    const store = await openRedisStore(options());
    onTestFinished(() => store.close());
    const standing = await store.countStandings("refund");
    expect(standing.reduce((sum, { count }) => sum + count, 0)).toBe(many + 10);
  });

  const isBegun = async () => {
    const store = await openRedisStore(options()).catch((error: unknown) => error);
    if (store instanceof StoreIncomplete) return true;
    await (store as Store).close();
    await emptied(redis.url);
    return false;
  };

  it("goes on from every single step at which it may be cut off", async () => {
    await filled(fillStore);
    for (let steps = 0; ; steps++) {
      const source = openSqliteSource(folder);
      if (!source) throw new Error("there is no store");
      const target = await openRedisTarget(options());
      let left = steps;
      const cut = new Proxy(target, {
        get: (of, name) =>
          name === "close"
            ? () => of.close()
            : async (...args: never[]) => {
                const method = of[name as keyof StoreTarget] as (...args: never[]) => unknown;
                if (left-- === 0) throw new Error("cut off");
                return method(...args);
              },
      });
      const tell = () => undefined;
      const moved = await moveStore(source, cut, { now: () => at, tell }).catch(() => undefined);
      source.close();
      await target.close();
      if (!moved) continue;
      expect(moved.outcome).not.toBe("different");
      break;
    }
    const store = await openRedisStore(options());
    onTestFinished(() => store.close());
    expect(await store.checkAudit()).toMatchObject({ entries: 1005 });
  });

  it("refuses a Redis that has another store's data, and leaves both as they were", async () => {
    await filled(fillStore);
    const other = await openRedisStore(options());
    onTestFinished(() => other.close());
    await other.secret("seals");
    const { code, told } = await migrate();
    expect(told).toContain(new StoreOccupied().message);
    expect(code).toBe(1);
    await openSqliteStore(folder).close();
    expect(await other.load("anna")).toBeUndefined();
  });

  it("refuses while the bot runs", async () => {
    await filled(fillStore);
    const running = openSqliteStore(folder);
    onTestFinished(() => running.close());
    expect(() => openSqliteSource(folder)).toThrow(StoreLocked);
    expect((await migrate()).told).toContain("another bot is running on");
  });

  it("says in one line that there is nothing to move, that nowhere is said, or that Redis can't be reached", async () => {
    removeLater(folder);
    expect((await migrate()).told).toContain(`there is nothing to move in ${folder}`);
    await openSqliteStore(folder).close();
    for (const [REDIS_URL, fault] of [
      ["", "REDIS_URL is not set"],
      ["unix:///nowhere.sock", "reach the Redis of REDIS_URL"],
    ] as const) {
      const child = spawn(process.execPath, [command], {
        env: { PATH: process.env["PATH"] ?? "", DATA_DIR: folder, REDIS_URL },
      });
      let told = "";
      child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
      expect(await once(child, "close")).toEqual([1, null]);
      expect(told).toContain(fault);
    }
    await openSqliteStore(folder).close();
  });

  it("sees what did not come over as it was", async () => {
    await filled(fillStore);
    const source = openSqliteSource(folder);
    if (!source) throw new Error("there is no store");
    onTestFinished(() => source.close());
    const target = await openRedisTarget(options());
    onTestFinished(() => target.close());
    const spoilt: StoreTarget = {
      ...target,
      bring: (whole) =>
        target.bring(whole.id === "anna" ? { ...whole, cases: whole.cases.slice(1) } : whole),
    };
    const moved = await moveStore(source, spoilt, { now: () => at, tell: () => undefined });
    expect(moved).toMatchObject({
      outcome: "different",
      differences: [{ what: "conversation anna" }, { what: "number of cases", there: 3, here: 2 }],
    });
    await expect(openRedisStore(options())).rejects.toThrow(StoreIncomplete);
  });
});

/** Everything that a store tells, and what it does with what is done again. */
async function answersOf(store: Store) {
  const limit = 5000;
  const ids = ["anna", "bo", "sent", "repeated", "failed", "doubt", "later", "leased", "fresh"];
  const all = [...ids, "telegram-7", "telegram-8", "telegram-9"];
  const each = async <T>(ask: (id: string) => Promise<T>) =>
    Object.fromEntries(await Promise.all(all.map(async (id) => [id, await ask(id)] as const)));
  const far = at + 1_000_000;
  const query = { now: far, leaseMs: 1000, limit };
  return {
    conversations: await each((id) => store.load(id)),
    logs: await each((id) => store.readLog(id, 0, limit)),
    deliveries: await each((id) => store.readDeliveries(id)),
    unsent: await each((id) => store.readUnsent(id)),
    holding: await each((id) => store.isHolding(id)),
    cases: await each((id) => store.casesOf(id)),
    troubled: await store.listTroubledDeliveries({ limit }),
    timers: await store.dueTimers(far, limit),
    nextDue: await Promise.all([
      store.nextDueAt(),
      store.nextDueAt(["discord"], []),
      store.nextDueAt(["web"], []),
      store.nextDueAt([], ["telegram"]),
    ]),
    held: byConversation(await store.dueHeld(far, limit)),
    found: await store.findCase("RF-22222"),
    listed: await store.listCases({ limit }),
    queue: await store.listQueue({ filter: {}, limit }),
    searched: await store.listQueue({ filter: { words: "été" }, limit }),
    owned: await store.countCases({ owner: "ida" }),
    figures: byNumber(await store.caseFigures(0)),
    standings: (await store.countStandings("refund")).toSorted(
      (a, b) => a.count - b.count || (a.standing < b.standing ? -1 : 1),
    ),
    unnamed: await store.unnamedEvidence(new Set([evidenceId, "nobody-named-this-one-yet"])),
    secrets: [await store.secret("seals"), await store.secret("visitors")].map((one) => [...one]),
    marks: await store.readMarks(""),
    session: await store.findSession("hash-of-a-session"),
    audit: await store.checkAudit(),
    rows: await store.listAudit({ limit: 20 }),
    repeats: await repeatsOf(store),
    leases: byConversation(await store.lease({ channel: "discord", ...query })),
    more: byConversation(await store.lease({ channel: "web", ...query })),
    followed: byConversation([
      ...(await store.leaseFollowing({ desk: "telegram", ...query })),
      ...(await store.leaseFollowing({ desk: "discord", ...query })),
    ]),
  };
}

async function repeatsOf(store: Store) {
  const keys: [string, string, number][] = [
    ["web:anna:1", "anna", 3],
    ["delivery:anna:1:0:unreachable:1", "anna", 3],
    ["console:ida:press-1", "bo", 2],
    ["telegram:1:message:9:1", "telegram-9", 2],
    ["web:fresh:1", "fresh", 2],
  ];
  const commits = await Promise.all(
    keys.map(([handled, id, revision]) => store.commit(commit({ id, revision }, { handled }))),
  );
  const holds = await Promise.all(
    (
      [
        ["telegram:1:message:9:1", "telegram-9"],
        ["telegram:1:message:7:1", "telegram-7"],
        ["telegram:1:message:8:1", "telegram-8"],
      ] as const
    ).map(([key, conversationId]) =>
      store.hold({
        inbound: { key, conversationId, channel: "telegram", content: { type: "text", text: "" } },
        at,
        readyAt: at,
      }),
    ),
  );
  expect([...commits, ...holds].every((outcome) => outcome === "duplicate")).toBe(true);
  return [...commits, ...holds];
}

const byConversation = <T extends { conversationId: string; desk?: string }>(all: readonly T[]) =>
  all.toSorted((a, b) =>
    `${a.desk} ${a.conversationId}` < `${b.desk} ${b.conversationId}` ? -1 : 1,
  );
const byNumber = <T extends { number: string }>(all: readonly T[]) =>
  all.toSorted((a, b) => (a.number < b.number ? -1 : 1));
