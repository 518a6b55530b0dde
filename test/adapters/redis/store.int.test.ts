import { afterAll, beforeAll, describe } from "vitest";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import type { Store } from "../../../src/ports/store.ts";
import { deskRecordsContract } from "../../contract/desk-records.ts";
import { followingsContract } from "../../contract/followings.ts";
import { storeContract } from "../../contract/store.ts";
import { emptied, redisFault, startRedis, type TestRedis } from "../../support/redis.ts";
import { quiet } from "../../support/shop.ts";

describe.skipIf(await redisFault())("with a Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ settings: ["--appendfsync", "no"] });
  });
  afterAll(() => redis.remove());

  const open = async () => {
    await emptied(redis.url);
    return again();
  };
  const again = () => openRedisStore({ url: redis.url, acceptUnsafe: true, log: quiet });
  const reopen = async (store: Store) => {
    await store.close();
    return again();
  };

  storeContract("the Redis store", open, reopen);
  followingsContract("what desks follow, in Redis", open, reopen);
  deskRecordsContract("the Redis store's records of the desk", open, reopen);
});
