import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisReader } from "../../../src/adapters/redis/reader.ts";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import type { LogBody } from "../../../src/core/conversation.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import { commit, said } from "../../contract/store.ts";
import { emptied, redisFault, startRedis, type TestRedis } from "../../support/redis.ts";
import { quiet } from "../../support/shop.ts";

const run = promisify(execFile);

const event = (name: string): LogBody => ({
  type: "event",
  event: { type: name, at: 1, dice: "00000001" },
  by: "customer",
  key: name,
});
const assessed = (name: string): LogBody[] => [
  event(name),
  { type: "assessment", assessment: { name } },
  said(`to ${name}`),
];

describe.skipIf(await redisFault())("a look at the data in Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
    await emptied(redis.url);
  });
  afterAll(() => redis.remove());

  it("sees what running bots commit, and goes through all that was assessed", async () => {
    const store = await openRedisStore({ url: redis.url, acceptUnsafe: true, log: quiet });
    const reader = await openRedisReader(redis.url);
    expect(await reader.load("anna")).toBeUndefined();
    await store.commit(commit({}, { log: assessed("a1") }));
    await store.commit(commit({ id: "bo" }, { log: [event("b1"), said("to b1")] }));
    await store.commit(commit({ id: "bo", revision: 2 }, { log: assessed("b2") }));
    await store.commit(commit({ revision: 2 }, { log: assessed("a2") }));
    expect(await reader.load("anna")).toMatchObject({ revision: 2 });
    const found: string[] = [];
    for await (const one of reader.assessments())
      found.push(`${one.conversationId} ${JSON.stringify(one.assessment)} ${one.event.key}`);
    expect(found.toSorted()).toEqual([
      'anna {"name":"a1"} a1',
      'anna {"name":"a2"} a2',
      'bo {"name":"b2"} b2',
    ]);
    await reader.close();
    await store.close();
  });

  it("is what the commands look at where REDIS_URL is set", async () => {
    const command = fileURLToPath(
      new URL("../../../src/commands/verify-audit.ts", import.meta.url),
    );
    const env = { PATH: process.env["PATH"] ?? "", REDIS_URL: redis.url };
    const { stdout } = await run(process.execPath, [command], { env });
    expect(stdout).toContain("0 entries, each as it was written");
  });

  it("says so where there is no Redis", async () => {
    const opening = openRedisReader("unix:///nowhere/redis.sock");
    await expect(opening).rejects.toThrow(StoreUnavailable);
    await expect(opening).rejects.toThrow("REDIS_URL");
  });
});
