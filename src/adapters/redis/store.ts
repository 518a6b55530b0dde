import { setTimeout as delay } from "node:timers/promises";
import { channelNames } from "../../core/conversation.ts";
import { deskNames } from "../../core/desk.ts";
import { BotError } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import type { DueTimer, StandingCount, Store } from "../../ports/store.ts";
import { createCaseIndex, createCases } from "./cases.ts";
import { openChanges } from "./changes.ts";
import { createServerClock } from "./clock.ts";
import { type Client, createRedisClient } from "./client.ts";
import { createCommit } from "./commit.ts";
import { createUnanswered } from "./commit-lease.ts";
import { createAudit, createSessions } from "./desk-records.ts";
import { createDue, type Due } from "./due.ts";
import { reasonOf } from "./failure.ts";
import { createFollowings } from "./followings.ts";
import { createHeld } from "./held.ts";
import { checkFormat, inspectRedis } from "./inspect.ts";
import { deskShard, shardOf, shards } from "./keys.ts";
import { bodyIn, byBytes, createLanes, entriesIn, inGroups, timeIn } from "./lanes.ts";
import type { Link } from "./link.ts";
import { createMarks } from "./marks.ts";
import { createRecent, type Recent } from "./recent.ts";
import { conversationIn, standingIn } from "./stored.ts";

/** How often every part is looked at, in case word of a change was lost. */
const lookEveryMs = 5000;
const tryAgainMs = 1000;
const evidenceAtOnce = 500;

export interface RedisOptions {
  /** `redis://`, `rediss://` or `unix://`. */
  url: string;
  /** Takes a Redis that may lose what it is given, and warns. */
  acceptUnsafe: boolean;
  log: Log;
  /** Ends the wait for a Redis that can't be reached. */
  signal?: AbortSignal;
}

/**
 * The store on a Redis that several processes share. Says what is wrong with
 * one that can't be reached and tries it again until `signal` is aborted.
 *
 * @throws StoreUnsafe when it would lose what it is given.
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreIncomplete while data is being moved into it.
 */
export async function openRedisStore({
  url,
  acceptUnsafe,
  log,
  signal,
}: RedisOptions): Promise<Store> {
  for (let said = ""; ;) {
    try {
      const { isCluster } = await inspectRedis(url, { acceptUnsafe, log });
      return await openStore(url, isCluster, log);
    } catch (error) {
      if (error instanceof BotError && !error.retryable) throw error;
      const why = reasonOf(error);
      if (why !== said) log.error({ why }, "Redis can't be used and is tried again every second");
      said = why;
      await delay(tryAgainMs, undefined, signal && { signal });
    }
  }
}

async function openStore(url: string, isCluster: boolean, log: Log): Promise<Store> {
  const clock = createServerClock();
  const connected = async (link: Pick<Link, "send">) => {
    await checkFormat(link);
    await clock.look(link);
  };
  const client = createRedisClient(url, isCluster, connected, log);
  let watcher: ((conversationIds: readonly string[]) => void) | undefined;
  try {
    await client.connect();
    const index = createCaseIndex(client);
    const due: Due = createDue(client, (part) => void index.catchUp(part).catch(() => undefined));
    const recent = createRecent();
    const changes = await openChanges(url, client, (changed) => {
      if (!changed) {
        due.touchedAll();
        recent.forget();
        watcher?.([]);
        return;
      }
      const all = [...changed.waiting, ...changed.others];
      for (const id of changed.waiting) due.touched(shardOf(id));
      for (const id of all) recent.forget(id);
      watcher?.(all);
    });
    // What a crash has left to tell the index is told before anybody reads it.
    const pending: string[] = [];
    await createDue(client, (part) => pending.push(part)).look();
    await Promise.all(pending.map((part) => index.catchUp(part)));

    const looking = setInterval(() => void look().catch(() => undefined), lookEveryMs);
    looking.unref();
    const look = async () => {
      const ask = (key = deskShard, command: readonly unknown[]) =>
        client.send("read", key, command as string[]);
      await connected({ send: ask }).catch((error: unknown) => {
        if (error instanceof BotError && !error.retryable) client.refuse(error);
        throw error;
      });
      if (await due.look()) watcher?.([]);
    };

    const lanes = createLanes(client, due);
    const { leased, settleOf, ...sending } = lanes;
    const unanswered = createUnanswered(client, due);
    const commit = createCommit(client, due, { index, recent, unanswered, leased });
    const held = createHeld(client, due);
    return closingAfter(
      {
        ...createReads(client, due, recent),
        ...sending,
        ...held,
        ...createFollowings(client, due),
        ...createCases(client),
        ...createMarks(client),
        ...createSessions(client),
        ...createAudit(client),
        async commit(turn, lease) {
          // Its lane is free for the first reply then.
          settleOf(turn.conversation.id);
          const { outcome, waits } = await commit(turn, lease);
          if (outcome === "committed") changes.tell(turn.conversation.id, waits);
          return outcome;
        },
        async hold(one) {
          const outcome = await held.hold(one);
          if (outcome === "held") changes.tell(one.inbound.conversationId, true);
          return outcome;
        },
      },
      async () => {
        clearInterval(looking);
        unanswered.close();
        await changes.close();
        await client.close();
      },
      { watch: (changed) => (watcher = changed), now: () => clock.now() },
    );
  } catch (error) {
    await client.close();
    throw error;
  }
}

type Reads = Pick<
  Store,
  | "load"
  | "readLog"
  | "dueTimers"
  | "nextDueAt"
  | "countStandings"
  | "unnamedEvidence"
  | "forgetHandled"
>;

function createReads(client: Client, due: Due, recent: Recent): Reads {
  return {
    async load(conversationId, orOlder) {
      const seen = orOlder && recent.get(conversationId);
      if (seen) return seen;
      const part = shardOf(conversationId);
      const command = ["GET", `${part}:c:${conversationId}`];
      const stored = await client.read("load a conversation", part, command);
      return stored === null ? undefined : conversationIn(conversationId, stored);
    },

    async readLog(conversationId, afterSeq, limit) {
      const part = shardOf(conversationId);
      const range = [`${afterSeq}`, `${afterSeq + limit - 1}`];
      const command = ["LRANGE", `${part}:l:${conversationId}`, ...range];
      const entries = await client.send<string[]>("read a log", part, command);
      return entries.map((entry, index) => ({
        seq: afterSeq + index + 1,
        at: timeIn(entry),
        body: bodyIn(entry),
      }));
    },

    async dueTimers(now, limit) {
      const parts = await due.partsWith("timers", now);
      const args = [now, limit];
      const found = await Promise.all(
        parts.map(({ part }) => client.run<string[]>("read timers", "timers", { part, args })),
      );
      for (const [index, { part }] of parts.entries())
        if (found[index]?.length === 0) due.touched(part);
      return inGroups(found.flat(), 3)
        .map(timerIn)
        .toSorted(
          (a, b) =>
            a.dueAt - b.dueAt || byBytes(a.conversationId, b.conversationId) || byBytes(a.id, b.id),
        )
        .slice(0, limit);
    },

    nextDueAt: (channels = channelNames, desks = deskNames) =>
      due.nextAt([
        "timers",
        "held",
        ...channels.map((channel) => `ready:${channel}` as const),
        ...desks.map((desk) => `following:${desk}` as const),
      ]),

    async countStandings(flow) {
      const found = await Promise.all(
        shards.map((part) =>
          client.send("count standings", part, ["HGETALL", `${part}:standings`]),
        ),
      );
      const counts = Map.groupBy(found.flatMap(entriesIn), ([standing]) => standing);
      return [...counts].flatMap(([text, each]): StandingCount[] => {
        const { flow: of, ...standing } = standingIn(text);
        const count = each.reduce((sum, [, one]) => sum + Number(one), 0);
        return of === flow ? [{ ...standing, count }] : [];
      });
    },

    async unnamedEvidence(ids) {
      const unnamed = new Set(ids);
      for (const part of shards) {
        for (const some of inGroups([...unnamed], evidenceAtOnce)) {
          const command = ["SMISMEMBER", `${part}:evidence`, ...some];
          const named = await client.send<number[]>("look for evidence", part, command);
          for (const [index, id] of some.entries()) if (named[index] === 1) unnamed.delete(id);
        }
      }
      return unnamed;
    },

    async forgetHandled(before) {
      await Promise.all(
        shards.map((part) => client.run("forget handled keys", "forget", { part, args: [before] })),
      );
    },
  };
}

function timerIn([name = "", dueAt, what = ""]: readonly string[]): DueTimer {
  const space = name.indexOf(" ");
  const [channel, event] = JSON.parse(what) as [DueTimer["channel"], string];
  return {
    conversationId: name.slice(0, space),
    channel,
    id: name.slice(space + 1),
    dueAt: Number(dueAt),
    event,
  };
}

/** The store whose `close` waits for what was asked before it. */
function closingAfter(
  store: Omit<Store, "close" | "watch" | "now">,
  close: () => Promise<void>,
  atOnce: Required<Pick<Store, "watch" | "now">>,
): Store {
  const underWay = new Set<Promise<unknown>>();
  const tracked = Object.entries(store).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      const work = (method as (...args: unknown[]) => Promise<unknown>)(...args);
      underWay.add(work);
      const end = () => underWay.delete(work);
      work.then(end, end);
      return work;
    },
  ]);
  let closing: Promise<void> | undefined;
  return {
    ...(Object.fromEntries(tracked) as typeof store),
    ...atOnce,
    close: () => (closing ??= Promise.allSettled(underWay).then(close)),
  };
}
