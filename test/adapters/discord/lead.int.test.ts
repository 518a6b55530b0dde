import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRooms } from "../../../src/adapters/discord/rooms.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { Lead, Work } from "../../../src/ports/lead.ts";
import type { Store } from "../../../src/ports/store.ts";
import { createChance } from "../../support/chance.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, systemTime } from "../../support/discord-bot.ts";
import { inRoom, openThread } from "../../support/discord-customer.ts";

let server: DiscordServer;
let store: Store;
beforeEach(async () => {
  server = await openDiscordServer();
  store = openSqliteStore(":memory:");
});
afterEach(async () => {
  await store.close();
  await server.close();
  expect(server.faults).toEqual([]);
});

/** A role in the test's hand. */
function inHand() {
  const begin = new Map<string, () => Work>();
  const working = new Map<string, Work>();
  const of =
    (owner: string): Lead =>
    (_role, work) => {
      begin.set(owner, work);
      if (begin.size === 1) give(owner);
      return { stop: () => take(owner) };
    };
  function give(owner: string): void {
    const work = begin.get(owner)?.();
    if (work) working.set(owner, work);
  }
  async function take(owner: string): Promise<void> {
    const work = working.get(owner);
    working.delete(owner);
    await work?.stop();
  }
  return { of, give, take };
}

/** A store that is some way off, now more and now less, and knows of no session: each begins its own. */
function slowed(near: Store): Store {
  const chance = createChance(1);
  const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
    await delay(chance.between(0, 60));
    const result = await work();
    await delay(chance.between(0, 60));
    return result;
  };
  return {
    ...near,
    load: (id) => slowly(() => near.load(id)),
    readMarks: async (prefix) =>
      prefix.startsWith("discord:session:") ? [] : near.readMarks(prefix),
    readMark: (name) => slowly(() => near.readMark(name)),
    writeMarks: (marks) => slowly(() => near.writeMarks(marks)),
    commit: (one, lease) => slowly(() => near.commit(one, lease)),
  };
}

const opcodes = (op: number) => server.gateway.received.filter((one) => one.op === op).length;

async function texts(userId: string): Promise<string[]> {
  const log = await store.readLog(`discord-${userId}`, 0, 10_000);
  return log.flatMap(({ body }) =>
    body.type === "event" && body.by === "customer" && body.said?.text !== undefined
      ? [body.said.text]
      : [],
  );
}

it("is served by one process at a time, and the next goes on where it stopped", async () => {
  const role = inHand();
  const one = await openDiscordBot(server, { store, lead: role.of("one") });
  const two = await openDiscordBot(server, { store, lead: role.of("two") });
  expect(opcodes(2)).toBe(1);
  const anna = server.user({ username: "anna" });
  // After the start of the other, which has never heard of this room.
  const { place } = await openThread(anna, server.support);
  anna.text(place, "1");
  await expect.poll(() => texts(anna.id)).toEqual(["1"]);
  await role.take("one");
  anna.text(place, "2");
  role.give("two");
  await server.gateway.whenConnected();
  anna.text(place, "3");
  await expect.poll(() => texts(anna.id), { timeout: 5000 }).toEqual(["1", "2", "3"]);
  expect([opcodes(2), opcodes(6)]).toEqual([1, 1]);
  await role.take("two");
  role.give("one");
  await server.gateway.whenConnected();
  anna.text(place, "4");
  await expect.poll(() => texts(anna.id), { timeout: 5000 }).toEqual(["1", "2", "3", "4"]);
  await one.close();
  await two.close();
}, 30_000);

it("hears what is written in a room that another process has opened", async () => {
  const bot = await openDiscordBot(server, { store });
  const anna = server.user({ username: "anna" });
  const { place } = await openThread(anna, server.support);
  // As if it were opened by a process that only sends.
  await bot.close();
  const rooms = await store.readMarks("discord:room:");
  const session = await store.readMarks("discord:session:");
  await store.writeMarks([...rooms, ...session].map(({ name }) => ({ name })) as never);
  const next = await openDiscordBot(server, { store });
  await store.writeMarks(rooms);
  anna.text(place, "1");
  anna.text(place, "2");
  anna.text(place, "3");
  await expect.poll(() => texts(anna.id), { timeout: 5000 }).toEqual(["1", "2", "3"]);
  await inRoom(anna, place);
  await next.close();
}, 30_000);

it("keeps the order of what is written in such a room while the store does not answer", async () => {
  const bot = await openDiscordBot(server, { store });
  const anna = server.user({ username: "anna" });
  const { place } = await openThread(anna, server.support);
  await bot.close();
  const rooms = await store.readMarks("discord:room:");
  await store.writeMarks(rooms.map(({ name }) => ({ name })));
  let fails = 2;
  const away: Store = {
    ...store,
    async readMark(name) {
      if (name.startsWith("discord:room:") && fails-- > 0) throw new StoreUnavailable("read");
      return store.readMark(name);
    },
  };
  const next = await openDiscordBot(server, { store: away });
  await store.writeMarks(rooms);
  for (const text of ["1", "2", "3"]) {
    anna.text(place, text);
    await delay(300);
  }
  await expect.poll(() => texts(anna.id), { timeout: 10_000 }).toEqual(["1", "2", "3"]);
  await next.close();
}, 30_000);

it("catches up a room that another process has opened while it connected", async () => {
  const bot = await openDiscordBot(server, { store });
  const anna = server.user({ username: "anna" });
  const { place } = await openThread(anna, server.support);
  await bot.close();
  const sessions = await store.readMarks("discord:session:");
  await store.writeMarks(sessions.map(({ name }) => ({ name })));
  anna.text(place, "1");
  const before = opcodes(2);
  const next = await openDiscordBot(server, {
    store: {
      ...store,
      readMarks: async (prefix) =>
        prefix === "discord:room:" && opcodes(2) === before ? [] : store.readMarks(prefix),
    },
  });
  anna.text(place, "2");
  await expect.poll(() => texts(anna.id), { timeout: 10_000 }).toEqual(["1", "2"]);
  await next.close();
}, 30_000);

it("opens one thread where two processes are brought the same command", async () => {
  // As while one takes the gateway over from the other.
  const slow = slowed(store);
  const bots = [
    await openDiscordBot(server, { store: slow }),
    await openDiscordBot(server, { store: slow }),
  ];
  await server.gateway.whenConnected(2, 10_000);
  const people = Array.from({ length: 8 }, (_, index) =>
    server.user({ username: `person-${index}` }),
  );
  await Promise.all(people.map((person) => openThread(person, server.support)));
  const threadsOf = (id: string) =>
    [...server.world.channels.values()].filter(({ thread }) => thread?.members.has(id)).length;
  const taken = () => bots.map(({ accepted }) => accepted.length);
  await expect.poll(taken, { timeout: 10_000 }).toEqual([people.length, people.length]);
  expect(people.map(({ id }) => threadsOf(id))).toEqual(people.map(() => 1));
  for (const bot of bots) await bot.close();
}, 30_000);

it("leads to the thread of the process that was faster, where one stood still while it opened its own", async () => {
  const role = inHand();
  const stands = server.fault({
    method: "POST",
    route: "/channels/{channel_id}/threads",
    fault: { type: "delay", ms: 2000 },
    times: 1,
  });
  const one = await openDiscordBot(server, { store, lead: role.of("one") });
  // By whose clock the other's time is over.
  const clock = { ...systemTime, now: () => Date.now() + 11_000 };
  const two = await openDiscordBot(server, { store, clock, lead: role.of("two") });
  const anna = server.user({ username: "anna" });
  anna.command("refund", {}, server.support);
  await expect.poll(() => stands.hits).toBe(1);
  role.give("two");
  const threads = () => [...server.world.channels.values()].filter(({ thread }) => thread);
  await expect.poll(() => threads().length, { timeout: 10_000 }).toBe(2);
  await expect
    .poll(() => [one, two].map(({ accepted }) => accepted.length), { timeout: 10_000 })
    .toEqual([1, 1]);
  const hers = threads().filter(({ thread }) => thread?.members.has(anna.id));
  expect(hers.map(({ id }) => id)).toEqual([(await store.load(`discord-${anna.id}`))?.address]);
  await one.close();
  await two.close();
}, 30_000);

it("takes a message that the store could not keep at first", async () => {
  let away = 0;
  const shaky: Store = {
    ...store,
    async writeMarks(marks) {
      if (away-- > 0) throw Object.assign(new Error("away"), { retryable: true });
      return store.writeMarks(marks);
    },
  };
  const bot = await openDiscordBot(server, { store: shaky });
  const bert = server.user({ username: "bert" });
  away = 1;
  bert.text("dm", "hello");
  await expect.poll(() => texts(bert.id), { timeout: 5000 }).toEqual(["hello"]);
  away = 0;
  await bot.close();
}, 30_000);

it("knows how far a room was read by another process", async () => {
  const [one, two] = [await openRooms(store), await openRooms(store)];
  const room = { channelId: "10", userId: "20", guildId: "30" };
  await one.keep(room);
  await one.saw("10", "99");
  await two.keep(room);
  expect(two.get("10")).toEqual({ ...room, seen: "99" });
  await one.forget("10");
  await two.refresh();
  expect(two.get("10")).toBeUndefined();
  expect(await one.opening("20")).toBe(false);
  expect(await two.opening("20")).toBe(true);
});
