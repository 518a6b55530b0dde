import { afterEach, describe, expect, it } from "vitest";
import { createReceiver } from "../../src/app/receive.ts";
import type { Worker } from "../../src/app/work.ts";
import { StoreUnavailable } from "../../src/core/errors.ts";
import { plainText, type Message } from "../../src/core/message.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { LeasedReply, Store } from "../../src/ports/store.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import { createWork } from "../support/work.ts";

const dayMs = 24 * 3_600_000;

/** A platform that takes what comes, unless told otherwise. */
function openPlatform() {
  const platform = {
    arrived: [] as string[],
    /** Lanes whose sends fail. */
    down: new Set<string>(),
    /** Holds every send until it resolves. */
    held: undefined as Promise<void> | undefined,
    channel: {
      name: "web",
      concurrency: 64,
      // The bot's first words come in two.
      fits: (message: Message) => plainText(message).length <= 290,
      async send({ id, conversationId }: LeasedReply) {
        await platform.held;
        if (platform.down.has(conversationId)) throw new StoreUnavailable("reach the platform");
        platform.arrived.push(id);
        return {};
      },
    } satisfies Channel,
  };
  return platform;
}

/** Customers at the real receiver and store; the platform and the sleep are the test's. */
function openBot() {
  const clock = stoppedClock();
  const store = openSqliteStore(":memory:");
  const platform = openPlatform();
  const workers: Worker[] = [];
  let count = 0;
  let asleep = Promise.withResolvers<number>();
  const receiver = createReceiver({
    log: quiet,
    flow: refund,
    store,
    texts: library,
    clock,
    defaultLanguage: "fr",
    fits: (_, message) => platform.channel.fits(message),
    committed: () => {},
  });
  const parts = { store, receiver, channels: [platform.channel], clock };
  return {
    ...parts,
    platform,
    say: (conversationId: string, text: string) =>
      receiver.receive({
        key: `test:${++count}`,
        conversationId,
        channel: "web",
        content: { type: "text", text },
      }),
    /** Leaves something unfinished, of which a customer is reminded after a day. */
    nameTopic: (conversationId: string) =>
      receiver.receive({
        key: `test:${++count}`,
        conversationId,
        channel: "web",
        content: { type: "pressed", choice: "topic:drop", revision: 0 },
      }),
    deliver: () => createWork(parts).settle(),
    /** The ids of all messages of a conversation, in order. */
    async messageIds(conversationId: string): Promise<string[]> {
      const entries = await store.readLog(conversationId, 0, 1000);
      return entries.flatMap(({ body }) => (body.type === "message" ? [body.id] : []));
    },
    async firedIn(conversationId: string): Promise<string[]> {
      const entries = await store.readLog(conversationId, 0, 1000);
      return entries.flatMap(({ body }) =>
        body.type === "event" && body.by === "timer" ? [body.event.type] : [],
      );
    },
    start(): Worker {
      const worker = createWork({
        ...parts,
        sleep(ms) {
          const nap = Promise.withResolvers<void>();
          asleep.resolve(ms);
          asleep = Promise.withResolvers();
          return { done: nap.promise, abort: nap.resolve };
        },
      }).start();
      workers.push(worker);
      return worker;
    },
    /** For how long a worker goes to sleep next. */
    nextNap: () => asleep.promise,
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await store.close();
    },
  };
}

let bot: ReturnType<typeof openBot>;
afterEach(() => bot.close());

describe("the worker", () => {
  it("fires a timer when it is due and delivers what it says", async () => {
    bot = openBot();
    await bot.nameTopic("anna");
    await bot.deliver();
    const before = bot.platform.arrived.length;
    bot.clock.at += dayMs;
    const nap = bot.nextNap();
    bot.start();
    await nap;
    expect(await bot.firedIn("anna")).toEqual([expect.stringContaining("reminder")]);
    expect(bot.platform.arrived.slice(before)).toEqual(
      (await bot.messageIds("anna")).slice(before),
    );
    expect(bot.platform.arrived.length).toBeGreaterThan(before);
  });

  it("fires no timer that the customer's next word has set anew", async () => {
    bot = openBot();
    await bot.nameTopic("anna");
    bot.clock.at += dayMs;
    const [due] = await bot.store.dueTimers(bot.clock.now(), 10);
    if (!due) throw new Error("no timer is due");
    await bot.say("anna", "48213");
    expect(await bot.receiver.fire(due)).toBe("duplicate");
    expect(await bot.firedIn("anna")).toEqual([]);
    bot.clock.at += dayMs;
    expect(await bot.store.dueTimers(bot.clock.now(), 10)).toHaveLength(1);
  });

  it("goes on with the other timers and the replies where one timer can't be fired", async () => {
    bot = openBot();
    await bot.nameTopic("anna");
    await bot.nameTopic("bo");
    const stored = await bot.store.load("anna");
    if (!stored) throw new Error("no conversation is stored");
    const newer = { ...stored, revision: stored.revision + 1, flowVersion: 99 };
    await bot.store.commit({
      conversation: newer,
      handled: "newer",
      at: bot.clock.at,
      log: [],
      timers: [],
      cases: [],
    });
    bot.clock.at += dayMs;
    const nap = bot.nextNap();
    bot.start();
    expect(await nap).toBeGreaterThan(0);
    expect(await bot.firedIn("bo")).toHaveLength(1);
    expect(await bot.firedIn("anna")).toEqual([]);
    const said = await bot.messageIds("bo");
    await expect.poll(() => bot.platform.arrived).toEqual(expect.arrayContaining(said));
  });

  it("fires a timer once, though two workers race for it", async () => {
    bot = openBot();
    for (const name of ["anna", "björn"]) await bot.nameTopic(name);
    bot.clock.at += dayMs;
    const due = await bot.store.dueTimers(bot.clock.now(), 10);
    const results = await Promise.all([...due, ...due].map((timer) => bot.receiver.fire(timer)));
    expect(results.toSorted()).toEqual(["committed", "committed", "duplicate", "duplicate"]);
    expect(await bot.firedIn("anna")).toHaveLength(1);

    bot.clock.at += 6 * dayMs;
    await Promise.all([bot.start(), bot.start()].map((worker) => worker.stop()));
    for (const name of ["anna", "björn"]) expect(await bot.firedIn(name)).toHaveLength(2);
  });

  it("sleeps until something is due, and looks at once when it is woken", async () => {
    bot = openBot();
    const first = bot.nextNap();
    const worker = bot.start();
    expect(await first).toBe(30_000);
    await bot.say("anna", "Bonjour");
    bot.platform.down.add("anna");
    worker.wake();
    let nap = await bot.nextNap();
    // While the send is under way, its lease is what comes due next.
    while (nap === 20_000) nap = await bot.nextNap();
    expect(nap).toBe(1000);
  });

  it("ends after what is under way", async () => {
    bot = openBot();
    await bot.say("anna", "Bonjour");
    const hold = Promise.withResolvers<void>();
    bot.platform.held = hold.promise;
    const worker = bot.start();
    let ended = false;
    const stopped = worker.stop().then(() => (ended = true));
    await leased(bot.store, bot.clock.now());
    expect(ended).toBe(false);
    hold.resolve();
    await stopped;
    const [first, second] = await bot.messageIds("anna");
    expect(bot.platform.arrived).toEqual([first]);
    expect(
      ids(await bot.store.lease({ channel: "web", now: bot.clock.now(), leaseMs: 1, limit: 9 })),
    ).toEqual([second]);
  });
});

const ids = (replies: readonly LeasedReply[]) => replies.map(({ id }) => id);

/** Until a worker holds all that is due. */
async function leased(store: Store, now: number): Promise<void> {
  while (((await store.nextDueAt()) ?? 0) <= now) await new Promise(setImmediate);
}
