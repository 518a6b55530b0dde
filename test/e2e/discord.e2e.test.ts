import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nonceOf } from "../../src/adapters/discord/outbound.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { startBot, type Bot } from "../support/bot.ts";
import { createChance, type Chance } from "../support/chance.ts";
import type { Person } from "../support/discord/people.ts";
import type { Seen } from "../support/discord/seen.ts";
import { openDiscordServer, type DiscordServer } from "../support/discord/server.ts";
import { canBePressed, locales, openThread } from "../support/discord-customer.ts";
import { stories, type Deed } from "../support/stories.ts";

/** `npm run soak` is the long form. */
const soak = process.env["SOAK"] === "1";
const size = soak
  ? { chats: 100, kills: 60, stops: 50, withinMs: 600_000 }
  : { chats: 20, kills: 6, stops: 4, withinMs: 60_000 };

let folder: string;
let server: DiscordServer;
let settings: Record<string, string>;

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
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Chat {
  person: Person;
  place: string;
  /** What they typed, in their order. */
  typed: string[];
}

/** Plays a story to its end, whatever happens to the bot meanwhile: presses again what failed, types each text once. */
async function play(chance: Chance, deadline: number): Promise<Chat> {
  const language = chance.pick(["fr", "sv", "en"] as const);
  const person = server.user({
    username: `p${chance.uuid().slice(0, 8)}`,
    locale: locales[language],
  });
  const place = await begin(person, chance, deadline);
  const typed: string[] = [];
  const story = chance.pick(
    stories.filter(({ deeds }) => deeds.every((deed) => !("picture" in deed))),
  );
  let asks = await asking(person, place, "0", deadline);
  for (const deed of story.deeds) {
    if ("press" in deed) await press(person, asks.id, deed.press, deadline);
    else typed.push(type(person, place, deed, language));
    asks = await asking(person, place, asks.id, deadline);
    await delay(chance.between(20, 200));
  }
  return { person, place, typed };
}

async function begin(person: Person, chance: Chance, deadline: number): Promise<string> {
  if (chance.oneIn(3)) {
    person.text("dm", "/start");
    return person.dmId;
  }
  for (;;) {
    try {
      return (await openThread(person, server.support)).place;
    } catch (error) {
      // "This interaction failed": the bot was away.
      if (Date.now() > deadline) throw error;
      const known = [...server.world.channels.values()].find(({ thread }) =>
        thread?.members.has(person.id),
      );
      if (known) return known.id;
      await delay(300);
    }
  }
}

function type(person: Person, place: string, deed: Deed, language: "fr" | "sv" | "en"): string {
  const text =
    "write" in deed ? (typeof deed.write === "string" ? deed.write : deed.write[language]) : "";
  person.text(place, text);
  return text;
}

async function press(
  person: Person,
  messageId: string,
  choice: string,
  deadline: number,
): Promise<void> {
  for (;;) {
    const now = person.message(messageId);
    const button = now?.buttons.find(
      ({ customId }) => customId?.endsWith(`:${choice}`) && /^\d/u.test(customId),
    );
    const menu = now?.selects.find(({ options }) => options.some(({ value }) => value === choice));
    const control = button ?? menu;
    // Taken by the press before, whose answer was lost.
    if (!control || control.disabled) return;
    const use = button
      ? person.press(messageId, button.customId ?? "")
      : person.select(messageId, menu?.customId ?? "", [choice]);
    const state = await use.settled(3200);
    if (state === "updated") return;
    if (Date.now() > deadline) throw new Error(`the press on ${choice} is ${state}`);
    // A crash between the commit and the acknowledgement: it was taken, the next question comes.
    const came = await asking(person, now?.channelId ?? "", messageId, Date.now() + 1000).catch(
      () => undefined,
    );
    if (came) return;
  }
}

/** The newest question behind this message; a stale press has the same asked again. */
async function asking(
  person: Person,
  place: string,
  after: string,
  deadline: number,
): Promise<Seen> {
  for (;;) {
    const newest = person.messages(place).findLast(canBePressed);
    if (newest && BigInt(newest.id) > BigInt(after)) return newest;
    if (Date.now() > deadline) throw new Error(`nothing is asked in ${place}`);
    await delay(40);
  }
}

/** Every message that was committed stands in its room once, in its order, and every text was taken once, in its order. */
async function expectWhole(chats: readonly Chat[]): Promise<{ messages: number }> {
  const store = openSqliteStore(folder);
  let messages = 0;
  try {
    for (const { person, place, typed } of chats) {
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
  let bot: Bot = await startBot(folder, settings);
  await server.gateway.whenConnected(1, 20_000);
  let ended = false;
  const playing = Promise.all(
    Array.from({ length: size.chats }, (_, index) =>
      play(createChance(seed * 1000 + index), deadline),
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
  // What went out last may still be on its way into the store.
  await delay(1500);
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
});
