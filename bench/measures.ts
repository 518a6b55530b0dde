import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../src/adapters/node/clock.ts";
import { openSqliteStore } from "../src/adapters/sqlite/store.ts";
import { begin, step } from "../src/core/decide.ts";
import { plan } from "../src/core/plan.ts";
import type { Commit, Store } from "../src/ports/store.ts";
import { startBot } from "../test/support/bot.ts";
import { library, refund } from "../test/support/shop.ts";
import { createWork } from "../test/support/work.ts";
import { inbounds, receiverOn } from "./conversation.ts";

const channels = [
  { name: "web", concurrency: 256, fits: () => true, send: async () => ({}) },
] as const;

/** Calls with a store in a folder of its own; tells how large its file became. */
async function onFreshStore(work: (store: Store) => Promise<void>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-bench-"));
  try {
    const store = openSqliteStore(folder);
    await work(store);
    await store.close();
    return statSync(join(folder, "ombud.sqlite")).size;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Wall and processor time of each of `count` things, in microseconds. */
async function cost(
  count: number,
  work: () => Promise<void>,
): Promise<{ wallUs: number; cpuUs: number }> {
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuFrom);
  return { wallUs: ((performance.now() - from) * 1000) / count, cpuUs: (user + system) / count };
}

/** One turn after another, as fast as they go, and their commits alone. */
export async function alone(conversations: number) {
  const turns = inbounds(conversations);
  const commits: Commit[] = [];
  let bot = { wallUs: 0, cpuUs: 0 };
  let bare = bot;
  const bytes = await onFreshStore(async (store) => {
    const receiver = receiverOn(store, (commit) => commits.push(commit));
    bot = await cost(turns.length, async () => {
      for (const inbound of turns) await receiver.receive(inbound);
    });
    await createWork({ store, receiver, channels, clock: systemClock }).settle();
  });
  await onFreshStore(async (store) => {
    bare = await cost(commits.length, async () => {
      for (const commit of commits) await store.commit(commit);
    });
  });
  if (!commits.at(-1)?.cases.length) throw new Error("the conversation no longer ends in a case");
  return { bot, bare, bytes: bytes / conversations, commits };
}

/** How long each thing takes from the moment at which it was to begin, in milliseconds, so that waiting for the one before counts. */
async function paced<T>(
  things: readonly T[],
  turnsASecond: number,
  work: (thing: T) => Promise<unknown>,
): Promise<number[]> {
  const from = performance.now();
  return Promise.all(
    things.map(async (thing, index) => {
      const due = from + (index * 1000) / turnsASecond;
      // A timer alone comes up to a millisecond late.
      await delay(Math.max(1, due - performance.now() - 2));
      while (performance.now() < due) await nextTurn();
      await work(thing);
      return performance.now() - due;
    }),
  );
}

/** At the offered load, the bot with its deliveries going on beside. */
export async function underLoad(offered: { conversations: number; turnsASecond: number }) {
  const { turnsASecond } = offered;
  const commits: Commit[] = [];
  let bot: number[] = [];
  let bare: number[] = [];
  await onFreshStore(async (store) => {
    const receiver = receiverOn(store, (commit) => commits.push(commit), {
      committed: () => work.wake(),
    });
    const work = createWork({ store, receiver, channels, clock: systemClock });
    const worker = work.start();
    bot = await paced(inbounds(offered.conversations), turnsASecond, receiver.receive);
    await worker.stop();
  });
  await onFreshStore(async (store) => {
    bare = await paced(commits, turnsASecond, (commit) => store.commit(commit));
  });
  return { bot, bare };
}

const parts = ["load", "read", "step", "plan"] as const;

/** What the parts of a turn take, in microseconds: each turn once more, from what its commit says. */
export async function split(
  conversations: number,
  commits: readonly Commit[],
): Promise<Record<(typeof parts)[number], number>> {
  const spent = { load: 0, read: 0, step: 0, plan: 0 };
  const timed = <T>(part: (typeof parts)[number], work: () => T): T => {
    const from = performance.now();
    const result = work();
    spent[part] += performance.now() - from;
    return result;
  };
  const turns = inbounds(conversations);
  await onFreshStore(async (store) => {
    for (const [index, inbound] of turns.entries()) {
      const commit = commits[index];
      if (!commit) throw new TypeError("a turn has a commit");
      const stored = await timed("load", () => store.load(inbound.conversationId));
      const moment = { now: commit.at, dice: "0badcafe" };
      const first = stored
        ? undefined
        : timed("step", () => begin(refund, refund.input(moment, "fr")));
      const conversation = stored ?? {
        ...commit.conversation,
        revision: 0,
        snapshot: first?.snapshot ?? commit.conversation.snapshot,
      };
      const opened = { conversation, steps: first ? [first] : [], log: [] };
      const { event, said } = timed("read", () => refund.readEvent(inbound, conversation, moment));
      const next = timed("step", () => step(refund, conversation.snapshot, event));
      const taken = { event, by: "customer" as const, key: inbound.key, ...(said && { said }) };
      timed("plan", () => plan(refund, opened, next, taken, (language) => library.in(language)));
      await store.commit(commit);
    }
  });
  for (const part of parts) spent[part] = (spent[part] * 1000) / turns.length;
  return spent;
}

/** Milliseconds from the start of the process to the first reply; and those of a Node that does nothing. */
export async function coldStart(): Promise<{ bot: number; bare: number }> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-bench-"));
  const from = performance.now();
  const bot = await startBot(folder);
  const url = `http://127.0.0.1:${bot.port}`;
  const answer = await fetch(`${url}/chat/start`, {
    method: "POST",
    headers: { Origin: url, "Content-Type": "application/json" },
    body: "{}",
  });
  if (!(await answer.text()).includes('"from":"bot"')) throw new Error("the bot says nothing");
  const botMs = performance.now() - from;
  await bot.stop("SIGTERM");
  rmSync(folder, { recursive: true });
  const bareFrom = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  return { bot: botMs, bare: performance.now() - bareFrom };
}
