import { afterEach, expect, it, describe } from "vitest";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { ActContent } from "../../src/core/act.ts";
import { OutcomeUnknown, RateLimited, ThreadGone, Undeliverable } from "../../src/core/errors.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Desk } from "../../src/ports/desk.ts";
import type { Store } from "../../src/ports/store.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import { openForum } from "../support/test-desk.ts";
import { createWork } from "../support/work.ts";

const ida = { id: "ida", name: "Ida", role: "agent" as const };
const stores: Store[] = [];
afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

/** Customers and agents at the real receiver, store and follower; the forum, the channel and time are the test's. */
function openShop(changes: Partial<Desk> = {}, send: Channel["send"] = async () => ({})) {
  const clock = stoppedClock();
  const store = openSqliteStore(":memory:");
  stores.push(store);
  const forum = openForum(changes);
  const channel: Channel = { name: "web", concurrency: 8, fits: () => true, send };
  const receiver = createReceiver({
    log: quiet,
    flow: refund,
    store,
    texts: library,
    clock,
    defaultLanguage: "fr",
    desks: ["telegram"],
    committed: () => {},
  });
  const work = createWork({
    store,
    receiver,
    channels: [channel],
    desks: [forum.desk],
    clock,
    sleep: (ms) => {
      clock.at += ms;
      return { done: Promise.resolve(), abort: () => {} };
    },
  });
  let count = 0;
  const conversationId = "anna";
  const receiveFrom = async (id: string, content: InboundContent) => {
    clock.at += 1000;
    await receiver.receive({ key: `c:${++count}`, conversationId: id, channel: "web", content });
  };
  const receive = (content: InboundContent) => receiveFrom(conversationId, content);
  const number = async () => (await store.casesOf(conversationId))[0]?.number ?? "";
  return {
    clock,
    store,
    forum,
    settle: () => work.settle(),
    begin: () => work.follower.begin(),
    receive,
    receiveFrom,
    say: (text: string) => receive({ type: "text", text }),
    openCase: () => receive({ type: "command", command: "person" }),
    number,
    async act(content: ActContent, caseNumber?: string) {
      clock.at += 1000;
      const about = caseNumber ?? (await number());
      const key = `a:${++count}`;
      await receiver.act({ key, conversationId, caseNumber: about, agent: ida, content });
    },
    /** Until nothing is due within so long. */
    async pass(ms: number) {
      const end = clock.at + ms;
      for (;;) {
        for (const due of await store.dueTimers(clock.at, 10)) await receiver.fire(due);
        await work.settle();
        const next = await store.nextDueAt(["web"], ["telegram"]);
        if (next === undefined || next > end) break;
        clock.at = Math.max(clock.at, next);
      }
      clock.at = end;
    },
  };
}

const only = <T>(map: ReadonlyMap<string, T>): T => {
  const [first, ...others] = [...map.values()];
  if (!first || others.length > 0) throw new Error(`${map.size} threads`);
  return first;
};

it("opens a thread with a card when a case is opened, and none before", async () => {
  const shop = openShop();
  await shop.say("bonjour");
  await shop.settle();
  expect(shop.forum.threads.size).toBe(0);
  await shop.openCase();
  await shop.settle();
  const { card, said } = only(shop.forum.threads);
  expect(card).toMatchObject({ number: await shop.number(), status: "open", deeds: ["take"] });
  expect(card.url).toBe(`http://shop.test/console/cases/${await shop.number()}`);
  expect(said).toEqual([]);
});

it("shows the cases that were open before there was a desk", async () => {
  const shop = openShop({ name: "discord" });
  await shop.openCase();
  await shop.settle();
  expect(shop.forum.threads.size).toBe(0);
  await shop.begin();
  await shop.settle();
  expect(only(shop.forum.threads).card.number).toBe(await shop.number());
});

it("shows what the customer writes to people, what agents do and say, and brings the card up to date", async () => {
  const shop = openShop();
  await shop.openCase();
  await shop.act({ type: "taken" });
  await shop.say("vous êtes là ?");
  await shop.act({ type: "noted", text: "client fâché" });
  await shop.act({ type: "said", text: "Oui, je regarde." });
  await shop.pass(1000);
  const { card, said } = only(shop.forum.threads);
  expect(said).toEqual([
    "• Ida a pris la conversation\n\n💬 Client\u00a0: vous êtes là ?\n\n📝 Ida\nclient fâché",
    "✓ Ida\nOui, je regarde.",
  ]);
  expect(card.deeds).toContain("reply");
  await shop.act({ type: "closed" });
  await shop.settle();
  expect(only(shop.forum.threads)).toMatchObject({
    card: { status: "closed", deeds: ["reopen"] },
    shown: 2,
  });
});

it("announces a case that nobody takes again, then to the leads", async () => {
  const shop = openShop();
  await shop.openCase();
  // From Sunday noon to Monday at ten, when the shop has been open for an hour.
  await shop.pass(21 * 3_600_000);
  const number = await shop.number();
  expect(only(shop.forum.threads).said).toEqual([
    `⏰ ${number} · Personne ne l’a encore pris\u00a0: annoncé de nouveau`,
    `⏰ ${number} · Toujours personne\u00a0: annoncé aux responsables`,
  ]);
});

it("shows what was reworded, withdrawn and deleted, each once", async () => {
  const shop = openShop();
  await shop.openCase();
  await shop.act({ type: "taken" });
  await shop.say("mon adresse");
  await shop.act({ type: "said", text: "Demian." });
  const log = await shop.store.readLog("anna", 0, 1000);
  const said = log.findLast(({ body }) => body.type === "message")?.body;
  const message = said?.type === "message" ? said.id : "";
  const heard = log.findLast(({ body }) => body.type === "event" && body.by === "customer")?.body;
  await shop.act({ type: "reworded", message, text: "Demain." });
  await shop.act({ type: "withdrawn", message });
  await shop.receive({ type: "deleted", of: heard?.type === "event" ? heard.key : "" });
  await shop.pass(10_000);
  const shown = only(shop.forum.threads).said.join("\n");
  expect(shown.split("Demain.")).toHaveLength(2);
  expect(shown).toContain("✓ Modifié · Ida\nDemain.");
  expect(shown.split("Ida a retiré un message")).toHaveLength(2);
  expect(shown).toContain("Le client a supprimé un message");
});

describe("how it stands with an agent's words", () => {
  it("is waited for a moment, then shown on its way, and a failure is told", async () => {
    let attempts = 0;
    const shop = openShop({}, async () => {
      attempts++;
      if (attempts > 1) throw new Undeliverable("web", "tooLong");
      return {};
    });
    await shop.openCase();
    await shop.settle();
    await shop.act({ type: "taken" });
    await shop.pass(10_000);
    const said = only(shop.forum.threads).said.join("\n");
    expect(said).toContain("⚠");
  });

  it("holds up nothing longer than that", async () => {
    const shop = openShop({}, async ({ message }) => {
      if (message.author) throw new RateLimited("web", 60_000);
      return {};
    });
    await shop.openCase();
    await shop.act({ type: "taken" });
    await shop.act({ type: "said", text: "Un instant." });
    await shop.say("d'accord");
    await shop.settle();
    expect(only(shop.forum.threads).said.join("\n")).not.toContain("d'accord");
    await shop.pass(4000);
    const said = only(shop.forum.threads).said.join("\n");
    expect(said).toContain("⏳ Ida\nUn instant.\nen route");
    expect(said).toContain("d'accord");
  });
});

describe("a forum that fails", () => {
  it("gets what it did not take, once, in order", async () => {
    const shop = openShop();
    await shop.openCase();
    await shop.settle();
    await shop.act({ type: "taken" });
    shop.forum.failures.push({ at: "post", error: new RateLimited("telegram", 5000) });
    await shop.settle();
    await shop.say("un");
    await shop.say("deux");
    expect(only(shop.forum.threads).said).toEqual([]);
    await shop.pass(10_000);
    expect(only(shop.forum.threads).said).toEqual([
      "• Ida a pris la conversation\n\n💬 Client\u00a0: un\n\n💬 Client\u00a0: deux",
    ]);
  });

  it("is told that a post comes again where its outcome is unknown, with the same extent", async () => {
    const shop = openShop();
    await shop.openCase();
    await shop.act({ type: "taken" });
    shop.forum.failures.push({ at: "post", error: new OutcomeUnknown("telegram"), isDone: true });
    await shop.settle();
    await shop.say("après");
    await shop.pass(10_000);
    const posts = shop.forum.calls.filter((call) => call.startsWith("post"));
    expect(posts).toHaveLength(3);
    expect(posts[1]).toBe(posts[0]?.replace("post ", "post again "));
    expect(only(shop.forum.threads).said.at(-1)).toBe("💬 Client\u00a0: après");
  });

  it("finds the thread that was opened before its answer was lost", async () => {
    const shop = openShop();
    await shop.openCase();
    shop.forum.failures.push({ at: "open", error: new OutcomeUnknown("telegram"), isDone: true });
    await shop.pass(10_000);
    expect(only(shop.forum.threads).shown).toBe(1);
  });

  it("passes over a post that it will never take", async () => {
    const shop = openShop();
    await shop.openCase();
    await shop.act({ type: "taken" });
    await shop.settle();
    shop.forum.failures.push({ at: "post", error: new Undeliverable("telegram", "rejected") });
    await shop.say("un");
    await shop.settle();
    await shop.say("deux");
    await shop.settle();
    expect(only(shop.forum.threads).said.at(-1)).toContain("deux");
  });
});

it("opens a thread that somebody deleted anew, with all that was said about its case", async () => {
  const shop = openShop();
  await shop.openCase();
  await shop.act({ type: "taken" });
  await shop.say("un");
  await shop.settle();
  shop.forum.threads.clear();
  shop.forum.failures.push({ at: "post", error: new ThreadGone("telegram") });
  await shop.say("deux");
  await shop.pass(10_000);
  expect(only(shop.forum.threads).said).toEqual([
    "• Ida a pris la conversation\n\n💬 Client\u00a0: un\n\n💬 Client\u00a0: deux",
  ]);
});

it("tells the thread of another case where the conversation goes on", async () => {
  const shop = openShop();
  await shop.openCase();
  await shop.settle();
  const first = await shop.number();
  await shop.receive({ type: "pressed", choice: "another", revision: 1 });
  await shop.receive({ type: "command", command: "startOver" });
  await shop.openCase();
  await shop.settle();
  const second = await shop.number();
  expect(second).not.toBe(first);
  const [one, two] = [...shop.forum.threads.values()];
  expect(one?.said).toEqual([`La conversation continue dans ${second}.`]);
  expect(two?.card.spans.map(({ text }) => text).join("")).toContain(first);
  await shop.act({ type: "taken" }, first);
  await shop.say("pour le premier");
  await shop.settle();
  expect(two?.said).toContain(`La conversation continue dans ${first}.`);
  expect(one?.said.join("\n")).toContain("pour le premier");
});

it("names on a card the cases of the same order, and of no other, whatever else they share", async () => {
  const shop = openShop();
  for (const [id, order] of [
    ["anna", "48213"],
    ["bo", "48213"],
    ["cia", "482139"],
  ] as const) {
    await shop.receiveFrom(id, { type: "command", command: "person" });
    await shop.receiveFrom(id, { type: "text", text: order });
  }
  const numberOf = async (id: string) => (await shop.store.casesOf(id))[0]?.number ?? "";
  const [anna, bo, cia] = await Promise.all(["anna", "bo", "cia"].map(numberOf));
  await shop.receiveFrom("anna", { type: "command", command: "person" });
  await shop.pass(2000);
  const cards = [...shop.forum.threads.values()].map(({ card }) => card);
  const textOf = (number = "") =>
    cards
      .find((card) => card.number === number)
      ?.spans.map(({ text }) => text)
      .join("") ?? "";
  expect(textOf(anna)).toContain(bo);
  expect(textOf(anna)).not.toContain(cia);
  expect(textOf(cia)).not.toContain(anna);
});

it("sends no more than the forum takes, and what waits becomes one post", async () => {
  const shop = openShop({ pace: { capacity: 3, perSecond: 20 / 60 } });
  const begunAt = shop.clock.at;
  await shop.openCase();
  await shop.settle();
  await shop.act({ type: "taken" });
  for (let index = 0; index < 30; index++) {
    await shop.say(`ligne ${index}`);
    await shop.settle();
  }
  await shop.pass(20_000);
  const spentMs = shop.clock.at - begunAt;
  expect(shop.forum.calls.length).toBeLessThanOrEqual(3 + (spentMs / 60_000) * 20);
  const said = only(shop.forum.threads).said.join("\n");
  for (let index = 0; index < 30; index++) expect(said).toContain(`ligne ${index}`);
});
