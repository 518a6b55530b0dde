import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nonceOf } from "../../src/adapters/discord/outbound.ts";
import { isLater } from "../../src/adapters/discord/rooms.ts";
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

interface Chat {
  person: Person;
  place: string;
  /** What they typed, in their order. */
  typed: string[];
  /** The row of the rules that they must come to. */
  rule: string;
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
  let last = "0";
  for (const deed of story.deeds) {
    if ("press" in deed) last = await press(person, place, deed.press, deadline);
    else {
      last = (await asking(person, place, (seen) => isLater(seen.id, last), deadline)).id;
      typed.push(type(person, place, deed, language));
    }
    await delay(chance.between(size.pauseMs.least, size.pauseMs.most));
  }
  return { person, place, typed, rule: story.rule };
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

/** Presses where it is offered, again if it failed; the id of the message that it was pressed on. */
async function press(
  person: Person,
  place: string,
  choice: string,
  deadline: number,
): Promise<string> {
  const buttonIn = (seen: Seen) =>
    seen.buttons.find(
      ({ customId = "" }) => /^\d/u.test(customId) && customId.endsWith(`:${choice}`),
    );
  const menuIn = (seen: Seen) =>
    seen.selects.find(({ options }) => options.some(({ value }) => value === choice));
  const offers = (seen: Seen) => (buttonIn(seen) ?? menuIn(seen)) !== undefined;
  let on = await asking(person, place, offers, deadline);
  for (;;) {
    const { id } = on;
    const button = buttonIn(on);
    // Once disabled by a press, its answer is on its way.
    if (canBePressed(on)) {
      if (button) person.press(id, button.customId ?? "");
      else person.select(id, menuIn(on)?.customId ?? "", [choice]);
    }
    // It failed, was stale, or was taken and its acknowledgement lost: what is asked next tells.
    const isNext = (seen: Seen) => isLater(seen.id, id);
    const next = await asking(person, place, isNext, Date.now() + 5000).catch(() => undefined);
    if (next && !offers(next)) return id;
    if (Date.now() > deadline) throw new Error(`${choice} can't be pressed`);
    on = next ?? person.message(id) ?? on;
  }
}

/** The newest question that can be answered, once it is this one. */
async function asking(
  person: Person,
  place: string,
  is: (seen: Seen) => boolean,
  deadline: number,
): Promise<Seen> {
  for (;;) {
    const newest = person.messages(place).findLast(canBePressed);
    if (newest && is(newest)) return newest;
    if (Date.now() > deadline)
      throw new Error(
        `nothing more is asked in ${place}: ${person
          .messages(place)
          .slice(-6)
          .map(
            ({ fromBot, content, buttons }) =>
              `${fromBot ? "bot" : "customer"} ${content.slice(0, 60)} (${buttons.map(({ customId }) => customId).join()})`,
          )
          .join("\n")}`,
      );
    await delay(40);
  }
}

/** A stranger's direct message to a bot without a session is the one thing that nobody brings again. */
async function sessionKept(deadline: number): Promise<void> {
  const reader = new DatabaseSync(join(folder, "ombud.sqlite"), { readOnly: true });
  const kept = reader.prepare("SELECT 1 AS yes FROM mark WHERE name = 'discord:session:0'");
  while (kept.get() === undefined && Date.now() < deadline) await delay(20);
  reader.close();
}

/** Resolves when all that they said is answered. */
async function answered(chats: readonly Chat[], deadline: number): Promise<void> {
  const reader = new DatabaseSync(join(folder, "ombud.sqlite"), { readOnly: true });
  const waiting = reader.prepare("SELECT count(*) AS count FROM outbox");
  const rule = reader.prepare(
    "SELECT body ->> '$.snapshot.context.rule' AS rule FROM conversation WHERE id = ?",
  );
  const isAnswered = (chat: Chat) => rule.get(`discord-${chat.person.id}`)?.["rule"] === chat.rule;
  while (waiting.get()?.["count"] !== 0 || !chats.every(isAnswered)) {
    if (Date.now() > deadline) break;
    await delay(100);
  }
  reader.close();
}

/** Every message that was committed stands in its room once, in its order, and every text was taken once, in its order. */
async function expectWhole(chats: readonly Chat[]): Promise<{ messages: number }> {
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
