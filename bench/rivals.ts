import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBot } from "../test/support/bot.ts";
import { createChance } from "../test/support/chance.ts";
import { type Act, createDialogue, createTalker } from "../test/support/storm/customer.ts";
import {
  drained,
  endAgainAndAgain,
  storm,
  type StormOptions,
  told,
  unpaced,
} from "../test/support/storm/storm.ts";
import { judge } from "../test/support/storm/verdict.ts";
import type { FaultPlan } from "../test/support/telegram/faults.ts";
import { openTelegramServer, type TelegramServer } from "../test/support/telegram/server.ts";

export const names = ["ombud", "polling", "runner"] as const;
export type Name = (typeof names)[number];

interface Started {
  pid: number;
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<unknown>;
}

const folder = fileURLToPath(new URL("rivals/", import.meta.url));

async function start(name: Name, server: TelegramServer, dataDir: string): Promise<Started> {
  const settings = { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url };
  if (name === "ombud") {
    const bot = await startBot(dataDir, { ...settings, ...unpaced });
    return { pid: bot.process.pid ?? 0, stop: (signal) => bot.stop(signal) };
  }
  const child = spawn(process.execPath, [join(folder, "bot.mjs"), name], {
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return {
    pid: child.pid ?? 0,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

/** Texts with a number each, which a rival says back. */
const numbered = (): Act => {
  let count = 0;
  return (customer, keys) => keys.message(customer.text(`m${++count}`).message_id);
};

export interface Survived {
  updates: number;
  lost: number;
  doubled: number;
  /** Of those that came twice, the ones that the bot itself names. */
  listed: number | undefined;
  disordered: number;
}

type Weather = Pick<StormOptions, "seed" | "chats" | "stops" | "everyMs"> & { latencyMs: number };

/** Telegram as far away as it is; a long poll has its own wait. */
const farAway =
  (ms: number): FaultPlan =>
  ({ method }) =>
    ms === 0 || method === "getUpdates" ? undefined : { type: "latency", ms };

/** What becomes of what customers say while the process is killed again and again. */
export const survive = (name: Name, weather: Weather): Promise<Survived> =>
  name === "ombud" ? surviveAsOmbud(weather) : surviveAsRival(name, weather);

async function surviveAsOmbud(weather: Weather): Promise<Survived> {
  const evidence = await storm({
    ...weather,
    signal: "SIGKILL",
    faults: farAway(weather.latencyMs),
    temper: { dialogue: numbered },
  });
  const { updates, replies, doubled, unlisted } = judge(evidence);
  return {
    updates: [...evidence.acts.values()].flat().length,
    lost: updates.lost.length + replies.lost.length,
    doubled: doubled.length,
    listed: doubled.length - unlisted.length,
    disordered: updates.disordered.length + replies.disordered.length,
  };
}

/** The same customers and the same kills; what a rival says back tells what became of each text. */
async function surviveAsRival(
  name: "polling" | "runner",
  { seed, chats, stops, everyMs, latencyMs }: Weather,
): Promise<Survived> {
  const dataDir = mkdtempSync(join(tmpdir(), "ombud-rival-"));
  const server = await openTelegramServer();
  server.fault(farAway(latencyMs));
  const chance = createChance(seed);
  const over = new AbortController();
  const talkers = Array.from({ length: chats }, (_, index) =>
    createTalker(server, 5001 + index, createChance(seed + 1 + index), {
      thinkMs: [100, 1500],
      patienceMs: [5000, 60_000],
      dialogue: numbered,
    }),
  );
  const begin = async () => ({
    startedAt: Date.now(),
    bot: await start(name, server, dataDir),
  });
  let now = await begin();
  try {
    const talking = Promise.all(talkers.map((talker) => talker.talk(over.signal)));
    now = await endAgainAndAgain({ server, chance, stops, everyMs }, now, async ({ bot }) => {
      await bot.stop("SIGKILL");
      return begin();
    });
    over.abort();
    await talking;
    // A rival does not tell what it still has to do.
    await drained(server, () => 1, 5000);
    const { acts, arrivals } = told(server, talkers);
    const sum = { updates: 0, lost: 0, doubled: 0, listed: undefined, disordered: 0 };
    for (const [chatId, done] of acts) {
      const texts = done.map((_, index) => (index === 0 ? "/start" : `m${index}`));
      const said = (arrivals.get(chatId) ?? []).map(({ params }) => params.text ?? "");
      const first = [...new Set(said)].map((text) => texts.indexOf(text));
      sum.updates += texts.length;
      sum.lost += texts.filter((text) => !said.includes(text)).length;
      sum.doubled += texts.filter((text) => said.indexOf(text) !== said.lastIndexOf(text)).length;
      sum.disordered += first.filter((place, index) => place < (first[index - 1] ?? -1)).length;
    }
    return sum;
  } finally {
    over.abort();
    await now.bot.stop("SIGKILL");
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export interface Speed {
  turnsASecond: number;
  /** Of the bot's process; undefined where there is no /proc. */
  cpuMs: number | undefined;
}

/** Everybody goes on as soon as they have their answer: turns from end to end, over HTTP. */
export async function speed(
  name: Name,
  { chats, turns, latencyMs }: { chats: number; turns: number; latencyMs: number },
): Promise<Speed> {
  const dataDir = mkdtempSync(join(tmpdir(), "ombud-speed-"));
  const server = await openTelegramServer();
  server.fault(farAway(latencyMs));
  const bot = await start(name, server, dataDir);
  const over = new AbortController();
  let answers = 0;
  let look = () => {};
  const talkers = Array.from({ length: chats }, (_, index) =>
    createTalker(server, 5001 + index, createChance(1 + index), {
      thinkMs: [0, 0],
      patienceMs: [60_000, 60_000],
      dialogue: name === "ombud" ? () => createDialogue({ pictures: false }) : numbered,
      answered() {
        answers++;
        look();
      },
    }),
  );
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (answers >= count) resolve();
      };
    });
  const done = () => talkers.reduce((sum, { acts }) => sum + acts.length, 0);
  try {
    const talking = Promise.all(talkers.map((talker) => talker.talk(over.signal)));
    await until(latencyMs === 0 ? Math.max(200, 2 * chats) : chats);
    const from = { at: performance.now(), cpuMs: await cpuOf(bot.pid), acts: done() };
    await until(answers + turns);
    const seconds = (performance.now() - from.at) / 1000;
    const taken = done() - from.acts;
    const cpuMs = await cpuOf(bot.pid);
    over.abort();
    await talking;
    return {
      turnsASecond: taken / seconds,
      cpuMs: cpuMs === undefined ? undefined : (cpuMs - (from.cpuMs ?? 0)) / taken,
    };
  } finally {
    over.abort();
    await bot.stop("SIGKILL");
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Milliseconds of processor time, in the kernel's ticks of 10 ms. */
async function cpuOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && (Number(fields[11]) + Number(fields[12])) * 10;
}
