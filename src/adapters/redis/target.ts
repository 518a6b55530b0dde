import { BotError, StoreOccupied, StoreUnavailable } from "../../core/errors.ts";
import type { StoreTarget, WholeConversation } from "../../ports/transfer.ts";
import type { Log } from "../../ports/log.ts";
import { createCaseIndex } from "./cases.ts";
import { type Client, createRedisClient } from "./client.ts";
import { reasonOf } from "./failure.ts";
import { checkVersion, inspectRedis, movingKey } from "./inspect.ts";
import { deskShard, shardOf, shards } from "./keys.ts";
import { conversationIn } from "./stored.ts";
import { auditRows, deskBelongings, handledKeys } from "./target-records.ts";
import { bringArgs, wholeArgs, wholeIn } from "./whole.ts";

const what = "move data into Redis";
const movedKey = `${deskShard}:moved`;

/** What every store has that a bot was ever started on, or that has a conversation. */
const signs = [
  movedKey,
  ...["secrets", "sessions", "audit", "marks", "numbers"].map((name) => `${deskShard}:${name}`),
  ...shards.flatMap((part) =>
    ["standings", "held", "timers", "evidence"].map((name) => `${part}:${name}`),
  ),
];

/**
 * A Redis that another store's data is moved into.
 *
 * @throws StoreUnsafe when it would lose what it is given.
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreUnavailable when it can't be reached.
 */
export async function openRedisTarget(options: {
  url: string;
  acceptUnsafe: boolean;
  log: Log;
}): Promise<StoreTarget> {
  try {
    const { isCluster } = await inspectRedis(options.url, options);
    const client = createRedisClient(options.url, isCluster, checkVersion, options.log);
    await client.connect().catch(async (error: unknown) => {
      await client.close();
      throw error;
    });
    return createTarget(client);
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new StoreUnavailable(`reach the Redis of REDIS_URL (${reasonOf(cause)})`, { cause });
  }
}

function createTarget(client: Client): StoreTarget {
  const get = (key: string) => client.send<string | null>(what, deskShard, ["GET", key]);

  async function isOccupied(): Promise<boolean> {
    const found = await Promise.all(
      signs.map((key) => client.send<number>(what, key, ["EXISTS", key])),
    );
    return found.some((count) => count > 0);
  }

  return {
    async begin(moveId) {
      if ((await get(movedKey)) === moveId) return "ended";
      const moving = await get(movingKey);
      if (moving === moveId) return "begun";
      if (moving !== null || (await isOccupied())) throw new StoreOccupied();
      await client.send(what, deskShard, ["SET", movingKey, moveId, "NX"]);
      if ((await get(movingKey)) !== moveId) throw new StoreOccupied();
      return "begun";
    },

    async missing(ids) {
      const brought = await Promise.all(
        [...Map.groupBy(ids, shardOf)].map(async ([part, some]) => {
          const found = await client.send<number[]>(what, part, [
            "SMISMEMBER",
            `${part}:brought`,
            ...some,
          ]);
          return some.filter((_, index) => found[index] === 1);
        }),
      );
      const known = new Set(brought.flat());
      return ids.filter((id) => !known.has(id));
    },

    async bring(whole) {
      const numbers = whole.cases.map(({ number }) => number);
      if (numbers.length > 0)
        await client.run(what, "reserve", { part: deskShard, args: [whole.id, ...numbers] });
      await client.run(what, "bring", { part: shardOf(whole.id), args: bringArgs(whole) });
    },

    ...handledKeys(client),
    ...deskBelongings(client),
    ...auditRows(client),

    async index() {
      const index = createCaseIndex(client);
      for (const part of shards)
        while ((await client.send<number>(what, part, ["HLEN", `${part}:pending`])) > 0)
          await index.catchUp(part);
    },

    async readWhole(expected) {
      const { id } = expected;
      const part = shardOf(id);
      const stored = await client.read(what, part, ["GET", `${part}:c:${id}`]);
      const args = wholeArgs(expected);
      const found = await client.run<string[][]>(what, "whole", { part, args });
      const rest = wholeIn(id, found);
      return stored === null ? rest : withConversation(rest, stored);
    },

    async count() {
      const sum = async (keys: readonly string[], command: string) => {
        const counts = await Promise.all(
          keys.map((key) => client.send<number>(what, key, [command, key])),
        );
        return counts.reduce((all, count) => all + count, 0);
      };
      const standings = await Promise.all(
        shards.map((part) => client.send(what, part, ["HVALS", `${part}:standings`])),
      );
      return {
        conversations: standings.flat().reduce((all: number, count) => all + Number(count), 0),
        timers: await sum(
          shards.map((part) => `${part}:timers`),
          "ZCARD",
        ),
        cases: await sum([`${deskShard}:opened`], "ZCARD"),
        held: await sum(
          shards.map((part) => `${part}:hk`),
          "HLEN",
        ),
        sessions: await sum([`${deskShard}:sessions`], "HLEN"),
        auditRows: await sum([`${deskShard}:audit`], "LLEN"),
      };
    },

    async end() {
      const moveId = await get(movingKey);
      if (moveId !== null) {
        await client.send(what, deskShard, ["SET", movedKey, moveId]);
        await client.send(what, deskShard, ["DEL", movingKey]);
      }
      // Only now: what knows nothing of it would be brought twice.
      for (const part of shards) await client.send(what, part, ["DEL", `${part}:brought`]);
    },

    close: () => client.close(),
  };
}

const withConversation = (
  rest: Omit<WholeConversation, "conversation">,
  stored: Buffer,
): WholeConversation => ({ ...rest, conversation: conversationIn(rest.id, stored) });
