import { createClient } from "@redis/client";
import { callOf } from "../src/adapters/redis/commit.ts";
import { optionsOf } from "../src/adapters/redis/link.ts";
import { readScripts } from "../src/adapters/redis/scripts.ts";
import { openRedisStore } from "../src/adapters/redis/store.ts";
import type { Commit } from "../src/ports/store.ts";
import { quiet } from "../test/support/shop.ts";
import { emptied } from "../test/support/redis.ts";
import { inbounds, receiverOn } from "./conversation.ts";

export interface Spent {
  turnsASecond: number;
  /** Of this process, in microseconds. */
  cpuUs: number;
  p50: number;
  p99: number;
}

/** Takes them in order, so many at once. */
async function spend<T>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<unknown>,
): Promise<Spent> {
  const ms: number[] = [];
  const left = things.values();
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const thing of left) {
        const since = performance.now();
        await work(thing);
        ms.push(performance.now() - since);
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpuFrom);
  ms.sort((a, b) => a - b);
  return {
    turnsASecond: (things.length * 1000) / (performance.now() - from),
    cpuUs: (user + system) / things.length,
    p50: ms[ms.length >> 1] ?? Number.NaN,
    p99: ms[Math.ceil(ms.length * 0.99) - 1] ?? Number.NaN,
  };
}

/**
 * From an inbound to its replies committed, on a Redis that keeps what it has;
 * `batch` tells runs apart. Commits that are kept for the bare one make work
 * for the garbage collector, so a run that counts hands none over.
 */
export async function engine(
  url: string,
  { conversations, atOnce, batch }: { conversations: number; atOnce: number; batch: string },
  onCommit: (commit: Commit) => void = () => {},
): Promise<Spent> {
  const store = await openRedisStore({ url, acceptUnsafe: true, log: quiet });
  const receiver = receiverOn(store, onCommit);
  try {
    const turns = inbounds(conversations, batch);
    return await spend(turns, atOnce, (inbound) => receiver.receive(inbound));
  } finally {
    await store.close();
  }
}

/** The same bytes to the same script on an empty Redis, made ready before: what no bot on this store can be faster than. */
export async function bareCommit(
  url: string,
  commits: readonly Commit[],
  atOnce: number,
): Promise<Spent> {
  await emptied(url);
  const { socket, ...options } = optionsOf(url);
  const client = createClient({ ...options, socket } as object);
  await client.connect();
  const { source, sha } = readScripts().commit;
  const calls = commits.map((commit) => {
    const { part, home, args } = callOf(commit);
    const keys = home === part ? ["1", part] : ["2", part, home];
    const texts = args.map((arg) => (typeof arg === "number" ? `${arg}` : arg));
    return ["EVALSHA", sha, ...keys, ...texts];
  });
  try {
    await client.sendCommand(["SCRIPT", "LOAD", source]);
    return await spend(calls, atOnce, (call) => client.sendCommand(call as string[]));
  } finally {
    await client.close();
  }
}
