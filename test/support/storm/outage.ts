import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChance } from "../chance.ts";
import { openTelegramServer, type TelegramServer } from "../telegram/server.ts";
import { type BotWithin, openBotWithin } from "./bot-within.ts";
import { createDialogue, createTalker, type Temper } from "./customer.ts";
import { type Evidence, openCounter, readLeft } from "./evidence.ts";
import { type Gate, openGate } from "./gate.ts";
import { drained, told } from "./storm.ts";

export interface Outage {
  server: TelegramServer;
  bot: BotWithin;
  /** The way from the bot to Telegram. */
  gate: Gate;
  /** Noted as a moment at which every answer on its way was lost. */
  cut: () => Promise<void>;
  /** Resolves with what the next so many answers took, in milliseconds, in these chats. */
  answers: (count: number, chats?: (chatId: number) => boolean) => Promise<number[]>;
}

/** Customers talk to a bot that never ends, while something around it fails; then all that waits comes to its end. */
export async function outage(
  options: { seed: number; chats: number; temper?: Partial<Temper> },
  during: (outage: Outage) => Promise<void>,
): Promise<Evidence & { server: TelegramServer }> {
  const { seed, chats } = options;
  const folder = mkdtempSync(join(tmpdir(), "ombud-outage-"));
  const server = await openTelegramServer();
  const gate = await openGate(server.url);
  const bot = openBotWithin(folder, server.token, gate.url);
  const waiting = new Set<(chatId: number, ms: number) => void>();
  const cuts: number[] = [];
  const over = new AbortController();
  const talkers = Array.from({ length: chats }, (_, index) =>
    createTalker(server, 5001 + index, createChance(seed + 1 + index), {
      thinkMs: [50, 400],
      patienceMs: [500, 3000],
      dialogue: () => createDialogue(),
      answered(chatId, ms) {
        for (const one of waiting) one(chatId, ms);
      },
      ...options.temper,
    }),
  );
  const outages: Outage = {
    server,
    bot,
    gate,
    async cut() {
      cuts.push(Date.now());
      await gate.shut();
    },
    answers: (count, isMeant = () => true) =>
      new Promise((resolve) => {
        const found: number[] = [];
        const look = (chatId: number, ms: number) => {
          if (!isMeant(chatId) || found.push(ms) < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
      }),
  };
  try {
    const talking = Promise.all(talkers.map((talker) => talker.talk(over.signal)));
    await during(outages);
    over.abort();
    await talking;
    const counter = openCounter(folder);
    await drained(server, counter.waiting);
    counter.close();
    await bot.stop();
    const left = await readLeft(folder);
    const { faults } = server;
    return { ...told(server, talkers), lives: [], cuts, left, faults, errorLines: "", server };
  } finally {
    over.abort();
    await bot.stop();
    await gate.shut();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
