import { randomBytes } from "node:crypto";
import type { Commit } from "../src/ports/store.ts";
import { emptied, startRedis, type TestRedis } from "../test/support/redis.ts";
import { type Contender, contenders, cpuMs, memoryMb, type Running, start } from "./contenders.ts";
import { long, refund } from "./dialogue.ts";
import { bareCommit, engine } from "./engine.ts";
import { median } from "./statistics.ts";
import { bytesByKind, loadResting, usedBytes } from "./stored.ts";
import type { Load } from "./telegram/customers.ts";
import { openPlatform, type Platform } from "./telegram/open.ts";
import { freePort } from "../test/support/free-port.ts";

/** One measure: a value for each who was measured and each size. */
export interface Table {
  title: string;
  unit: string;
  columns: string[];
  rows: { name: string; values: number[] }[];
}
export type Figures = Table[];

export interface Scale {
  rounds: number;
  conversations: number;
  stored: readonly number[];
}

const levels = [1, 32, 256] as const;
const atOnceColumns = levels.map((level) => `${level} at once`);
/** Alone, a few conversations say enough. */
const share = (conversations: number, atOnce: number) =>
  atOnce === 1 ? Math.ceil(conversations / 15) : conversations;
/** Enough where a round would take minutes. */
const some = (conversations: number) => Math.ceil(conversations / 3);
const few = (conversations: number) => Math.ceil(conversations / 10);
/** Several times as many as talk at once. */
const conversationsAt = {
  1: (conversations: number) => Math.ceil(conversations / 25),
  32: (conversations: number) => conversations,
  256: (conversations: number) => conversations,
};

/** Collects a value under a name, round by round. */
function collected() {
  const all = new Map<string, number[]>();
  return {
    add(name: string, value: number) {
      all.set(name, [...(all.get(name) ?? []), value]);
    },
    of: (name: string) => median(all.get(name) ?? []),
    ratio(one: string, other: string) {
      const others = all.get(other) ?? [];
      return median((all.get(one) ?? []).map((value, round) => value / (others[round] ?? 1)));
    },
  };
}

/** From an inbound to its replies committed, beside the bare commit of the same bytes. */
export async function engineBesideCommit({ rounds, conversations }: Scale): Promise<Figures> {
  const redis = await startRedis();
  const seen = collected();
  try {
    for (let round = -1; round < rounds; round++)
      for (const level of levels) {
        await emptied(redis.url);
        const size = { conversations: share(conversations, level), atOnce: level };
        const bot = await engine(redis.url, { ...size, batch: `r${round}` });
        const commits: Commit[] = [];
        await emptied(redis.url);
        await engine(redis.url, { ...size, batch: `r${round}` }, (one) => commits.push(one));
        const bare = await bareCommit(redis.url, commits, level);
        if (round < 0) continue;
        for (const [name, spent] of Object.entries({ bot, bare })) {
          seen.add(`rate ${name} ${level}`, spent.turnsASecond);
          seen.add(`cpu ${name} ${level}`, spent.cpuUs);
          seen.add(`p99 ${name} ${level}`, spent.p99);
        }
      }
  } finally {
    await redis.remove();
  }
  const table = (title: string, what: string, unit: string): Table => ({
    title,
    unit,
    columns: atOnceColumns,
    rows: [
      { name: "ombud", values: levels.map((level) => seen.of(`${what} bot ${level}`)) },
      { name: "bare commit", values: levels.map((level) => seen.of(`${what} bare ${level}`)) },
      {
        name: "ratio",
        values: levels.map((level) => seen.ratio(`${what} bot ${level}`, `${what} bare ${level}`)),
      },
    ],
  });
  return [
    table("Engine alone: turns", "rate", "a second"),
    table("Engine alone: CPU of a turn", "cpu", "µs"),
    table("Engine alone: p99", "p99", "ms"),
  ];
}

let chats = 1000;
const sampled = 200;

/** Chats that nobody has used. */
function loadOf(parts: Partial<Load> & Pick<Load, "conversations" | "atOnce">): Load {
  const load = { acts: refund, apiMs: 0, firstChat: chats, ...parts };
  chats += load.conversations;
  return load;
}

async function onPlatform<T>(work: (platform: Platform, redis: TestRedis) => Promise<T>) {
  const redis = await startRedis();
  const platform = await openPlatform();
  try {
    return await work(platform, redis);
  } finally {
    platform.close();
    await redis.remove();
  }
}

/** What Ombud says at each turn, for the rivals to say the very same. */
export const spoken = () =>
  onPlatform(async (platform, redis) => {
    const bot = await start("ombud", { ...platform.settings, REDIS_URL: redis.url });
    try {
      const { said = [] } = await platform.load(
        loadOf({ atOnce: 1, conversations: 1, recording: true }),
      );
      return said.map(({ text, reply_markup: markup }) => ({
        text,
        buttons: (markup?.inline_keyboard ?? []).map((row) =>
          // Without the revision, of which they know nothing.
          row.map((one) => ({ ...one, callback_data: one.callback_data.replace(/^\d+:/u, "") })),
        ),
      }));
    } finally {
      await bot.stop();
    }
  });

/** Whole bots over HTTP to one Telegram. */
export async function endToEnd({ rounds, conversations }: Scale): Promise<Figures> {
  const seen = collected();
  const turnsOfLong = [10, 50, 200];
  const far = [...contenders, "grammy-polling"] as const;
  await onPlatform(async (platform, redis) => {
    for (let round = 0; round < rounds; round++)
      for (const name of far) {
        await emptied(redis.url);
        platform.forget();
        const settings = { ...platform.settings, REDIS_URL: redis.url };
        const from = performance.now();
        const greeting = platform.load(
          loadOf({ atOnce: 1, conversations: 1, acts: refund.slice(0, 1) }),
        );
        const bot = await start(name, settings);
        try {
          await greeting;
          seen.add(`cold ${name}`, performance.now() - from);
          const add = (what: string, value: number) => seen.add(`${what} ${name}`, value);
          if (name !== "grammy-polling")
            await nearLoads({ platform, redis, bot, conversations, add });
          await farLoads({ platform, name, conversations, add });
        } finally {
          await bot.stop();
        }
        if (name !== "grammy-polling") await longTalk({ platform, redis, name, turnsOfLong, seen });
      }
  });
  const table = (
    title: string,
    unit: string,
    columns: Record<string, string>,
    who: readonly string[] = contenders,
  ): Table => ({
    title,
    unit,
    columns: Object.keys(columns),
    rows: who.map((name) => ({
      name,
      values: Object.values(columns).map((what) => seen.of(`${what} ${name}`)),
    })),
  });
  const byLevel = (what: string) =>
    Object.fromEntries(levels.map((level) => [`${level} at once`, `${what}${level}`]));
  return [
    table("End to end: turns", "a second", byLevel("rate")),
    table("End to end: CPU of a turn", "µs", byLevel("cpu")),
    table("End to end: p50", "ms", byLevel("p50-")),
    table("End to end: p99", "ms", byLevel("p99-")),
    table("Cold start to the first reply", "ms", { start: "cold" }),
    table("Memory after it all", "MB", { memory: "memory" }),
    table("Redis for a conversation at its 11th turn", "bytes", {
      all: "bytes",
      "log apart": "lean",
    }),
    table(
      "An API that takes 50 ms: turns",
      "a second",
      { "32 chats": "far32", "256 chats": "far256" },
      far,
    ),
    table(
      "An API that takes 50 ms: p99 to the platform",
      "ms",
      { "32 chats": "farP99-32", "256 chats": "farP99-256" },
      far,
    ),
    table("One chat on 429: the others' p99", "ms", { without: "calm", with: "throttled" }),
    table(
      "One long conversation: a turn",
      "ms",
      Object.fromEntries(turnsOfLong.map((turn) => [`turn ${turn}`, `turn${turn}`])),
    ),
  ];
}

interface Measured {
  platform: Platform;
  redis: TestRedis;
  bot: Running;
  conversations: number;
  add: (what: string, value: number) => void;
}

async function nearLoads({ platform, redis, bot, conversations, add }: Measured): Promise<void> {
  await platform.load(loadOf({ atOnce: 32, conversations: few(conversations) }));
  for (const level of levels) {
    const cpuBefore = await cpuMs(bot.pid);
    const size = { atOnce: level, conversations: conversationsAt[level](conversations) };
    const { turns, turnsASecond, p50, p99 } = await platform.load(loadOf(size));
    add(`rate${level}`, turnsASecond);
    add(`cpu${level}`, (((await cpuMs(bot.pid)) - cpuBefore) * 1000) / turns);
    add(`p50-${level}`, p50);
    add(`p99-${level}`, p99);
  }
  // What is kept while it is under way: some forget all at its end.
  await emptied(redis.url);
  const open = loadOf({ atOnce: 32, conversations: sampled, acts: refund.slice(0, -1) });
  await platform.load(open);
  const kinds = await bytesByKind(redis.url);
  const bytes = [...kinds.values()].reduce((sum, one) => sum + one, 0);
  add("bytes", bytes / sampled);
  add("lean", (bytes - (kinds.get("l") ?? 0)) / sampled);
  add("memory", await memoryMb(bot.pid));
}

async function farLoads({
  platform,
  name,
  conversations,
  add,
}: Pick<Measured, "platform" | "conversations" | "add"> & { name: string }): Promise<void> {
  const isSlow = name === "grammy-polling";
  for (const chatsAtOnce of [32, 256]) {
    const all = chatsAtOnce === 32 ? some(conversations) : conversations;
    const size = isSlow ? { acts: refund.slice(0, 3), conversations: 32 } : { conversations: all };
    const load = loadOf({ atOnce: chatsAtOnce, apiMs: 50, ...size });
    const { turnsASecond, p99 } = await platform.load(load);
    add(`far${chatsAtOnce}`, turnsASecond);
    add(`farP99-${chatsAtOnce}`, p99);
  }
  if (isSlow) return;
  const calm = { atOnce: 8, conversations: some(conversations) };
  add("calm", (await platform.load(loadOf(calm))).p99);
  add("throttled", (await platform.load(loadOf({ ...calm, throttled: true }))).p99);
}

/** The 10th, 50th and 200th turn of one conversation. */
async function longTalk({
  platform,
  redis,
  name,
  turnsOfLong,
  seen,
}: Pick<Measured, "platform" | "redis"> & {
  name: Contender;
  turnsOfLong: readonly number[];
  seen: ReturnType<typeof collected>;
}): Promise<void> {
  platform.forget();
  const longest = Math.max(...turnsOfLong) + 4;
  const settings = { ...platform.settings, REDIS_URL: redis.url, TURNS: `${longest}` };
  const bot = await start(name, settings);
  try {
    const acts = long(longest);
    await platform.load(loadOf({ atOnce: 1, conversations: 2, acts }));
    const { byTurn } = await platform.load(loadOf({ atOnce: 1, conversations: 5, acts }));
    // The turn and its neighbours: one alone may fall on a pause.
    for (const turn of turnsOfLong)
      seen.add(`turn${turn} ${name}`, median(byTurn.slice(turn - 5, turn + 4)));
  } finally {
    await bot.stop();
  }
}

/** This bot's engine beside few and many conversations at rest, each on a Redis of its own. */
export async function stored({ rounds, conversations, stored: sizes }: Scale): Promise<Figures> {
  const kept: { size: number; redis: TestRedis; bytes: number; all: number }[] = [];
  const seen = collected();
  try {
    for (const size of sizes) {
      const redis = await startRedis();
      const bytes = await loadResting(redis.url, size);
      kept.push({ size, redis, bytes, all: await usedBytes(redis.url) });
    }
    for (let round = -1; round < rounds; round++)
      for (const { size, redis } of kept) {
        const batch = `s${round}`;
        const one = { conversations: Math.ceil(conversations / 4), atOnce: 32, batch };
        const { turnsASecond } = await engine(redis.url, one);
        if (round >= 0) seen.add(`${size}`, turnsASecond);
      }
  } finally {
    for (const { redis } of kept) await redis.remove();
  }
  const columns = sizes.map((size) => size.toLocaleString("en"));
  const row = (name: string, values: number[]) => [{ name, values }];
  return [
    {
      title: "Beside so many conversations at rest: turns",
      unit: "a second",
      columns,
      rows: row(
        "ombud",
        sizes.map((size) => seen.of(`${size}`)),
      ),
    },
    {
      title: "Redis for a conversation at rest, log apart",
      unit: "bytes",
      columns,
      rows: row(
        "ombud",
        kept.map(({ bytes }) => bytes),
      ),
    },
    {
      title: "Redis with so many at rest",
      unit: "MB",
      columns,
      rows: row(
        "ombud",
        kept.map(({ all }) => all / 1e6),
      ),
    },
  ];
}

/** One process and two of this bot behind webhooks, on one Redis. */
export async function processes({ rounds, conversations }: Scale): Promise<Figures> {
  const seen = collected();
  await onPlatform(async (platform, redis) => {
    for (let round = 0; round < rounds; round++)
      for (const count of [1, 2]) {
        await emptied(redis.url);
        platform.forget();
        const secret = randomBytes(24).toString("hex");
        const bots: Running[] = [];
        try {
          for (let one = 0; one < count; one++) {
            const port = await freePort();
            const url = `http://127.0.0.1:${port}/telegram`;
            const webhook = { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret };
            const where = { ...platform.settings, REDIS_URL: redis.url, PORT: `${port}` };
            bots.push(await start("ombud", { ...where, ...webhook }));
          }
          const urls = bots.map(({ port }) => `http://127.0.0.1:${port}/telegram`);
          platform.webhooks(urls, secret);
          await platform.load(loadOf({ atOnce: 32, conversations: Math.ceil(conversations / 4) }));
          const { turnsASecond } = await platform.load(
            loadOf({ atOnce: 32, conversations: some(conversations) }),
          );
          seen.add(`${count}`, turnsASecond);
        } finally {
          for (const bot of bots) await bot.stop();
        }
      }
  });
  return [
    {
      title: "Behind webhooks: turns",
      unit: "a second",
      columns: ["1 process", "2 processes", "ratio"],
      rows: [{ name: "ombud", values: [seen.of("1"), seen.of("2"), seen.ratio("2", "1")] }],
    },
  ];
}
