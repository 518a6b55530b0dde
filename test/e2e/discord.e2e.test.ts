import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nonceOf } from "../../src/adapters/discord/outbound.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { startBot, type Bot } from "../support/bot.ts";
import { createChance } from "../support/chance.ts";
import { openDiscordServer, type DiscordServer } from "../support/discord/server.ts";
import { playOnDiscord, type DiscordChat } from "../support/discord-player.ts";

/** `npm run soak` is the long form. */
const soak = process.env["SOAK"] === "1";
const size = soak
  ? {
      chats: 100,
      kills: 60,
      stops: 50,
      pauseMs: { least: 1000, most: 15_000 },
      withinMs: 900_000,
    }
  : { chats: 20, kills: 6, stops: 4, pauseMs: { least: 20, most: 200 }, withinMs: 60_000 };

let folder: string;
let server: DiscordServer;
let settings: Record<string, string>;
let bot: Bot | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-discord-"));
  server = await openDiscordServer();
  settings = {
    DISCORD_BOT_TOKEN: server.token,
    DISCORD_API_ROOT: server.api,
    DISCORD_SUPPORT_CHANNEL: server.support.id,
    LOG_LEVEL: "silent",
  };
});
afterEach(async () => {
  await bot?.stop("SIGKILL");
  bot = undefined;
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A stranger's direct message to a bot without a session is the one thing that nobody brings again. */
async function sessionKept(deadline: number): Promise<void> {
  const reader = new DatabaseSync(join(folder, "ombud.sqlite"), { readOnly: true });
  const kept = reader.prepare("SELECT 1 AS yes FROM mark WHERE name = 'discord:session:0'");
  while (kept.get() === undefined && Date.now() < deadline) await delay(20);
  reader.close();
}

/** Resolves when all that they said is answered. */
async function answered(chats: readonly DiscordChat[], deadline: number): Promise<void> {
  const reader = new DatabaseSync(join(folder, "ombud.sqlite"), { readOnly: true });
  const waiting = reader.prepare("SELECT count(*) AS count FROM outbox");
  const rule = reader.prepare(
    "SELECT body ->> '$.snapshot.context.rule' AS rule FROM conversation WHERE id = ?",
  );
  const isAnswered = (chat: DiscordChat) =>
    rule.get(`discord-${chat.person.id}`)?.["rule"] === chat.rule;
  while (waiting.get()?.["count"] !== 0 || !chats.every(isAnswered)) {
    if (Date.now() > deadline) break;
    await delay(100);
  }
  reader.close();
}

/** Every message that was committed stands in its room once, in its order, and every text was taken once, in its order. */
async function expectWhole(chats: readonly DiscordChat[]): Promise<{ messages: number }> {
  const store = openSqliteStore(folder);
  let messages = 0;
  try {
    for (const { person, place, typed, rule } of chats) {
      const { snapshot } = (await store.load(`discord-${person.id}`)) ?? {};
      expect(snapshot?.context).toMatchObject({ rule });
      const log = await store.readLog(`discord-${person.id}`, 0, 10_000);
      const committed = log.flatMap(({ body }) =>
        body.type === "message" ? [nonceOf(body.id)] : [],
      );
      const shown = (server.channel(place)?.messages ?? [])
        .filter(
          ({ author, type: kind, onlyFor }) => author.bot && kind === 0 && onlyFor === undefined,
        )
        .map(({ nonce }) => nonce);
      expect(shown).toEqual(committed);
      messages += shown.length;
      const taken = log.flatMap(({ body }) =>
        body.type === "event" && body.key.startsWith("discord:m:") && body.said?.text !== undefined
          ? [body.said.text]
          : [],
      );
      expect(taken.filter((text) => text !== "/start")).toEqual(typed);
    }
  } finally {
    await store.close();
  }
  return { messages };
}

async function storm(seed: number, rounds: number, signal: "SIGKILL" | "SIGTERM") {
  const chance = createChance(seed);
  const deadline = Date.now() + size.withinMs;
  bot = await startBot(folder, settings);
  await sessionKept(deadline);
  let ended = false;
  const playing = Promise.all(
    Array.from({ length: size.chats }, (_, index) =>
      playOnDiscord(server, createChance(seed * 1000 + index), { pauseMs: size.pauseMs, deadline }),
    ),
  ).finally(() => (ended = true));
  playing.catch(() => {});
  let done = 0;
  for (; done < rounds && !ended; done++) {
    await delay(chance.between(200, 1500));
    await bot.stop(signal);
    bot = await startBot(folder, settings);
  }
  const chats = await playing;
  await answered(chats, deadline);
  await bot.stop("SIGTERM");
  return { chats, done };
}

describe("the whole bot on Discord", () => {
  it(
    "loses, doubles and reorders nothing when it is killed again and again",
    async () => {
      const { chats, done } = await storm(Number(process.env["SEED"] ?? 7), size.kills, "SIGKILL");
      const { messages } = await expectWhole(chats);
      console.log(`${chats.length} chats, ${messages} messages, ${done} kills: 0 lost, 0 doubled`);
      expect(done).toBeGreaterThan(2);
      expect(server.faults).toEqual([]);
    },
    size.withinMs + 60_000,
  );

  it(
    "loses and doubles nothing in restarts under load",
    async () => {
      const { chats, done } = await storm(Number(process.env["SEED"] ?? 11), size.stops, "SIGTERM");
      const { messages } = await expectWhole(chats);
      console.log(
        `${chats.length} chats, ${messages} messages, ${done} restarts: 0 lost, 0 doubled`,
      );
      expect(done).toBeGreaterThan(2);
      expect(server.faults).toEqual([]);
    },
    size.withinMs + 60_000,
  );

  it("ends when it is told to while the gateway lets nobody in", async () => {
    server.gateway.refuse(true);
    bot = await startBot(folder, settings);
    await delay(700);
    const began = Date.now();
    expect(await bot.stop("SIGTERM")).toBe(0);
    expect(Date.now() - began).toBeLessThan(12_000);
  });

  it("serves the live chat when Discord refuses the token", async () => {
    const wrong = server.token.replace(/.{5}$/u, "AAAAA");
    bot = await startBot(folder, { ...settings, DISCORD_BOT_TOKEN: wrong });
    expect((await fetch(`${bot.url}/`)).status).toBe(200);
    expect(await bot.stop("SIGTERM")).toBe(0);
  });
});
