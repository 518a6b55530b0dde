import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Delivery } from "../../../src/ports/store.ts";
import { createChance } from "../chance.ts";
import { openDiscordServer, type DiscordServer } from "../discord/server.ts";
import { startRedis, type TestRedis } from "../redis.ts";
import { told, unpaced } from "../storm/storm.ts";
import { planted } from "../storm/plants.ts";
import { roughWeather } from "../storm/weather.ts";
import { openTelegramServer, type TelegramServer } from "../telegram/server.ts";
import { createAgent, enterConsole, type ChaosAgent } from "./agents.ts";
import { openBots, type Window } from "./bots.ts";
import { openReader, type Found, type Reader } from "./evidence.ts";
import { openFakeTime } from "./faketime.ts";
import type { DisturbanceName } from "./faults.ts";
import { clockAhead } from "./plants.ts";
import { bringPeople, type People } from "./people.ts";
import { disturb, tracks } from "./plan.ts";
import { openProxy } from "./proxy.ts";
import type { Surroundings } from "./surroundings.ts";

const run = promisify(execFile);

export interface ChaosOptions {
  seed: number;
  /** Customers at once on each channel. */
  people: number;
  agents: number;
  /** How long it is disturbed. */
  forMs: number;
  gapMs: readonly [number, number];
  pauseMs: readonly [number, number];
  /** Absent for all. */
  only?: readonly DisturbanceName[];
  /** Into Redis by every write, or once a second. */
  appendfsync?: "always" | "everysec";
  settings?: Readonly<Record<string, string>>;
  /** After the disturbances all has to come to rest within this. */
  restWithinMs: number;
  isWithClocks?: boolean;
}

export interface Chaos {
  windows: readonly Window[];
  conversations: ReadonlyMap<string, Found>;
  troubled: readonly Delivery[];
  people: People;
  agents: readonly ChaosAgent[];
  telegram: ReturnType<typeof told> & { faults: readonly string[]; early: number };
  discord: DiscordServer;
  exits: readonly { code: number | null; ms: number }[];
  crashes: readonly string[];
  /** What was not done when it had to be. */
  unrested: string[];
  /** Until all that waited had come to its end. */
  restMs: number;
}

const aDayAndMore = 25 * 3_600_000;

/**
 * Customers on every channel and agents in the console, two processes on one
 * Redis, and everything that can go wrong around them; then all that waits
 * comes to its end, a day passes, and what is left is looked at.
 */
export async function chaos(options: ChaosOptions): Promise<Chaos> {
  const { seed, restWithinMs } = options;
  const folder = mkdtempSync(join(tmpdir(), "ombud-chaos-"));
  const newClock = options.isWithClocks === false ? undefined : await openFakeTime();
  const telegram = await openTelegramServer();
  const discord = await openDiscordServer();
  const redis = await startRedis({
    settings: ["--appendfsync", options.appendfsync ?? "everysec"],
  });
  const proxy = await openProxy(redis.socket);
  const bots = await openBots(
    2,
    (slot) => ({
      REDIS_URL: proxy.url,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_ROOT: discord.api,
      DISCORD_SUPPORT_CHANNEL: discord.support.id,
      LOG_LEVEL: "silent",
      NODE_COMPILE_CACHE: join(folder, `compiled-${slot}`),
      ...unpaced,
      ...options.settings,
    }),
    folder,
    newClock,
  );
  const over = new AbortController();
  const deadline = Date.now() + options.forMs + restWithinMs;
  const exits: { code: number | null; ms: number }[] = [];
  const around: Surroundings = {
    bots,
    redis,
    proxy,
    telegram,
    discord,
    pauseMs: options.pauseMs,
    exits,
    fillDisk: () => fillDisk(redis),
    nap: (ms) => delay(ms, undefined, { signal: over.signal }).catch(() => {}),
  };
  let reader: Reader | undefined;
  let people: People | undefined;
  try {
    await Promise.all(bots.slots.map((slot) => slot.start()));
    reader = await openReader(redis.url);
    // A stranger's direct message to a bot without a session is the one thing that nobody brings again.
    await until(
      deadline,
      async () => (await reader?.store.readMark("discord:session:0")) !== undefined,
    );
    people = bringPeople({
      seed,
      count: options.people,
      url: bots.url,
      telegram,
      discord,
      deadline,
    });
    const cookie = await enterConsole(bots.slots[0]?.consoleLink() ?? "");
    const agents = Array.from({ length: options.agents }, (_, index) =>
      createAgent(bots, cookie, createChance(seed + 30_000 + index)),
    );
    const talking = Promise.all([
      people.talk(over.signal),
      ...agents.map((agent) => agent.work(over.signal)),
    ]);
    const calm = badWeather(telegram, discord, seed);
    const end = setTimeout(() => over.abort(), options.forMs);
    const allowed = new Set(options.only ?? tracks.flat());
    const windows = await disturb(
      around,
      tracks
        .map((names, index) => ({
          names: names.filter((name) => allowed.has(name) && (newClock || name !== "clock")),
          chance: createChance(seed + 40_000 + index),
        }))
        .filter(({ names }) => names.length > 0),
      options.gapMs,
      over.signal,
    );
    clearTimeout(end);
    if (!over.signal.aborted) {
      await delay(options.forMs);
      over.abort();
    }
    calm();
    const from = Date.now();
    const unrested: string[] = [];
    await talking;
    if (!(await rested(reader, Date.now() + restWithinMs)))
      unrested.push(`after the disturbances ${JSON.stringify(await reader.waiting())} wait`);
    const restMs = Date.now() - from;
    unrested.push(...(await passADay(around, reader, restWithinMs)));
    await pagesComplete(people, reader, Date.now() + 30_000);
    people.leave();
    for (const slot of bots.slots) exits.push(await slot.stop());
    const found = await reader.conversations();
    return {
      windows,
      conversations: found,
      troubled: await reader.troubled(),
      people,
      agents,
      telegram: {
        ...told(telegram, people.talkers),
        faults: telegram.faults,
        early: telegram.earlyCalls.length,
      },
      discord,
      exits,
      crashes: bots.crashes,
      unrested,
      restMs,
    };
  } finally {
    over.abort();
    people?.leave();
    await reader?.close();
    await bots.close();
    await proxy.close();
    await redis.remove();
    await telegram.close();
    await discord.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The platforms on a bad day; gives how it ends. */
function badWeather(telegram: TelegramServer, discord: DiscordServer, seed: number): () => void {
  const endTelegram = telegram.fault(roughWeather(seed));
  const messages = { method: "POST", route: "/channels/{channel_id}/messages" };
  const planned = [
    { percent: 2, fault: { type: "rate-limit", retryAfterMs: 700 } },
    { percent: 1, fault: { type: "error" } },
    { percent: 1, fault: { type: "bad-gateway" } },
    { percent: 1, fault: { type: "drop" } },
    { percent: 1, fault: { type: "apply-then-drop" } },
    { percent: 0.5, fault: { type: "truncate" } },
    { percent: 0.5, fault: { type: "apply-then-hang" } },
  ] as const;
  for (const [index, plan] of planned.entries())
    discord.fault({ ...messages, ...plan, seed: seed + index });
  return () => {
    endTelegram();
    discord.clearFaults();
  };
}

/** No file of Redis's may grow any more, which is what a full disk is to it. */
async function fillDisk(redis: TestRedis): Promise<() => Promise<void>> {
  const files = readdirSync(redis.folder, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).size);
  const limit = async (size: string) =>
    void (await run("prlimit", ["--pid", `${redis.pid}`, `--fsize=${size}:unlimited`]));
  await limit(`${Math.max(...sizes)}`);
  return () => limit("unlimited");
}

/** Redis says that a day has passed; silence is noticed by two processes, of which one is killed meanwhile. */
async function passADay({ bots, exits }: Surroundings, reader: Reader, withinMs: number) {
  for (const slot of bots.slots) exits.push(await slot.stop());
  reader.ahead(aDayAndMore);
  if (!(await reader.waiting()).isDue) return ["no timer came due in a day"];
  const later = planted(clockAhead(aDayAndMore));
  await Promise.all(bots.slots.map((slot) => slot.start(later)));
  const [slot] = bots.slots;
  await slot?.kill();
  await slot?.start();
  const isRested = await rested(reader, Date.now() + withinMs);
  return isRested ? [] : [`a day later ${JSON.stringify(await reader.waiting())} wait`];
}

/** Resolves with whether nothing waits any more and nothing is due. */
const rested = (reader: Reader, deadline: number): Promise<boolean> =>
  until(deadline, async () => {
    const { replies, isDue } = await reader.waiting();
    return replies === 0 && !isDue;
  });

/** Every message on the web is on its page; the verdict tells what is not. */
async function pagesComplete(people: People, reader: Reader, deadline: number): Promise<void> {
  const known = new Set(people.web.flatMap(({ acknowledged }) => acknowledged));
  // A start whose answer was lost has opened one that nobody reads.
  const isRead = ({ log }: Found) =>
    log.some(({ body }) => body.type === "event" && known.has(body.key.split(":").at(-1) ?? ""));
  const found = [...(await reader.conversations()).values()].filter(isRead);
  const messages = found
    .filter(({ stored }) => stored.channel === "web")
    .flatMap(({ log }) => log.filter(({ body }) => body.type === "message"));
  await until(deadline, async () => {
    const shown = people.web.reduce(
      (sum, { seen }) => sum + seen.filter(({ from }) => from === "bot").length,
      0,
    );
    return shown >= messages.length;
  });
}

async function until(deadline: number, is: () => Promise<boolean>): Promise<boolean> {
  while (Date.now() < deadline) {
    if (await is().catch(() => false)) return true;
    await delay(150);
  }
  return false;
}
