import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { Store } from "../../../src/ports/store.ts";
import { deskRecordsContract } from "../../contract/desk-records.ts";
import { followingsContract } from "../../contract/followings.ts";
import { commit, storeContract } from "../../contract/store.ts";
import { startCluster } from "../../support/redis-cluster.ts";
import { redisFault } from "../../support/redis.ts";
import { quiet } from "../../support/shop.ts";

describe.skipIf(await redisFault())("with a Redis Cluster", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.remove());

  const open = async () => {
    await cluster.empty();
    return again();
  };
  const again = () =>
    openRedisStore({ url: cluster.nodes[0]?.url ?? "", acceptUnsafe: true, log: quiet });
  const reopen = async (store: Store) => {
    await store.close();
    return again();
  };

  storeContract("the store on a Redis Cluster", open, reopen);
  followingsContract("what desks follow, in a Redis Cluster", open, reopen);
  deskRecordsContract("the records of the desk, in a Redis Cluster", open, reopen);

  it("has conversations on every node, and fails for those of one that is silent only", async () => {
    const store = await open();
    const ids = Array.from({ length: 60 }, (_, index) => `c-${index}`);
    for (const id of ids) await store.commit(commit({ id }));
    const [, silent] = cluster.nodes;
    process.kill(silent?.pid ?? 0, "SIGSTOP");
    const began = performance.now();
    const outcomes = await Promise.allSettled(ids.map((id) => store.load(id)));
    expect(performance.now() - began).toBeLessThan(6000);
    process.kill(silent?.pid ?? 0, "SIGCONT");
    const failed = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(ids.length);
    for (const reason of failed) expect(reason).toBeInstanceOf(StoreUnavailable);
    await expect.poll(() => store.load("c-1").catch(() => undefined)).toBeDefined();
    for (const id of ids)
      await expect.poll(() => store.load(id).catch(() => undefined)).toMatchObject({ id });
    await store.close();
  });
});
