import { describe, expect, it } from "vitest";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createDeliverer } from "../../src/app/deliver.ts";
import { createReceiver } from "../../src/app/receive.ts";
import { StoreUnavailable } from "../../src/core/errors.ts";
import type { HeldContent } from "../../src/core/inbound.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { LeasedReply, Store } from "../../src/ports/store.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import { createWork } from "../support/work.ts";

const picture: HeldContent = { type: "attachments", files: [{ ref: "a", name: "a.png" }] };

/** Customers at the real core; the test breaks the store and sees the platform. */
function openBot(changes: Partial<Channel> = {}) {
  const clock = stoppedClock();
  const whole = openSqliteStore(":memory:");
  /** The methods that fail. */
  const broken = new Set<keyof Store>();
  const store = new Proxy(whole, {
    get: (target, name: keyof Store) =>
      broken.has(name)
        ? async () => {
            throw new StoreUnavailable(name);
          }
        : target[name],
  });
  const arrived: string[] = [];
  const channel: Channel = {
    name: "telegram",
    concurrency: 64,
    fits: () => true,
    async send({ id }: LeasedReply) {
      arrived.push(id);
      return {};
    },
    ...changes,
  };
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: "fr",
    committed: () => {},
  });
  const parts = { store, receiver, channels: [channel], clock };
  let count = 0;
  const inbound = (conversationId: string, content: HeldContent) => ({
    key: `test:${++count}`,
    conversationId,
    channel: "telegram" as const,
    content,
  });
  return { ...parts, whole, broken, arrived, inbound };
}

describe("while the store can't be written", () => {
  it("a reply that was sent is kept in mind, not sent again when its lease has run out", async () => {
    const { broken, clock, arrived, inbound, ...parts } = openBot();
    const work = createWork({ ...parts, clock });
    await work.intake.accept(inbound("anna", { type: "started" }));
    const naps: (() => void)[] = [];
    const deliverer = createDeliverer({
      ...parts,
      clock,
      log: quiet,
      settled: () => {},
      sleep() {
        const { promise, resolve } = Promise.withResolvers<void>();
        naps.push(resolve);
        return { done: promise, abort: resolve };
      },
    });
    broken.add("settle");
    await deliverer.start();
    await expect.poll(() => naps.length).toBe(1);
    clock.at += 60_000;
    await deliverer.start();
    broken.delete("settle");
    naps[0]?.();
    await deliverer.idle();
    expect(arrived).toHaveLength(1);
    expect(await parts.whole.listTroubledDeliveries({ limit: 9 })).toEqual([]);
  });

  it("the bot can end", async () => {
    const { broken, inbound, ...parts } = openBot();
    const work = createWork(parts);
    await work.intake.accept(inbound("anna", { type: "started" }));
    broken.add("settle");
    const worker = work.start();
    await expect.poll(() => parts.arrived.length).toBe(1);
    await worker.stop();
  });

  it("a file is fetched again after a pause, not over and over", async () => {
    let fetched = 0;
    const bot = openBot({
      files: {
        async fetch() {
          fetched++;
          return new Uint8Array(1);
        },
      },
    });
    const { intake } = createWork(bot);
    await intake.accept(bot.inbound("anna", picture));
    bot.broken.add("commit").add("postpone");
    const rounds = async (most: number) => {
      for (let round = 0; round < most; round++) {
        await intake.start();
        await intake.idle();
      }
    };
    await rounds(5);
    expect(fetched).toBe(1);
    bot.clock.at += 1000;
    await rounds(5);
    expect(fetched).toBe(2);
    bot.broken.clear();
    bot.clock.at += 2000;
    await rounds(1);
    expect(await bot.store.isHolding("anna")).toBe(false);
  });
});

describe("the pace of a channel", () => {
  it("keeps replies in the store, where they are safe, until they may go out", async () => {
    const pace = { all: { capacity: 3, perSecond: 1 }, of: () => ({ capacity: 9, perSecond: 9 }) };
    const bot = openBot({ pace });
    const work = createWork(bot);
    for (let customer = 0; customer < 10; customer++)
      await work.intake.accept(bot.inbound(`customer-${customer}`, { type: "started" }));
    await bot.receiver.receive({ ...bot.inbound("anna", picture), content: { type: "started" } });
    const deliverer = createDeliverer({
      ...bot,
      log: quiet,
      settled: () => {},
      sleep: () => ({ done: Promise.resolve(), abort: () => {} }),
    });
    await deliverer.start();
    await deliverer.idle();
    await deliverer.start();
    expect(bot.arrived).toHaveLength(3);
    bot.clock.at += 2000;
    await deliverer.start();
    await deliverer.idle();
    expect(bot.arrived).toHaveLength(5);
  });
});

describe("files that take long", () => {
  it("hold up nobody who waits for none", async () => {
    const bot = openBot({ files: { fetch: () => Promise.withResolvers<Uint8Array>().promise } });
    const { intake } = createWork(bot);
    for (let customer = 0; customer < 20; customer++)
      await intake.accept(bot.inbound(`customer-${customer}`, picture));
    await intake.start();
    bot.clock.at++;
    await bot.store.hold({
      inbound: bot.inbound("anna", { type: "text", text: "48213" }),
      at: bot.clock.at,
      readyAt: bot.clock.at,
    });
    await intake.start();
    await expect.poll(() => bot.store.isHolding("anna")).toBe(false);
  });
});

describe("a channel that is no longer served", () => {
  it("keeps its replies without keeping the worker awake", async () => {
    const bot = openBot();
    await createWork(bot).intake.accept(bot.inbound("anna", { type: "started" }));
    const naps: number[] = [];
    const worker = createWork({
      ...bot,
      channels: [],
      sleep(ms) {
        naps.push(ms);
        const { promise, resolve } = Promise.withResolvers<void>();
        return { done: promise, abort: resolve };
      },
    }).start();
    await expect.poll(() => naps.length).toBe(1);
    await worker.stop();
    expect(naps[0]).toBeGreaterThan(1000);
  });
});
