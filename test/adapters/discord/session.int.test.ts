import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { HeldInbound } from "../../../src/core/inbound.ts";
import type { Store } from "../../../src/ports/store.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, type DiscordBot } from "../../support/discord-bot.ts";
import { inRoom, openThread } from "../../support/discord-customer.ts";

let now = 0;
let server: DiscordServer;
let store: Store;
let bot: DiscordBot;

const identify = 2;
const resume = 6;
const count = (op: number) => server.gateway.received.filter((one) => one.op === op).length;

beforeEach(async () => {
  now = Date.now();
  const began = now;
  server = await openDiscordServer({ now: () => now + Date.now() - began });
  store = openSqliteStore(":memory:");
  bot = await openDiscordBot(server, { store });
});

afterEach(async () => {
  await bot.close();
  await store.close();
  await server.close();
  expect(server.faults).toEqual([]);
});

const textsOf = (accepted: readonly HeldInbound[]): string[] =>
  accepted.flatMap(({ content }) =>
    content.type === "text"
      ? [content.text]
      : content.type === "edited"
        ? [`edited ${content.text}`]
        : [],
  );

/** What the log has of the customer's words, in its order. */
async function logged(userId: string): Promise<string[]> {
  const log = await store.readLog(`discord-${userId}`, 0, 10_000);
  return log.flatMap(({ body }) =>
    body.type === "event" && body.by === "customer" && body.said?.text !== undefined
      ? [body.said.text]
      : [],
  );
}

async function restart(): Promise<void> {
  await bot.close();
  bot = await openDiscordBot(server, { store });
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

describe("a restart", () => {
  it("resumes the session of the process before, and takes what came in between", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    await bot.close();
    expect(count(identify)).toBe(1);
    for (const text of numbers(1, 5)) anna.text(place, text);
    bot = await openDiscordBot(server, { store });
    await expect.poll(() => logged(anna.id)).toEqual(numbers(1, 5));
    expect([count(identify), count(resume)]).toEqual([1, 1]);
  });

  it("takes what was in hand at a crash again, once: the sequence waits for the commit", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    await bot.close();
    let stuck = false;
    bot = await openDiscordBot(server, {
      store,
      // The process dies before these are committed.
      accept: (inbound, on) => {
        if (inbound.content.type === "text" && inbound.content.text === "2") stuck = true;
        return stuck ? new Promise(() => {}) : on(inbound);
      },
    });
    for (const text of numbers(1, 4)) anna.text(place, text);
    await expect.poll(() => stuck).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await restart();
    await expect.poll(() => logged(anna.id)).toEqual(numbers(1, 4));
  }, 30_000);
});

it("keeps the order of what it leaves to the next process when it ends while the store is away", async () => {
  await bot.close();
  let failures = 0;
  const ending = await openDiscordBot(server, {
    store,
    async accept(inbound, on) {
      if (inbound.content.type === "text" && inbound.content.text === "1") {
        failures++;
        throw new StoreUnavailable("commit");
      }
      await on(inbound);
    },
  });
  const anna = server.user({ username: "anna" });
  const { place } = await openThread(anna, server.support);
  for (const text of ["1", "2", "3"]) anna.text(place, text);
  await expect.poll(() => failures).toBe(1);
  await ending.close();
  bot = await openDiscordBot(server, { store });
  await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(["1", "2", "3"]);
});

describe("a connection that is lost", () => {
  it.each([4000, 4001, 4002, 4003, 4005, 4008, 4009, 1006])(
    "comes back by itself, and nothing is lost (close %s)",
    async (code) => {
      const anna = server.user({ username: "anna" });
      const { place } = await openThread(anna, server.support);
      if (code === 1006) server.gateway.cut();
      else server.gateway.close(code);
      for (const text of numbers(1, 3)) anna.text(place, text);
      await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(numbers(1, 3));
    },
  );

  it("comes back when Discord asks to reconnect (op 7)", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    server.gateway.reconnect();
    anna.text(place, "1");
    await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(["1"]);
    expect(count(identify)).toBe(1);
  });

  it("keeps its session when the network was down at the start", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    await bot.close();
    server.gateway.refuse(true);
    const opening = openDiscordBot(server, { store });
    anna.text(place, "1");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    server.gateway.refuse(false);
    bot = await opening;
    await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(["1"]);
    expect([count(identify), count(resume)]).toEqual([1, 1]);
  });
});

describe("a session that is lost", () => {
  it.each([
    ["4007, a wrong sequence", () => server.gateway.close(4007, { resumable: false })],
    ["op 9", () => server.gateway.invalidate(false)],
    ["a lost session behind a cut", () => server.gateway.close(4009, { resumable: false })],
  ])("is followed by a catch-up of every known room (%s)", async (_, lose) => {
    const [anna, bert] = [server.user({ username: "anna" }), server.user({ username: "bert" })];
    const hers = await openThread(anna, server.support);
    bert.text("dm", "hello");
    await bert.waitForMessage("dm");
    lose();
    for (const text of numbers(1, 5)) anna.text(hers.place, text);
    bert.text("dm", "world");
    await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(numbers(1, 5));
    await expect.poll(() => logged(bert.id), { timeout: 10_000 }).toEqual(["hello", "world"]);
  });

  it("loses nothing of 250 messages in ten minutes away, nor the edits, nor the order", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    const early = anna.text(place, "48213");
    await expect.poll(() => logged(anna.id)).toEqual(["48213"]);
    await bot.close();
    for (const text of numbers(1, 125)) anna.text(place, text);
    now += 10 * 60_000;
    const late = anna.text(place, "to be edited");
    for (const text of numbers(126, 249)) anna.text(place, text);
    anna.edit(late.id, "edited since");
    bot = await openDiscordBot(server, { store });
    // A live one waits behind what was missed.
    anna.text(place, "live");
    const all = ["48213", ...numbers(1, 125), "edited since", ...numbers(126, 249), "live"];
    await expect.poll(() => logged(anna.id), { timeout: 20_000 }).toEqual(all);
    expect(count(identify)).toBe(2);
    anna.edit(early.id, "48214");
    await expect.poll(() => textsOf(bot.accepted).at(-1)).toBe("edited 48214");
  }, 60_000);

  it("takes an edit that was made meanwhile of a message that was known", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    const early = anna.text(place, "48213");
    await expect.poll(() => logged(anna.id)).toEqual(["48213"]);
    await bot.close();
    anna.edit(early.id, "48214");
    now += 10 * 60_000;
    bot = await openDiscordBot(server, { store });
    await expect.poll(() => textsOf(bot.accepted)).toEqual(["edited 48214"]);
    await restart();
    now += 10 * 60_000;
    server.gateway.close(4009, { resumable: false });
    await expect.poll(() => count(identify), { timeout: 10_000 }).toBe(3);
    expect(await logged(anna.id)).toEqual(["48213", "48214"]);
  });

  it("asks in a thread whose command was lost in a crash, once", async () => {
    await bot.close();
    const dying = await openDiscordBot(server, { store, accept: () => new Promise(() => {}) });
    const anna = server.user({ username: "anna" });
    anna.command("refund", {}, server.support);
    const threads = () => [...server.world.channels.values()].filter(({ thread }) => thread);
    const isIn = () => threads().some(({ thread }) => thread?.members.has(anna.id));
    await expect.poll(isIn, { timeout: 5000 }).toBe(true);
    const [place] = threads().map(({ id }) => id);
    await dying.close();
    now += 10 * 60_000;
    bot = await openDiscordBot(server, { store });
    const customer = await inRoom(anna, place ?? "");
    const heard = customer.heard();
    await restart();
    now += 10 * 60_000;
    server.gateway.close(4009, { resumable: false });
    await expect.poll(() => count(identify), { timeout: 10_000 }).toBe(4);
    expect(customer.heard()).toEqual(heard);
    expect(threads()).toHaveLength(1);
  }, 30_000);

  it("is not begun anew by the next process before its gap is caught up", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    await bot.close();
    anna.text(place, "1");
    now += 10 * 60_000;
    const noHistory = server.fault({
      method: "GET",
      route: "/channels/{channel_id}/messages",
      fault: { type: "error" },
    });
    bot = await openDiscordBot(server, { store });
    // Waits behind what was missed, and is left to the next process with it.
    anna.text(place, "2");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await bot.close();
    noHistory.end();
    bot = await openDiscordBot(server, { store });
    await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(["1", "2"]);
  }, 30_000);
});

it("begins without the right to read messages where the portal does not give it (4014)", async () => {
  const strict = await openDiscordServer({ privilegedIntents: { messageContent: false } });
  const told: string[] = [];
  const own = openSqliteStore(":memory:");
  const log = {
    info() {},
    warn() {},
    error: (_: object, message: string) => void told.push(message),
  };
  const weak = await openDiscordBot(strict, { store: own, log });
  const anna = strict.user({ username: "anna" });
  const customer = await openThread(anna, strict.support);
  await customer.does({ press: "topic:drop" }, "en");
  expect(told.join()).toMatch(/Message Content Intent/u);
  await weak.close();
  await own.close();
  await strict.close();
  expect(strict.faults).toEqual([]);
});

it("holds what customers write while the store is down, and takes it in order when it is back", async () => {
  const anna = server.user({ username: "anna" });
  const { place } = await openThread(anna, server.support);
  await bot.close();
  let down = true;
  bot = await openDiscordBot(server, {
    store,
    accept: async (inbound, on) => {
      if (down) throw new StoreUnavailable("write");
      await on(inbound);
    },
  });
  for (const text of numbers(1, 3)) anna.text(place, text);
  await new Promise((resolve) => setTimeout(resolve, 500));
  down = false;
  await expect.poll(() => logged(anna.id), { timeout: 10_000 }).toEqual(numbers(1, 3));
});
