import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Delivery } from "../../../src/ports/store.ts";
import { createChance } from "../chance.ts";
import { openDiscordServer, type DiscordServer } from "../discord/server.ts";
import { startRedis } from "../redis.ts";
import { told, unpaced } from "../storm/storm.ts";
import { type Plant, planted } from "../storm/plants.ts";
import { isSign } from "../signs.ts";
import { tooEarly } from "../telegram/early.ts";
import { openTelegramServer } from "../telegram/server.ts";
import { createAgent, enterConsole, type ChaosAgent } from "./agents.ts";
import { openBots, type Window } from "./bots.ts";
import { openReader, type Found, type Reader } from "./evidence.ts";
import { openFakeTime } from "./faketime.ts";
import type { DisturbanceName } from "./faults.ts";
import { bringPeople, type People, type Told } from "./people.ts";
import { badWeather, fillDisk } from "./outside.ts";
import { disturb, tracks } from "./plan.ts";
import { openProxy } from "./proxy.ts";
import { pagesComplete, passADay, rested, until } from "./rest.ts";
import type { Surroundings } from "./surroundings.ts";

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
  /** A fault in the bot, from the first start to the last. */
  plant?: Plant;
  /** Telegram brings its updates to whichever process is there; otherwise one of them asks for them. */
  isWebhook?: boolean;
  /** After the disturbances all has to come to rest within this. */
  restWithinMs: number;
  isWithClocks?: boolean;
}

/** A call before the pause that the platform had asked for was over. */
interface Early {
  at: number;
  what: string;
}

export interface Chaos {
  windows: readonly Window[];
  conversations: ReadonlyMap<string, Found>;
  troubled: readonly Delivery[];
  people: Told;
  agents: readonly Pick<ChaosAgent, "deeds">[];
  telegram: ReturnType<typeof told> & {
    faults: readonly string[];
    early: readonly Early[];
    isWebhook: boolean;
  };
  discord: {
    /** The nonces of the bot's messages, room by room, as they stand there. */
    rooms: ReadonlyMap<string, readonly string[]>;
    /** What a message says, by its nonce. */
    words: ReadonlyMap<string, string>;
    faults: readonly string[];
    early: readonly Early[];
  };
  exits: readonly { code: number | null; ms: number }[];
  crashes: readonly string[];
  /** What was not done when it had to be. */
  unrested: string[];
  /** Until all that waited had come to its end. */
  restMs: number;
}

/**
 * Customers on every channel and agents in the console, two processes on one
 * Redis, and everything that can go wrong around them; then all that waits
 * comes to its end, a day passes, and what is left is looked at.
 */
export async function chaos(options: ChaosOptions): Promise<Chaos> {
  const { seed, restWithinMs, isWebhook = false } = options;
  const folder = mkdtempSync(join(tmpdir(), "ombud-chaos-"));
  const newClock = options.isWithClocks === false ? undefined : await openFakeTime();
  const chance = createChance(seed + 50_000);
  const telegram = await openTelegramServer({
    // Lanes of one customer overtake each other.
    webhook: { latencyMs: () => (chance.oneIn(10) ? chance.between(100, 1500) : 0) },
  });
  const discord = await openDiscordServer();
  const redis = await startRedis({
    settings: ["--appendfsync", options.appendfsync ?? "everysec"],
  });
  const proxy = await openProxy(redis.socket);
  const bots = await openBots(
    2,
    (slot, url) => ({
      REDIS_URL: proxy.url,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_ROOT: discord.api,
      DISCORD_SUPPORT_CHANNEL: discord.support.id,
      LOG_LEVEL: "silent",
      NODE_COMPILE_CACHE: join(folder, `compiled-${slot}`),
      ...unpaced,
      ...(isWebhook && {
        TELEGRAM_WEBHOOK_URL: `${url}/telegram`,
        TELEGRAM_WEBHOOK_SECRET: "a-secret-of-the-chaos-and-of-nobody-else",
      }),
      ...(options.plant && planted(options.plant)),
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
      unrested.push(`after the disturbances ${await reader.describeWaiting()}`);
    const restMs = Date.now() - from;
    unrested.push(...(await passADay(around, reader, options)));
    await pagesComplete(people, reader, Date.now() + 30_000);
    people.leave();
    for (const slot of bots.slots) exits.push(await slot.stop());
    const found = await reader.conversations();
    const said = saidOn(discord);
    return {
      windows,
      conversations: found,
      troubled: await reader.troubled(),
      people,
      agents,
      telegram: {
        ...told(telegram, people.talkers),
        faults: telegram.faults,
        early: tooEarly(telegram).filter(({ what }) => isMessage.test(what)),
        isWebhook,
      },
      discord: {
        rooms: new Map(
          said.map(([place, messages]) => [place, messages.map(({ nonce }) => `${nonce}`)]),
        ),
        words: new Map(
          said.flatMap(([, messages]) =>
            messages.map(({ nonce, content }) => [`${nonce}`, content] as const),
          ),
        ),
        faults: discord.faults,
        early: discord.earlyCalls.map(({ at, method, path }) => ({
          at,
          what: `${method} ${path}`,
        })),
      },
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

/** Signs (of typing, that what was written has to wait) and answers to presses know of their own process's pauses only. */
const isMessage = /^send(?!ChatAction)\w* .* after send(?!ChatAction)/u;

/** What the bot has said to customers, room by room. */
const saidOn = ({ world }: DiscordServer) =>
  [...world.channels.values()].map(
    ({ id, messages }) =>
      [
        id,
        messages.filter(
          ({ author, type, onlyFor, content }) =>
            author.bot && isWritten.has(type) && onlyFor === undefined && !isSign(content),
        ),
      ] as const,
  );

/** A message, and one that answers another. */
const isWritten: ReadonlySet<number> = new Set([0, 19]);
