import { afterEach, describe, expect, it } from "vitest";
import { createDeliverer } from "../../src/app/deliver.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import { plainText } from "../../src/core/message.ts";
import {
  CustomerUnreachable,
  Moved,
  OutcomeUnknown,
  RateLimited,
  StoreUnavailable,
  Undeliverable,
} from "../../src/core/errors.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import type { Channel, Sent } from "../../src/ports/channel.ts";
import type { LeasedReply, Store } from "../../src/ports/store.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import { createWork, sleep } from "../support/work.ts";

const dayMs = 24 * 3_600_000;
const weekMs = 7 * dayMs;

type Answer = (reply: LeasedReply) => Sent | Promise<Sent>;

/** A platform that takes what comes, unless a lane has other answers: one for each send, the last for all that follow. */
function openPlatform(clock: { now(): number }, changes: Partial<Channel>) {
  const arrived: { id: string; lane: string; address?: string | undefined; at: number }[] = [];
  const tries: string[] = [];
  const answers = new Map<string, Answer[]>();
  const channel: Channel = {
    name: "telegram",
    concurrency: 64,
    // The bot's first words come in two.
    fits: (message) => plainText(message).length <= 290,
    async send(reply) {
      const { id, conversationId: lane, address } = reply;
      tries.push(id);
      const left = answers.get(lane) ?? [];
      const answer = left.length > 1 ? left.shift() : left[0];
      const sent = (await answer?.(reply)) ?? {};
      arrived.push({ id, lane, address, at: clock.now() });
      return sent;
    },
    ...changes,
  };
  return { arrived, tries, answers, channel };
}

const takes: Answer = () => ({});
const fails =
  (error: Error): Answer =>
  () => {
    throw error;
  };
const blocked = fails(new CustomerUnreachable("telegram", "blocked"));

/** Customers at the real receiver and store; the platform and time are the test's. */
function openDesk(
  changes: Partial<Channel> = {},
  storeChanges: (store: Store) => Partial<Store> = () => ({}),
  /** As in the bot: a turn's first reply needs no look at the lanes. */
  { sendsAtOnce = false } = {},
) {
  const clock = stoppedClock();
  const real = openSqliteStore(":memory:");
  const store = { ...real, ...storeChanges(real) };
  const platform = openPlatform(clock, changes);
  const receiver = createReceiver({
    log: quiet,
    flow: refund,
    store,
    texts: library,
    clock,
    defaultLanguage: "fr",
    fits: (_, message) => platform.channel.fits(message),
    ...(sendsAtOnce && { reserve: (channel) => work.deliverer.reserve(channel) }),
    committed: () => {},
  });
  const work = createWork({
    store,
    receiver,
    channels: [platform.channel],
    clock,
    sleep: (ms) => {
      clock.at += ms;
      return { done: Promise.resolve(), abort: () => {} };
    },
  });
  let count = 0;
  const receive = (conversationId: string, content: InboundContent) =>
    receiver.receive({
      key: `test:${++count}`,
      conversationId,
      channel: "telegram",
      address: `chat of ${conversationId}`,
      content,
    });
  async function passTo(at: number | undefined): Promise<void> {
    if (at === undefined) throw new Error("nothing is due");
    clock.at = at;
    for (const timer of await store.dueTimers(at, 100)) await receiver.fire(timer);
    await work.settle();
  }
  const log = (conversationId: string) => store.readLog(conversationId, 0, 1000);
  return {
    clock,
    store,
    receiver,
    platform,
    receive,
    say: (conversationId: string, text: string) => receive(conversationId, { type: "text", text }),
    deliver: () => work.settle(),
    /** Starts what is due now, and no more. */
    look: () => work.deliverer.start(),
    /** Goes on, firing what timers come due, until something is tried again. */
    deliverNext: async () => {
      const before = platform.tries.length;
      while (platform.tries.length === before) await passTo(await store.nextDueAt());
    },
    pass: (ms: number) => passTo(clock.at + ms),
    async messageIds(conversationId: string): Promise<string[]> {
      return (await log(conversationId)).flatMap(({ body }) =>
        body.type === "message" ? [body.id] : [],
      );
    },
    async events(conversationId: string, by: string) {
      return (await log(conversationId)).flatMap(({ body }) =>
        body.type === "event" && body.by === by ? [body.event] : [],
      );
    },
    arrivedIn: (lane: string) =>
      platform.arrived.filter((one) => one.lane === lane).map(({ id }) => id),
  };
}

let desk: ReturnType<typeof openDesk>;
afterEach(() => desk.store.close());

/** A desk at which these customers wrote. */
async function deskOf(...customers: string[]) {
  desk = openDesk();
  for (const customer of customers) await desk.say(customer, "Bonjour");
  return desk;
}

describe("a platform that fails in passing", () => {
  const down = fails(new StoreUnavailable("reach the platform"));

  it("keeps a lane in its order, and is tried again later", async () => {
    const { platform, deliver, deliverNext, say, clock, store } = await deskOf("anna");
    await say("anna", "Mes abonnés sont partis");
    platform.answers.set("anna", [down, takes]);
    await deliver();
    await deliver();
    expect(platform.arrived).toEqual([]);
    expect(await store.nextDueAt()).toBeGreaterThan(clock.now());
    await deliverNext();
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
  });

  it("is left in peace longer after each failure, at most a minute", async () => {
    const { platform, deliver, store, clock } = await deskOf("anna");
    platform.answers.set("anna", [down]);
    const pauses: number[] = [];
    while (pauses.length < 8) {
      await deliver();
      const next = (await store.nextDueAt()) ?? 0;
      pauses.push(next - clock.now());
      clock.at = next;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
  });

  it("holds up no other lane", async () => {
    const { platform, deliver } = await deskOf("anna", "björn", "chloé");
    platform.answers.set("anna", [down]);
    await deliver();
    for (const name of ["björn", "chloé"])
      expect(desk.arrivedIn(name)).toEqual(await desk.messageIds(name));
    expect(desk.arrivedIn("anna")).toEqual([]);
  });
});

describe("a pause asked for", () => {
  it("is kept to the millisecond, leaves no doubt, and other lanes go on", async () => {
    const { platform, deliver, clock } = await deskOf("anna", "björn");
    const doubts: boolean[] = [];
    platform.answers.set("anna", [
      fails(new RateLimited("telegram", 5000)),
      ({ uncertain }) => (doubts.push(uncertain), {}),
    ]);
    await deliver();
    clock.at += 4999;
    await deliver();
    expect(platform.tries.filter((id) => id.startsWith("anna"))).toHaveLength(1);
    expect(desk.arrivedIn("björn")).toEqual(await desk.messageIds("björn"));
    clock.at += 1;
    await deliver();
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
    expect(doubts).not.toContain(true);
  });

  it("is never the end of a message", async () => {
    const { platform, deliver, deliverNext } = await deskOf("anna");
    platform.answers.set("anna", [
      ...Array.from({ length: 50 }, () => fails(new RateLimited("telegram", 1000))),
      blocked,
      takes,
    ]);
    await deliver();
    while ((await desk.events("anna", "platform")).length === 0) await deliverNext();
    expect(await desk.store.readDeliveries("anna")).toEqual([]);
    await desk.receive("anna", { type: "reachable" });
    await deliver();
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
  });
});

describe("a send whose outcome is unknown", () => {
  const silent = fails(new OutcomeUnknown("telegram"));

  it("is told to the channel at the next try, and is listed where it may have come twice", async () => {
    const { platform, deliver, deliverNext, store } = await deskOf("anna");
    platform.answers.set("anna", [silent, ({ uncertain }) => ({ repeated: uncertain })]);
    await deliver();
    expect(platform.arrived).toEqual([]);
    await deliverNext();
    const [first] = await desk.messageIds("anna");
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
    expect(await store.listTroubledDeliveries({ limit: 10 })).toMatchObject([
      { messageId: first, state: "repeated" },
    ]);
  });

  it("is listed nowhere where the channel found out", async () => {
    const { platform, deliver, deliverNext, store } = await deskOf("anna");
    platform.answers.set("anna", [silent, () => ({ receipt: "r", repeated: false })]);
    await deliver();
    await deliverNext();
    expect(await store.listTroubledDeliveries({ limit: 10 })).toEqual([]);
    expect((await store.readDeliveries("anna")).map(({ state }) => state)).not.toContain(
      "repeated",
    );
  });

  it("is never given up", async () => {
    const { platform, deliver, deliverNext } = await deskOf("anna");
    platform.answers.set("anna", [silent]);
    await deliver();
    for (let tries = 0; tries < 30; tries++) await deliverNext();
    expect(await desk.store.readDeliveries("anna")).toEqual([]);
    expect(new Set(platform.tries).size).toBe(1);
  });
});

describe("a customer who can't be reached", () => {
  const unreachable = async () => (await desk.store.load("anna"))?.unreachable;

  it("is known to the conversation from the first failure on, whose lane waits a week", async () => {
    const { platform, deliver, deliverNext, clock } = await deskOf("anna", "björn");
    const since = clock.at;
    platform.answers.set("anna", [blocked]);
    await deliver();
    expect(await unreachable()).toEqual({ at: since, reason: "blocked" });
    expect(desk.arrivedIn("björn")).toEqual(await desk.messageIds("björn"));
    platform.answers.set("anna", [fails(new CustomerUnreachable("telegram", "gone"))]);
    await deliverNext();
    expect(clock.at).toBe(since + weekMs);
    expect(await unreachable()).toEqual({ at: since, reason: "blocked" });
  });

  it("gets no word of a timer's meanwhile", async () => {
    const { platform, deliver } = await deskOf("anna");
    await desk.receive("anna", { type: "pressed", choice: "topic:drop", revision: 99 });
    platform.answers.set("anna", [blocked]);
    await deliver();
    const said = await desk.messageIds("anna");
    await desk.pass(dayMs);
    expect((await desk.events("anna", "timer")).map(({ type }) => type)).toHaveLength(1);
    expect(await desk.messageIds("anna")).toEqual(said);
  });

  it.each([
    ["the platform says that they are back", { type: "reachable" }],
    ["they write", { type: "text", text: "Me revoilà" }],
  ] as const)("gets everything in its order when %s, and then the question", async (_, content) => {
    const { platform, deliver } = await deskOf("anna");
    platform.answers.set("anna", [blocked, takes]);
    await deliver();
    expect(platform.arrived).toEqual([]);
    const waiting = await desk.messageIds("anna");
    await desk.pass(3 * dayMs);
    await desk.receive("anna", content);
    expect(await unreachable()).toBeUndefined();
    await deliver();
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
    expect(desk.arrivedIn("anna").length).toBeGreaterThan(waiting.length);
    const last = (await desk.store.readLog("anna", 0, 1000)).at(-1)?.body;
    expect(last?.type === "message" && last.message.choices.length).toBeGreaterThan(0);
  });

  it("who was never away gets no question for being reachable", async () => {
    await deskOf("anna");
    await desk.deliver();
    const said = await desk.messageIds("anna");
    await desk.receive("anna", { type: "reachable" });
    expect(await desk.messageIds("anna")).toEqual(said);
  });

  it("is given up at the fifth try, and a person hears of each message", async () => {
    const { platform, deliver, deliverNext, store, clock } = await deskOf("anna");
    const said = await desk.messageIds("anna");
    const since = clock.at;
    platform.answers.set("anna", [blocked]);
    await deliver();
    for (let week = 1; week < 4; week++) await deliverNext();
    expect(await store.readDeliveries("anna")).toEqual([]);
    await deliverNext();
    expect(clock.at).toBe(since + 4 * weekMs);
    expect(platform.tries.filter((id) => id === said[0])).toHaveLength(5);
    expect(await store.readDeliveries("anna")).toMatchObject(
      said.map((messageId) => ({ messageId, state: "failed", reason: "blocked" })),
    );
    expect(
      (await desk.events("anna", "platform")).filter(({ type }) => type === "message-undelivered"),
    ).toMatchObject(said.map((message) => ({ message, reason: "blocked" })));
    await desk.pass(9 * weekMs);
    expect(platform.tries).toHaveLength(4 + said.length);
  });
});

describe("a message that the platform will never take", () => {
  const tooLong = fails(new Undeliverable("telegram", "tooLong"));

  it("is given up at once, said in the log, and its lane goes on", async () => {
    const { platform, deliver, store } = await deskOf("anna");
    await desk.say("anna", "Mes abonnés sont partis");
    const [first, ...others] = await desk.messageIds("anna");
    platform.answers.set("anna", [tooLong, takes]);
    await deliver();
    expect(desk.arrivedIn("anna")).toEqual(others);
    expect(await store.listTroubledDeliveries({ limit: 10 })).toMatchObject([
      { messageId: first, state: "failed", reason: "tooLong", at: desk.clock.at },
    ]);
    expect(await desk.events("anna", "platform")).toMatchObject([
      { type: "message-undelivered", message: first, reason: "tooLong" },
    ]);
    expect(await desk.messageIds("anna")).toEqual([first, ...others]);
  });

  it("is said once in the log, though the process dies before the lane knows", async () => {
    desk = openDesk();
    await desk.say("anna", "Bonjour");
    desk.platform.answers.set("anna", [tooLong, tooLong, takes]);
    const dying = createDeliverer({
      ...desk,
      store: {
        ...desk.store,
        settle: () => Promise.reject(new StoreUnavailable("settle replies")),
      },
      channels: [desk.platform.channel],
      log: quiet,
      sleep,
      settled: () => {},
    });
    await dying.start();
    await dying.stop();
    expect(await desk.events("anna", "platform")).toHaveLength(1);
    await desk.deliverNext();
    expect(await desk.events("anna", "platform")).toHaveLength(1);
    expect(await desk.store.readDeliveries("anna")).toMatchObject([{ state: "failed" }]);
  });
});

describe("a chat that has moved", () => {
  it("gets the same message at its new address at once, and all that follow", async () => {
    const { platform, deliver } = await deskOf("anna");
    platform.answers.set("anna", [fails(new Moved("telegram", "chat 2")), takes]);
    await deliver();
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
    expect(new Set(platform.arrived.map(({ address }) => address))).toEqual(new Set(["chat 2"]));
    expect((await desk.store.load("anna"))?.address).toBe("chat 2");
    expect(await desk.events("anna", "platform")).toMatchObject([{ type: "customer-moved" }]);
  });

  it("gets it though it is leased again before the first try is told to have ended", async () => {
    const [kept, leasedAgain, told] = Array.from({ length: 3 }, () =>
      Promise.withResolvers<void>(),
    ) as [PromiseWithResolvers<void>, PromiseWithResolvers<void>, PromiseWithResolvers<void>];
    let leases = 0;
    desk = openDesk({}, (real) => ({
      async lease(query) {
        const leased = await real.lease(query);
        if (++leases === 2) setImmediate(leasedAgain.resolve);
        return leased;
      },
      async settle(settlements) {
        await real.settle(settlements);
        kept.resolve();
        await told.promise;
      },
    }));
    desk.platform.answers.set("anna", [fails(new Moved("telegram", "elsewhere")), takes]);
    await desk.say("anna", "bonjour");
    const first = desk.deliver();
    await kept.promise;
    const second = desk.deliver();
    await leasedAgain.promise;
    told.resolve();
    await Promise.all([first, second]);
    expect(desk.platform.arrived.map(({ address }) => address)).toContain("elsewhere");
  });

  it("to where it is already is tried again later only", async () => {
    const { platform, deliver, store, clock } = await deskOf("anna");
    platform.answers.set("anna", [fails(new Moved("telegram", "chat of anna")), takes]);
    await deliver();
    expect(platform.tries).toHaveLength(1);
    expect(await store.nextDueAt()).toBe(clock.at + 1000);
  });
});

describe("an error that nobody expects", () => {
  it("is tried twenty times, then the message is given up and the lane goes on", async () => {
    const { platform, deliver, deliverNext, store } = await deskOf("anna");
    await desk.say("anna", "Mes abonnés sont partis");
    const [first, ...others] = await desk.messageIds("anna");
    platform.answers.set("anna", [
      ...Array.from({ length: 20 }, () => fails(new TypeError("?"))),
      takes,
    ]);
    await deliver();
    for (let tries = 1; tries < 19; tries++) await deliverNext();
    expect(await store.readDeliveries("anna")).toEqual([]);
    await deliverNext();
    expect(platform.tries.filter((id) => id === first)).toHaveLength(20);
    expect(await store.readDeliveries("anna")).toMatchObject([
      { messageId: first, state: "failed", reason: "unexpected" },
    ]);
    expect(await desk.events("anna", "platform")).toMatchObject([
      { type: "message-undelivered", message: first },
    ]);
    expect(desk.arrivedIn("anna")).toEqual(others);
  });
});

describe("the pace", () => {
  const slow = { capacity: 1, perSecond: 1 };
  const fast = { capacity: 1000, perSecond: 1000 };

  it("of a lane is kept, and takes no slot from the others", async () => {
    desk = openDesk({ concurrency: 1, pace: { all: fast, of: () => slow } });
    const since = desk.clock.at;
    await desk.say("anna", "Bonjour");
    await desk.say("anna", "Mes abonnés sont partis");
    await desk.say("björn", "Bonjour");
    await desk.deliver();
    expect(desk.platform.arrived.map(({ lane }) => lane).toSorted()).toEqual(["anna", "björn"]);
    expect(desk.clock.at).toBe(since);
    while (desk.arrivedIn("anna").length < (await desk.messageIds("anna")).length)
      await desk.deliverNext();
    const times = desk.platform.arrived.filter(({ lane }) => lane === "anna").map(({ at }) => at);
    expect(times).toEqual(times.map((_, index) => since + index * 1000));
    expect(desk.arrivedIn("anna")).toEqual(await desk.messageIds("anna"));
  });

  it("of a lane is that of its address", async () => {
    desk = openDesk({
      pace: { all: fast, of: (address) => (address === "chat of anna" ? slow : fast) },
    });
    for (const name of ["anna", "björn"])
      for (const text of ["Bonjour", "Mes abonnés sont partis"]) await desk.say(name, text);
    await desk.deliver();
    expect(desk.arrivedIn("anna")).toHaveLength(1);
    expect(desk.arrivedIn("björn")).toEqual(await desk.messageIds("björn"));
  });

  it("is shared by the addresses of one place, such as a group's topics", async () => {
    desk = openDesk({ pace: { all: fast, of: () => slow, placeOf: () => "group" } });
    for (const name of ["anna", "björn"]) await desk.say(name, "Bonjour");
    await desk.deliver();
    expect(desk.platform.arrived).toHaveLength(1);
  });

  it("of all together is kept, lane by lane", async () => {
    desk = openDesk({
      concurrency: 4,
      pace: { all: { capacity: 2, perSecond: 2 }, of: () => fast },
    });
    const since = desk.clock.at;
    const names = ["anna", "björn", "chloé", "dora", "eve", "finn"];
    for (const name of names) await desk.say(name, "Bonjour");
    await desk.deliver();
    const times = desk.platform.arrived.map(({ at }) => at);
    for (const [index, at] of times.entries())
      expect(at).toBeGreaterThanOrEqual(since + Math.max(0, index - 1) * 500);
    for (const name of names) expect(desk.arrivedIn(name)).toEqual(await desk.messageIds(name));
  });
});

describe("the sends under way", () => {
  it("are never more than the channel can have", async () => {
    desk = openDesk({ concurrency: 3 });
    const { store, receiver, platform, clock } = desk;
    const names = Array.from({ length: 10 }, (_, index) => `customer-${index}`);
    const release = Promise.withResolvers<Sent>();
    for (const name of names) {
      await desk.say(name, "Bonjour");
      platform.answers.set(name, [() => release.promise]);
    }
    const deliverer = createDeliverer({
      store,
      receiver,
      channels: [platform.channel],
      clock,
      log: quiet,
      sleep,
      settled: () => {},
    });
    for (let turn = 0; turn < 3; turn++) await deliverer.start();
    await expect.poll(() => platform.tries).toHaveLength(3);
    release.resolve({});
    await deliverer.idle();
    expect(platform.arrived).toHaveLength(3);
    await deliverer.start();
    await deliverer.idle();
    expect(platform.arrived).toHaveLength(6);
  });
});

describe("the first reply of a turn", () => {
  const atOnce = async (
    changes?: Partial<Channel>,
    storeChanges?: (store: Store) => Partial<Store>,
  ) => {
    desk = openDesk(changes, storeChanges, { sendsAtOnce: true });
    // The lanes are looked at once, as at the start: nobody waits.
    await desk.deliver();
  };
  const arrivals = () => desk.platform.arrived.map(({ id }) => id);

  it("is sent without a look at the lanes, what follows after one, all of it once", async () => {
    let leased = 0;
    await atOnce({}, (store) => ({
      async lease(query) {
        const found = await store.lease(query);
        leased += found.length;
        return found;
      },
    }));
    await desk.say("anna", "bonjour");
    await expect.poll(() => desk.platform.arrived.length).toBe(1);
    expect(leased).toBe(0);
    await desk.deliver();
    expect(arrivals()).toEqual(await desk.messageIds("anna"));
    expect(leased).toBe(arrivals().length - 1);
  });

  it("waits where another before it waits", async () => {
    await atOnce();
    desk.platform.answers.set("anna", [fails(new RateLimited("telegram", 5000)), takes]);
    await desk.say("anna", "bonjour");
    await desk.say("anna", "48213");
    await desk.deliver();
    expect(desk.platform.arrived).toEqual([]);
    await desk.pass(5000);
    expect(arrivals()).toEqual(await desk.messageIds("anna"));
  });

  it("does not overtake those who wait for the pace of all", async () => {
    const pace = {
      all: { capacity: 1, perSecond: 1 },
      of: () => ({ capacity: 100, perSecond: 100 }),
    };
    await atOnce({ pace });
    const lanes = ["anna", "bo", "cleo", "dora"];
    for (const lane of lanes) {
      await desk.say(lane, "bonjour");
      await desk.look();
      // There is room for one again: whoever has waited longest has it.
      desk.clock.at += 1000;
    }
    await desk.deliver();
    const arrived = desk.platform.arrived.map(({ lane }) => lane);
    expect(arrived).toHaveLength(2 * lanes.length);
    expect(arrived).toEqual(arrived.toSorted());
  });

  it("takes no more room than there is, and gives it back where nothing was committed", async () => {
    let faults = 3;
    await atOnce({ concurrency: 1 }, (store) => ({
      async commit(...given) {
        if (faults-- > 0) throw new StoreUnavailable("commit");
        return store.commit(...given);
      },
    }));
    for (let times = 0; times < 3; times++)
      await expect(desk.say("anna", "bonjour")).rejects.toThrow(StoreUnavailable);
    const never = Promise.withResolvers<Sent>();
    desk.platform.answers.set("anna", [() => never.promise, takes]);
    await desk.say("anna", "bonjour");
    await desk.say("bo", "bonjour");
    await expect.poll(() => desk.platform.tries.length).toBe(1);
    never.resolve({});
    await desk.deliver();
    expect(arrivals().toSorted()).toEqual(
      [...(await desk.messageIds("anna")), ...(await desk.messageIds("bo"))].toSorted(),
    );
  });
});
