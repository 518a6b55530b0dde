/**
 * `npm run bench`: what a turn costs, beside the bare commit of the very same
 * data in the same run. The two take turns, round by round, so that whatever
 * else the machine does falls on both; every figure is the median of the
 * rounds. `--json` prints the figures for a program.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../src/adapters/node/clock.ts";
import { openSqliteStore } from "../src/adapters/sqlite/store.ts";
import { deliverDue } from "../src/app/deliver.ts";
import { startWorker } from "../src/app/work.ts";
import type { Conversation } from "../src/core/conversation.ts";
import { begin, step } from "../src/core/decide.ts";
import { plan } from "../src/core/plan.ts";
import type { Commit, Store } from "../src/ports/store.ts";
import { startBot } from "../test/support/bot.ts";
import { library, refund } from "../test/support/shop.ts";
import { inbounds, receiverOn, turnsEach } from "./conversation.ts";

const rounds = 7;
const conversations = 100;
const offered = { turnsASecond: 50, conversations: 40 };
const coldStarts = 5;

const log = { info() {}, warn() {}, error() {} };
const channels = [{ name: "web", send: async () => {} }] as const;

/** A figure of the bot, the same of what it is measured by, and how the first compares. */
interface Row {
  what: string;
  unit: string;
  bot: number;
  bare?: number | undefined;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const percentile = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

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
async function cost(count: number, work: () => Promise<void>): Promise<{ wallUs: number; cpuUs: number }> {
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuFrom);
  return { wallUs: ((performance.now() - from) * 1000) / count, cpuUs: (user + system) / count };
}

/** One turn after another, as fast as they go, and their commits alone. */
async function alone() {
  const turns = inbounds(conversations);
  const commits: Commit[] = [];
  let bot = { wallUs: 0, cpuUs: 0 };
  let bare = bot;
  const bytes = await onFreshStore(async (store) => {
    const { receive } = receiverOn(store, (commit) => commits.push(commit));
    bot = await cost(turns.length, async () => {
      for (const inbound of turns) await receive(inbound);
    });
    await deliverDue({ store, channels, clock: systemClock, log });
  });
  await onFreshStore(async (store) => {
    bare = await cost(commits.length, async () => {
      for (const commit of commits) await store.commit(commit);
    });
  });
  return { bot, bare, bytes: bytes / conversations, commits };
}

/** How long each thing takes from the moment at which it was to begin, in milliseconds. */
async function paced<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<number[]> {
  const from = performance.now();
  return Promise.all(
    things.map(async (thing, index) => {
      const due = from + (index * 1000) / offered.turnsASecond;
      await delay(due - performance.now());
      const begun = Math.max(due, performance.now() - 1);
      await work(thing);
      return performance.now() - begun;
    }),
  );
}

/** At the offered load, the bot with its deliveries going on beside. */
async function underLoad() {
  const commits: Commit[] = [];
  let bot: number[] = [];
  let bare: number[] = [];
  await onFreshStore(async (store) => {
    const receiver = receiverOn(
      store,
      (commit) => commits.push(commit),
      () => worker.wake(),
    );
    const sleep = (ms: number) => {
      const end = new AbortController();
      return { done: delay(ms, undefined, { signal: end.signal }).catch(() => {}), abort: () => end.abort() };
    };
    const worker = startWorker({ store, receiver, channels, clock: systemClock, log, sleep });
    bot = await paced(inbounds(offered.conversations), receiver.receive);
    await worker.stop();
  });
  await onFreshStore(async (store) => {
    bare = await paced(commits, store.commit);
  });
  return { bot, bare };
}

const parts = ["load", "read", "step", "plan"] as const;

/** What the parts of a turn take, in microseconds: each turn once more, from what its commit says. */
async function split(commits: readonly Commit[]): Promise<Record<(typeof parts)[number], number>> {
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
      const fresh = stored ? undefined : timed("step", () => begin(refund, moment, "fr"));
      const before = stored ?? ({ ...commit.conversation, revision: 0, snapshot: fresh?.snapshot } as Conversation);
      const { event, said } = timed("read", () => refund.readEvent(inbound, before, moment));
      const next = timed("step", () => step(refund, before.snapshot, event));
      const taken = { event, by: "customer" as const, key: inbound.key, ...(said && { said }) };
      timed("plan", () => plan(refund, before, fresh ? [fresh, next] : [next], taken, (language) => library.in(language)));
      await store.commit(commit);
    }
  });
  for (const part of parts) spent[part] = (spent[part] * 1000) / turns.length;
  return spent;
}

/** Milliseconds from the start of the process to the first reply; and those of a Node that does nothing. */
async function coldStart(): Promise<{ bot: number; bare: number }> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-bench-"));
  const from = performance.now();
  const bot = await startBot(folder);
  const url = `http://127.0.0.1:${bot.port}`;
  const answer = await fetch(`${url}/chat/start`, { method: "POST", headers: { Origin: url, "Content-Type": "application/json" }, body: "{}" });
  if (!(await answer.text()).includes('"from":"bot"')) throw new Error("the bot says nothing");
  const botMs = performance.now() - from;
  await bot.stop("SIGTERM");
  rmSync(folder, { recursive: true });
  const bareFrom = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  return { bot: botMs, bare: performance.now() - bareFrom };
}

async function measure(): Promise<Row[]> {
  const byRound: (Awaited<ReturnType<typeof alone>> & { spent: Awaited<ReturnType<typeof split>> })[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const one = await alone();
    const spent = await split(one.commits);
    if (round > 0) byRound.push({ ...one, spent });
  }
  const starts: Awaited<ReturnType<typeof coldStart>>[] = [];
  for (let count = 0; count < coldStarts; count++) starts.push(await coldStart());
  const load = await underLoad();

  const of = (figure: (round: (typeof byRound)[number]) => number) => median(byRound.map(figure));
  const commits = byRound[0]?.commits ?? [];
  const committed = commits.reduce((sum, { conversation, log: entries, cases }) => sum + jsonBytes(conversation) + jsonBytes(entries) + jsonBytes(cases), 0);
  const last = commits.slice(-conversations).map(({ conversation }) => jsonBytes(conversation));
  const commitUs = of(({ bare }) => bare.cpuUs);
  const deciding = of(({ spent }) => spent.read + spent.step + spent.plan);
  return [
    { what: "turns, one after another", unit: "a second", bot: 1e6 / of(({ bot }) => bot.wallUs), bare: 1e6 / of(({ bare }) => bare.wallUs) },
    { what: "processor time of a turn", unit: "µs", bot: of(({ bot }) => bot.cpuUs), bare: commitUs },
    { what: "  load", unit: "µs", bot: of(({ spent }) => spent.load), bare: commitUs },
    { what: "  readEvent", unit: "µs", bot: of(({ spent }) => spent.read), bare: commitUs },
    { what: "  step", unit: "µs", bot: of(({ spent }) => spent.step), bare: commitUs },
    { what: "  plan and render", unit: "µs", bot: of(({ spent }) => spent.plan), bare: commitUs },
    { what: "  logic and rendering in all", unit: "µs", bot: deciding, bare: commitUs },
    { what: `p50 of a turn at ${offered.turnsASecond} a second`, unit: "ms", bot: percentile(load.bot, 0.5), bare: percentile(load.bare, 0.5) },
    { what: `p99 of a turn at ${offered.turnsASecond} a second`, unit: "ms", bot: percentile(load.bot, 0.99), bare: percentile(load.bare, 0.99) },
    { what: `file for a conversation of ${turnsEach} turns, beside the JSON committed`, unit: "bytes", bot: of(({ bytes }) => bytes), bare: committed / conversations },
    { what: "a conversation's row at its end, as JSON", unit: "bytes", bot: median(last) },
    { what: "cold start to the first reply, beside Node alone", unit: "ms", bot: median(starts.map(({ bot }) => bot)), bare: median(starts.map(({ bare }) => bare)) },
  ];
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const shown = (value: number | undefined): string => (value === undefined ? "" : value.toPrecision(3).includes("e") ? value.toFixed(0) : String(Number(value.toPrecision(3))));

function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ what, unit, bot, bare }) => [what, shown(bot), unit, shown(bare), shown(bare && bot / bare)]);
  const table = [["", "bot", "", "bare commit", "ratio"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) {
    const line = row.map((cell, column) => (column === 0 || column === 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
    console.log(line.join("  ").trimEnd());
  }
}

const rows = await measure();
if (process.argv.includes("--json")) console.log(JSON.stringify(rows, undefined, 2));
else printTable(rows);
