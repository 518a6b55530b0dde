import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "../bot.ts";
import { type Chance, createChance } from "../chance.ts";
import { isSign } from "../signs.ts";
import type { LoggedCall } from "../telegram/calls.ts";
import type { FaultPlan } from "../telegram/faults.ts";
import { openTelegramServer, type TelegramServer } from "../telegram/server.ts";
import { createDialogue, createTalker, type Talker, type Temper } from "./customer.ts";
import { type Evidence, leasedIn, type Life, openCounter, readLeft } from "./evidence.ts";

export interface StormOptions {
  seed: number;
  chats: number;
  /** How often the process is ended and started again at once, and how. */
  stops: number;
  signal: Life["signal"];
  /** From the moment at which it serves to the moment at which it is ended. */
  everyMs: readonly [number, number];
  /** What Telegram does wrong meanwhile. */
  faults?: FaultPlan;
  temper?: Partial<Temper>;
  settings?: Readonly<Record<string, string>>;
  /** At the end nothing has moved for so long. */
  stillForMs?: number;
}

/** Pace is not what is measured. */
export const unpaced = {
  TELEGRAM_PER_SECOND: "1000",
  TELEGRAM_CHAT_PER_SECOND: "1000",
  TELEGRAM_GROUP_PER_MINUTE: "60000",
};
/** Patient: who goes on without an answer would only pile up work on a slow machine, until Telegram drops presses of 150 s ago. */
const calm: Temper = {
  thinkMs: [100, 1500],
  patienceMs: [5000, 60_000],
  dialogue: () => createDialogue(),
};
const progressWithinMs = 30_000;
/** Longer than a lease, and than Telegram is waited for. */
const longestStillMs = 25_000;
const isSend = /^send(?:Message|Document)$/u;

/**
 * Customers talk to the whole bot on a local Telegram while its process is
 * ended again and again; then the storm is over, all that waits comes to its
 * end, and what is left is looked at.
 */
export async function storm(options: StormOptions): Promise<Evidence> {
  const { seed, chats, stops, signal, everyMs, faults } = options;
  const folder = mkdtempSync(join(tmpdir(), "ombud-storm-"));
  const dataDir = join(folder, "data");
  const server = await openTelegramServer();
  const endFaults = faults && server.fault(faults);
  const chance = createChance(seed);
  const talkers = Array.from({ length: chats }, (_, index) =>
    createTalker(server, 5001 + index, createChance(seed + 1 + index), {
      ...calm,
      ...options.temper,
    }),
  );
  const lives: Life[] = [];
  const over = new AbortController();
  let errorLines = "";
  let running: Bot | undefined;

  async function begin(): Promise<{ bot: Bot; startedAt: number }> {
    const startedAt = Date.now();
    const bot = await startBot(dataDir, {
      TELEGRAM_BOT_TOKEN: server.token,
      TELEGRAM_API_ROOT: server.url,
      // Halves a start; written by a bot that ends cleanly.
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      ...unpaced,
      ...options.settings,
    });
    running = bot;
    bot.process.stdout?.on("data", (chunk: Buffer) => (errorLines += chunk.toString()));
    bot.process.stderr?.on("data", (chunk: Buffer) => (errorLines += chunk.toString()));
    return { bot, startedAt };
  }

  async function end(
    { bot, startedAt }: Awaited<ReturnType<typeof begin>>,
    how: Life["signal"],
  ): Promise<void> {
    if (bot.process.exitCode !== null) throw new Error(`the bot ended by itself: ${errorLines}`);
    const endedAt = Date.now();
    const exitCode = await bot.stop(how);
    const exitMs = Date.now() - endedAt;
    lives.push({
      startedAt,
      endedAt,
      signal: how,
      exitCode,
      exitMs,
      leased: leasedIn(dataDir),
    });
  }

  try {
    await end(await begin(), "SIGTERM");
    const first = await begin();
    const talking = Promise.all(talkers.map((talker) => talker.talk(over.signal)));
    const now = await endAgainAndAgain({ server, chance, stops, everyMs }, first, async (life) => {
      await end(life, signal);
      return begin();
    });
    over.abort();
    endFaults?.();
    await talking;
    const counter = openCounter(dataDir);
    await drained(server, counter.waiting, options.stillForMs);
    counter.close();
    await end(now, "SIGTERM");
    return {
      ...told(server, talkers),
      lives,
      cuts: [],
      left: await readLeft(dataDir),
      faults: [...server.faults],
      errorLines,
    };
  } finally {
    over.abort();
    await running?.stop("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends and begins one life after another; resolves with the last. */
export async function endAgainAndAgain<Begun extends { startedAt: number }>(
  parts: Pick<StormOptions, "stops" | "everyMs"> & { server: TelegramServer; chance: Chance },
  first: Begun,
  restart: (life: Begun) => Promise<Begun>,
): Promise<Begun> {
  const { server, chance, stops, everyMs } = parts;
  let now = first;
  for (let stop = 0; stop < stops; stop++) {
    // Most while everybody talks, some while the bot still wakes up.
    if (!chance.oneIn(5)) await progress(server, now.startedAt);
    await delay(chance.between(...everyMs));
    now = await restart(now);
  }
  return now;
}

/** Resolves when the bot has said something since; or when it does not for long, which the verdict will tell. */
async function progress(server: TelegramServer, since: number): Promise<void> {
  const isNew = ({ at, applied, method }: LoggedCall) =>
    at >= since && applied && isSend.test(method);
  await server.waitForCall(isNew, progressWithinMs).catch(() => {});
}

/**
 * Resolves when nothing waits any more, neither at Telegram nor in the bot;
 * or when nothing moves for long, which the verdict will tell.
 */
export async function drained(
  server: TelegramServer,
  waitingInBot: () => number,
  stillForMs = longestStillMs,
): Promise<void> {
  let before = "";
  for (let until = Date.now() + stillForMs; Date.now() < until;) {
    const waiting = server.world.updates.size + waitingInBot();
    if (waiting === 0) return;
    const now = `${waiting} ${server.calls.length}`;
    if (now !== before) until = Date.now() + stillForMs;
    before = now;
    await delay(50);
  }
}

export function told(server: TelegramServer, talkers: readonly Talker[]) {
  const arrivals = new Map<number, LoggedCall[]>(talkers.map(({ chatId }) => [chatId, []]));
  const unanswered = new Map<number, LoggedCall[]>(talkers.map(({ chatId }) => [chatId, []]));
  for (const call of server.calls) {
    if (!isSend.test(call.method) || call.chatId === undefined) continue;
    if (isSign(call.params.text)) continue;
    if (call.applied) arrivals.get(call.chatId)?.push(call);
    if (/^(?:500|502|drop|apply)/u.test(call.outcome)) unanswered.get(call.chatId)?.push(call);
  }
  return { acts: new Map(talkers.map(({ chatId, acts }) => [chatId, acts])), arrivals, unanswered };
}

/** What is to be read beside the verdict: how much went on. */
export function figures({ acts, arrivals, lives, left }: Evidence) {
  const sum = (sizes: Iterable<{ length: number }>) =>
    [...sizes].reduce((total, { length }) => total + length, 0);
  const replies = [...left.conversations.values()].reduce(
    (total, { log }) => total + log.filter(({ body }) => body.type === "message").length,
    0,
  );
  const stops = lives.slice(1, -1);
  const [first] = stops;
  const last = stops.at(-1);
  return {
    stops: stops.length,
    seconds: first && last ? Math.round((last.endedAt - first.startedAt) / 1000) : 0,
    updates: sum(acts.values()),
    replies,
    arrivals: sum(arrivals.values()),
    listed: left.troubled.length,
    leasedAtStops: stops.reduce((total, { leased }) => total + leased.size, 0),
    slowestExitMs: Math.max(...lives.map(({ exitMs }) => exitMs)),
  };
}
