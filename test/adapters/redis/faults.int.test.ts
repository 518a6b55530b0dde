import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "@redis/client";
import { optionsOf } from "../../../src/adapters/redis/link.ts";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import {
  StaleConversation,
  StoreTooNew,
  StoreUnavailable,
  StoreUnsafe,
} from "../../../src/core/errors.ts";
import type { Log } from "../../../src/ports/log.ts";
import type { LeasedReply, Store } from "../../../src/ports/store.ts";
import { aCase, commit, said } from "../../contract/store.ts";
import { openProxy, type Proxy } from "../../support/chaos/proxy.ts";
import { emptied, redisFault, startRedis, type TestRedis } from "../../support/redis.ts";
import { quiet } from "../../support/shop.ts";

const all = 100_000;
const at = commit().at;

const listening = () => {
  const lines: string[] = [];
  const say = (facts: object, message: string) =>
    void lines.push(`${message} ${JSON.stringify(facts)}`);
  return { lines, log: { info: say, warn: say, error: say } satisfies Log };
};

/** Until it is so; a test's time is its limit. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20);
}

describe.skipIf(await redisFault())("with a Redis", () => {
  let redis: TestRedis;
  let open: Store[];
  beforeAll(async () => {
    redis = await startRedis({ settings: ["--appendfsync", "everysec"] });
  });
  beforeEach(async () => {
    open = [];
    await emptied(redis.url);
  });
  afterEach(() => Promise.all(open.map((store) => store.close())));
  afterAll(() => redis.remove());

  const openStore = async (changes: Partial<Parameters<typeof openRedisStore>[0]> = {}) => {
    const store = await openRedisStore({
      url: redis.url,
      acceptUnsafe: false,
      log: quiet,
      ...changes,
    });
    open.push(store);
    return store;
  };
  const raw = async (...command: string[]) => {
    const client = createClient(optionsOf(redis.url) as object);
    await client.connect();
    const reply = await client.sendCommand(command);
    await client.close();
    return reply;
  };

  it.each(["break", "silence"] as const)(
    "opens at whichever of Redis's answers the connection is lost to %s",
    { timeout: 60_000 },
    async (how) => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, answer) => {
          const proxy = await openProxy(redis.socket);
          proxy.loseAnswer(answer + 1, how);
          const store = await openStore({ url: proxy.url });
          proxy.loseAnswer(Infinity, how);
          await store.close();
          await proxy.close();
        }),
      );
    },
  );

  describe("a commit with a lease whose answer is lost", () => {
    let proxy: Proxy;
    let store: Store;
    const taken: LeasedReply[] = [];
    const lease = (now: number) =>
      store.lease({ channel: "web", now, leaseMs: 20_000, limit: all });
    const lose = async () => {
      const one = commit({}, { log: [said("a-1")] });
      proxy.loseAnswer(1, "break");
      const making = store.commit(one, { until: at + 20_000, take: (reply) => taken.push(reply) });
      await expect(making).rejects.toThrow(StoreUnavailable);
      expect(await store.load("anna")).toMatchObject({ revision: 1 });
    };
    beforeEach(async () => {
      proxy = await openProxy(redis.socket);
      store = await openStore({ url: proxy.url });
      // Redis knows the script from now on.
      await store.commit(commit({ id: "bo" }));
      taken.length = 0;
    });
    afterEach(() => proxy.close());

    it("gives the reply back at once, as one that certainly was not sent", async () => {
      await lose();
      let leased: LeasedReply[] = [];
      await until(async () => (leased = await lease(at)).length > 0);
      expect(leased).toMatchObject([{ id: "a-1", attempts: 1, uncertain: false }]);
      expect(taken).toEqual([]);
    });

    it("takes it from nobody who has leased it since", async () => {
      await lose();
      const other = await openStore();
      const query = { channel: "web", leaseMs: 20_000, limit: all } as const;
      expect(await other.lease({ ...query, now: at + 20_000 })).toMatchObject([
        { id: "a-1", attempts: 2 },
      ]);
      // By then it was tried to give it back.
      await delay(1000);
      expect(await other.lease({ ...query, now: at + 39_999 })).toEqual([]);
    });
  });

  describe("two processes", () => {
    it("race 1,000 times for one conversation: one wins each time, the other hears of it", async () => {
      const stores = [await openStore(), await openStore()];
      let lost = 0;
      for (let revision = 1; revision <= 1000; revision++) {
        const outcomes = await Promise.allSettled(
          stores.map((store, index) =>
            store.commit(commit({ revision }, { handled: `${index}:${revision}` })),
          ),
        );
        expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        lost += outcomes.filter(
          (one) => one.status === "rejected" && one.reason instanceof StaleConversation,
        ).length;
      }
      expect(lost).toBe(1000);
      expect((await stores[0]?.load("anna"))?.revision).toBe(1000);
    });

    it("hear of each other's commits, and lease what the other has committed", async () => {
      const [one, other] = [await openStore(), await openStore()];
      expect(await other.nextDueAt()).toBeUndefined();
      const heard: string[] = [];
      other.watch?.((ids) => heard.push(...ids));
      await one.commit(commit({}, { log: [said("m-1")] }));
      await until(() => heard.length > 0);
      expect(heard).toEqual(["anna"]);
      const leased = await other.lease({ channel: "web", now: at, leaseMs: 100, limit: 9 });
      expect(leased).toMatchObject([{ id: "m-1", uncertain: false }]);
      // The one that leased it is gone: another takes over when the lease has ended.
      await until(async () => (await one.nextDueAt()) === at + 100);
      const again = await one.lease({ channel: "web", now: at + 100, leaseMs: 100, limit: 9 });
      expect(again).toMatchObject([{ id: "m-1", uncertain: true, attempts: 2 }]);
      await other.settle([{ id: "m-1", outcome: "sent", at }]);
      expect(await one.readUnsent("anna")).toEqual([]);
    });

    it("commit on what they saw last, and hear that it is old", async () => {
      const [one, other] = [await openStore(), await openStore()];
      await one.commit(commit());
      await other.commit(commit({ revision: 2, standing: "later" }));
      // Whatever `one` has heard by now: what it may still believe is refused.
      const seen = await one.load("anna", "orOlder");
      const next = commit({ revision: (seen?.revision ?? 0) + 1 }, { handled: "next" });
      await one.commit(next).catch((error: unknown) => {
        expect(error).toBeInstanceOf(StaleConversation);
      });
      expect(await one.load("anna")).toMatchObject({ revision: expect.toSatisfy((r) => r >= 2) });
      await other.commit(
        commit({ revision: ((await one.load("anna"))?.revision ?? 0) + 1 }, { handled: "last" }),
      );
      const last = (await one.load("anna"))?.revision;
      await until(async () => (await one.load("anna", "orOlder"))?.revision === last);
    });

    it("keep one chain of the audit log", async () => {
      const stores = [await openStore(), await openStore()];
      const entry = { at, surface: "console", what: "loggedIn", outcome: "done" } as const;
      for (let round = 0; round < 20; round++)
        await Promise.all(stores.flatMap((store) => [store.audit(entry), store.audit(entry)]));
      expect(await stores[0]?.checkAudit()).toMatchObject({ entries: 80, head: { seq: 80 } });
    });
  });

  it("notices who rewrites the audit log", async () => {
    const store = await openStore();
    for (const detail of ["1", "2", "3"])
      await store.audit({ at, surface: "console", what: "taken", outcome: "done", detail });
    const row = (await raw("LINDEX", "ombud{desk}:audit", "1")) as unknown as string;
    await raw("LSET", "ombud{desk}:audit", "1", row.replace('"2"', '"4"'));
    expect(await store.checkAudit()).toMatchObject({ entries: 3, brokenAt: 2 });
    expect((await store.listAudit({ limit: 9 })).map(({ intact }) => intact)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("tells the index of the cases what a crash has left", async () => {
    const store = await openStore();
    await store.commit(commit({}, { cases: [aCase()] }));
    // As a process leaves it that is killed between the commit and the index.
    const keys = (await raw("KEYS", "ombud{desk}:*")) as unknown as string[];
    for (const key of keys.filter((one) => !/numbers|version/u.test(one))) await raw("DEL", key);
    const [conversation] = (await raw("KEYS", "ombud*:c:anna")) as unknown as string[];
    await raw("HSET", `${conversation?.replace(":c:anna", ":pending")}`, "anna", "1");
    expect(await store.listCases({ limit: 9 })).toEqual([]);
    expect(await (await openStore()).listCases({ limit: 9 })).toEqual([aCase()]);
    expect(await store.countCases({ stage: "toDo" })).toBe(1);
  });

  it("runs its scripts again though Redis has forgotten them", async () => {
    const store = await openStore();
    await store.commit(commit());
    await raw("SCRIPT", "FLUSH");
    expect(await store.commit(commit({ revision: 2 }))).toBe("committed");
  });

  describe("a Redis that is silent", () => {
    it("makes calls fail within two seconds, also under load, and goes on where it was", async () => {
      const store = await openStore();
      await store.commit(commit());
      process.kill(redis.pid, "SIGSTOP");
      try {
        const outcomes = await Promise.all(
          Array.from({ length: 40 }, async (_, index) => {
            await delay(50 * index);
            const began = performance.now();
            const failed = await store.commit(commit({ revision: 2 })).catch((error) => error);
            return { failed, tookMs: performance.now() - began };
          }),
        );
        for (const { failed, tookMs } of outcomes) {
          expect(failed).toBeInstanceOf(StoreUnavailable);
          expect(failed.cause).toBeDefined();
          expect(tookMs).toBeLessThan(2500);
        }
      } finally {
        process.kill(redis.pid, "SIGCONT");
      }
      // What was on its way may have happened: a repeat changes nothing.
      await until(() => store.load("anna").then(Boolean, () => false));
      expect(["committed", "duplicate"]).toContain(await store.commit(commit({ revision: 2 })));
      expect(await store.load("anna")).toMatchObject({ revision: 2 });
    });
  });

  describe("a Redis that is killed", () => {
    it("has everything when it is back, and the store goes on by itself and says so", async () => {
      const { lines, log } = listening();
      const store = await openStore({ log });
      const commits = Array.from({ length: 200 }, (_, index) =>
        commit({ id: `c-${index}` }, { log: [said(`m-${index}`)] }),
      );
      for (const one of commits) await store.commit(one);
      await redis.kill();
      await expect(store.load("c-1")).rejects.toThrow(StoreUnavailable);
      await redis.restart();
      await until(() => store.load("c-1").then(Boolean, () => false));
      for (const { conversation } of commits)
        expect(await store.load(conversation.id)).toEqual(conversation);
      const leased = await store.lease({ channel: "web", now: at, leaseMs: 100, limit: all });
      expect(leased).toHaveLength(200);
      expect(await store.commit(commits[7] ?? commit())).toBe("duplicate");
      expect(lines.map((line) => line.split(" {")[0])).toEqual([
        "Redis is lost and is tried again",
        "Redis is there again",
      ]);
    });
  });

  describe("a Redis that can't be used", () => {
    it("is named and tried again until it is there", async () => {
      await redis.kill();
      const { lines, log } = listening();
      const opening = openStore({ log });
      await until(() => lines.length > 0);
      expect(lines[0]).toMatch(/tried again every second.*(?:ENOENT|ECONNREFUSED)/u);
      await redis.restart();
      expect(await (await opening).load("anna")).toBeUndefined();
      expect(lines).toHaveLength(1);
    });

    it("is waited for while it still reads its file, and is not called unsafe", async () => {
      await raw("EVAL", "for i = 1, 5000 do redis.call('SET', 'key' .. i, i) end", "0");
      const { lines, log } = listening();
      const back = redis.restart("--key-load-delay", "1000");
      const store = await openStore({ log });
      await back;
      expect(await store.load("anna")).toBeUndefined();
      expect(lines.join()).toContain("still reads what it has kept");
      await redis.restart();
    });

    it("is waited for no longer than told", async () => {
      const { lines, log } = listening();
      const ending = new AbortController();
      const opening = openStore({ url: "redis://127.0.0.1:1", log, signal: ending.signal });
      await until(() => lines.length > 0);
      ending.abort();
      await expect(opening).rejects.toThrow("aborted");
    });

    it("says that the password is wrong", async () => {
      await raw("CONFIG", "SET", "requirepass", "right");
      const { lines, log } = listening();
      const ending = new AbortController();
      const opening = openStore({ log, signal: ending.signal });
      await until(() => lines.length > 0);
      expect(lines[0]).toMatch(/NOAUTH/u);
      ending.abort();
      await expect(opening).rejects.toThrow("aborted");
      await redis.restart();
    });

    it.each([
      ["appendonly", "no", "appendonly yes"],
      ["appendfsync", "no", "appendfsync everysec or always"],
      ["maxmemory-policy", "allkeys-lru", "maxmemory-policy noeviction"],
    ])(
      "is refused with %s %s, and warned of where that is accepted",
      async (name, value, wayOut) => {
        await raw("CONFIG", "SET", name, value);
        try {
          const refused = openStore();
          await expect(refused).rejects.toThrow(StoreUnsafe);
          await expect(refused).rejects.toThrow(wayOut);
          const { lines, log } = listening();
          await openStore({ acceptUnsafe: true, log });
          expect(lines).toEqual([expect.stringContaining(wayOut)]);
        } finally {
          await redis.restart();
        }
      },
    );

    it("is not touched where a newer bot has written it, now or at the start", async () => {
      const store = await openStore();
      await store.commit(commit());
      await raw("SET", "ombud{desk}:version", "2");
      await expect(openStore()).rejects.toThrow(StoreTooNew);
      let failed: unknown;
      await until(async () => {
        failed = await store.load("anna").catch((error: unknown) => error);
        return failed instanceof StoreTooNew;
      });
      await expect(store.commit(commit({ revision: 2 }))).rejects.toThrow(StoreTooNew);
    });

    it("is unavailable while it is out of memory, changes nothing, and takes the same call after", async () => {
      const store = await openStore();
      await store.commit(commit());
      await raw("CONFIG", "SET", "maxmemory", "1");
      const refused = store.commit(commit({ revision: 2 }));
      await expect(refused).rejects.toThrow(StoreUnavailable);
      await expect(refused).rejects.toMatchObject({
        cause: { message: expect.stringContaining("OOM") },
      });
      expect(await store.load("anna")).toMatchObject({ revision: 1 });
      await raw("CONFIG", "SET", "maxmemory", "0");
      expect(await store.commit(commit({ revision: 2 }))).toBe("committed");
    });
  });

  describe("kill -9 of the bots", () => {
    it("loses nothing that was acknowledged, 6 times over", { timeout: 120_000 }, async () => {
      const committed = new Map<string, number>();
      const sending = new Set<string>();
      const sent = new Set<string>();
      for (let round = 0; round < 6; round++) {
        const bots = ["one", "two"].map((name) => startCommitter(redis.url, name));
        await Promise.all(bots.map(({ hasCommitted }) => hasCommitted));
        await delay(20 + 17 * round);
        for (const line of (await Promise.all(bots.map(({ kill }) => kill()))).flat()) {
          const [step, id = "", revision] = line.split(" ");
          if (step === "committed")
            committed.set(id, Math.max(committed.get(id) ?? 0, Number(revision)));
          else if (step) (step === "sent" ? sent : sending).add(id);
        }
        await expectNothingLost();
      }
      expect([...committed.values()].every((revision) => revision > 20)).toBe(true);
      expect(sent.size).toBeGreaterThan(50);

      async function expectNothingLost(): Promise<void> {
        const store = await openRedisStore({ url: redis.url, acceptUnsafe: false, log: quiet });
        const cases = await store.listCases({ limit: all });
        const waiting: string[] = [];
        const logged: string[] = [];
        let revisions = 0;
        for (const [id, least] of committed) {
          const revision = (await store.load(id))?.revision ?? 0;
          revisions += revision;
          expect(revision).toBeGreaterThanOrEqual(least);
          const log = await store.readLog(id, 0, all);
          const ids = log.map(({ body }) => (body.type === "message" ? body.id : ""));
          const expected = Array.from(
            { length: 2 * revision },
            (_, index) => `${id}:${Math.floor(index / 2) + 1}:${index % 2}`,
          );
          expect(ids.join("\n") === expected.join("\n"), id).toBe(true);
          logged.push(...ids);
          waiting.push(...(await store.readUnsent(id)).map(({ messageId }) => messageId));
          const own = await store.casesOf(id);
          expect(own).toHaveLength(Math.floor(revision / 10) + 1);
          expect(cases.filter(({ conversationId }) => conversationId === id)).toEqual(own);
        }
        const unsent = new Set(waiting);
        expect([...sent].filter((id) => unsent.has(id))).toEqual([]);
        expect(logged.filter((id) => !unsent.has(id) && !sending.has(id))).toEqual([]);
        const standings = await store.countStandings("refund");
        expect(standings.reduce((sum, { count }) => sum + count, 0)).toBe(committed.size);
        expect(await store.countCases({ stage: "toDo" })).toBe(cases.length);
        expect(revisions).toBeGreaterThan(0);
        await store.close();
      }
    });
  });
});

/** A process that commits on a Redis, see `committer.ts`. */
function startCommitter(url: string, name: string) {
  const script = join(import.meta.dirname, "committer.ts");
  const child = spawn(process.execPath, [script, url, `${name}-${process.hrtime.bigint()}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  const hasCommitted = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes("committed")) resolve();
    });
  });
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
    // The last line may be cut off by the kill.
    return told.slice(0, told.lastIndexOf("\n")).split("\n");
  };
  return { hasCommitted, kill };
}
