import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { createLead } from "../../../src/app/lead.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { Store } from "../../../src/ports/store.ts";
import { openDiscordBot, systemTime, type DiscordBot } from "../../support/discord-bot.ts";
import { openThread } from "../../support/discord-customer.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { library, quiet } from "../../support/shop.ts";
import { sleep } from "../../support/work.ts";

/** Forward of the day, so that five seconds pass at once. */
let aheadMs = 0;
let isDown = false;
let server: DiscordServer;
let whole: Store;
let bot: DiscordBot;

beforeEach(async () => {
  aheadMs = 0;
  isDown = false;
  server = await openDiscordServer();
  whole = openSqliteStore(":memory:");
  const store = new Proxy(whole, {
    get(target, name: keyof Store) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        if (isDown) throw new StoreUnavailable(name);
        return method.apply(target, given);
      };
    },
  });
  const clock = { ...systemTime, now: () => Date.now() + aheadMs };
  const lead = createLead({ store, owner: "one", clock, log: quiet, sleep: briefly });
  bot = await openDiscordBot(server, { store, clock, lead, sleep: briefly });
});

afterEach(async () => {
  isDown = false;
  await bot.close();
  await whole.close();
  await server.close();
  expect(server.faults).toEqual([]);
});

const sentence = library.in("en").text("chat:outage");

const told = (place: string) =>
  (server.channel(place)?.messages ?? []).filter(({ content }) => content === sentence).length;

async function taken(userId: string): Promise<string[]> {
  const log = await whole.readLog(`discord-${userId}`, 0, 10_000);
  return log.flatMap(({ body }) =>
    body.type === "event" && body.by === "customer" && body.said?.text !== undefined
      ? [body.said.text]
      : [],
  );
}

const patiently = { timeout: 10_000 };
/** The adapter and its role nap for a tenth of what they mean to. */
const briefly = (ms: number) => sleep(ms / 10);
/** Longer than the pause between two tries. */
const aTryLater = () => briefly(1500).done;
/** Longer than a process takes to see that a role is another’s. */
const aRoleLater = () => briefly(4000).done;

describe("while the store is away, a customer who writes", () => {
  it("in a thread or a direct message is told once that it is here, and all of it is taken when it is back", async () => {
    const [anna, björn] = [server.user({ username: "anna" }), server.user({ username: "bjorn" })];
    const { place } = await openThread(anna, server.support);
    const direct = björn.dmId;
    isDown = true;
    anna.text(place, "48213");
    await aTryLater();
    expect(told(place)).toBe(0);
    aheadMs = 5000;
    await expect.poll(() => told(place), patiently).toBe(1);
    // The store can't be asked whether this process still is the one that listens.
    aheadMs = 12_000;
    await aRoleLater();
    anna.text(place, "and one more");
    // Nothing is known of him, and nothing can be asked.
    björn.dm("hello");
    await expect.poll(() => told(direct), patiently).toBe(1);
    await aTryLater();
    isDown = false;
    await expect.poll(() => taken(anna.id), patiently).toEqual(["48213", "and one more"]);
    await expect.poll(() => taken(björn.id), patiently).toEqual(["hello"]);
    expect([told(place), told(direct)]).toEqual([1, 1]);
  });

  it("is told of the next outage, too, and of none that is short", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    const outage = async (text: string, lasts: boolean) => {
      isDown = true;
      anna.text(place, text);
      await aTryLater();
      if (lasts) aheadMs += 5000;
      await aTryLater();
      isDown = false;
      await expect.poll(async () => (await taken(anna.id)).at(-1), patiently).toBe(text);
    };
    await outage("1", true);
    await outage("2", false);
    expect(told(place)).toBe(1);
    await outage("3", true);
    expect(told(place)).toBe(2);
  });

  it("is served by another process that still reaches the store, without a quarrel over the session", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    isDown = true;
    anna.text(place, "1");
    await aTryLater();
    aheadMs = 12_000;
    await aRoleLater();
    const clock = { ...systemTime, now: () => Date.now() + aheadMs };
    const parts = { clock, sleep: briefly };
    const lead = createLead({ store: whole, owner: "two", log: quiet, ...parts });
    const other = await openDiscordBot(server, { store: whole, lead, ...parts });
    anna.text(place, "2");
    await expect.poll(() => taken(anna.id), patiently).toEqual(["1", "2"]);
    // The library takes its time to connect again.
    await sleep(4000).done;
    const resumes = server.gateway.received.filter(({ op }) => op === 6).length;
    await sleep(3000).done;
    anna.text(place, "3");
    await expect.poll(() => taken(anna.id), patiently).toEqual(["1", "2", "3"]);
    expect(server.gateway.received.filter(({ op }) => op === 6)).toHaveLength(resumes);
    isDown = false;
    await other.close();
    anna.text(place, "4");
    await expect.poll(() => taken(anna.id), patiently).toEqual(["1", "2", "3", "4"]);
  });

  it("is heard later where more comes than can wait in the process", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    isDown = true;
    for (let count = 0; count < 199; count++) anna.text(server.support, `${count}`);
    aheadMs = 12_000;
    await aRoleLater();
    expect(server.gateway.connected).toBe(1);
    anna.text(server.support, "one more");
    await expect.poll(() => server.gateway.connected, patiently).toBe(0);
    anna.text(place, "48213");
    isDown = false;
    await expect.poll(() => taken(anna.id), patiently).toEqual(["48213"]);
    expect(told(place)).toBe(0);
  });

  it("is left alone where Discord asks for a pause, and answered all the same", async () => {
    const anna = server.user({ username: "anna" });
    const { place } = await openThread(anna, server.support);
    const refused = server.fault({
      fault: { type: "rate-limit", retryAfterMs: 3000 },
      method: "POST",
      times: 1,
    });
    isDown = true;
    anna.text(place, "48213");
    await aTryLater();
    aheadMs = 5000;
    await expect.poll(() => refused.hits, patiently).toBe(1);
    await aTryLater();
    isDown = false;
    await expect.poll(() => taken(anna.id), patiently).toEqual(["48213"]);
    expect(told(place)).toBe(0);
  });
});
