import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { plain } from "../../../src/adapters/discord/markdown.ts";
import type { Fault } from "../../support/discord/faults.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, type DiscordBot } from "../../support/discord-bot.ts";
import { canBePressed, inRoom, openThread } from "../../support/discord-customer.ts";

let server: DiscordServer;
let bot: DiscordBot;
let logged: { code: string; message: string }[] = [];

const createMessage = { method: "POST", route: "/channels/{channel_id}/messages" };
const note = (facts: Record<string, unknown>, message: string) =>
  void logged.push({ code: String(facts["code"]), message });
const log = { info: note, warn: note, error: note };

beforeAll(async () => {
  server = await openDiscordServer();
  bot = await openDiscordBot(server, { log });
});

beforeEach(() => {
  logged = [];
});

afterEach(() => {
  server.clearFaults();
  server.enforceLimits(null);
  expect(server.faults).toEqual([]);
});

afterAll(async () => {
  await bot.close();
  await server.close();
});

/** Nothing waits to be sent. */
async function drained(): Promise<void> {
  await expect
    .poll(async () => ((await bot.store.nextDueAt()) ?? Infinity) > Date.now() + 60_000, {
      timeout: 10_000,
    })
    .toBe(true);
}

let people = 0;
const name = (first: string): string => `${first}.${++people}`;

const contents = (place: string) =>
  (server.channel(place)?.messages ?? []).filter(({ author, type }) => author.bot && type === 0);
/** What the bot said there stands there once. */
function expectOnce(place: string): void {
  const texts = contents(place).map(({ content }) => content);
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
}

describe("a message whose answer is lost", () => {
  const lost: [string, Fault][] = [
    ["the connection ends after it was taken", { type: "apply-then-drop" }],
    ["the answer ends in the middle", { type: "truncate" }],
    ["the connection ends before it was taken", { type: "drop" }],
    ["a 500", { type: "error" }],
    ["a 502 of a proxy", { type: "bad-gateway" }],
    ["130000, Discord is overloaded", { type: "refuse", code: 130000, status: 503 }],
  ];
  it.each(lost)("stands there once: %s", async (_, fault) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    const planned = server.fault({ ...createMessage, fault, times: 2 });
    await customer.does({ press: "topic:drop" }, "en");
    await drained();
    expect(planned.hits).toBeGreaterThan(0);
    expectOnce(customer.place);
    expect(contents(customer.place)).toHaveLength(2);
  });

  it("is found again by its content once Discord has forgotten the nonce", async () => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({ ...createMessage, fault: { type: "apply-then-drop" }, times: 1 });
    const forgets = vi.spyOn(server.world.nonces, "set").mockReturnValue(server.world.nonces);
    await customer.does({ press: "topic:drop" }, "en");
    await drained();
    forgets.mockRestore();
    expectOnce(customer.place);
    expect(contents(customer.place)).toHaveLength(2);
  });

  it("is done when the customer had it and it was deleted since (10008)", async () => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({
      ...createMessage,
      fault: { type: "refuse", code: 10008, status: 404 },
      times: 1,
    });
    anna.text(customer.place, "48213");
    await expect.poll(() => bot.accepted.at(-1)?.content).toEqual({ type: "text", text: "48213" });
    await drained();
    expect(await bot.store.listTroubledDeliveries({ limit: 10 })).toEqual([]);
  });
});

describe("a pause that Discord asks for", () => {
  it.each(["user", "global", "shared"] as const)("is kept (429, %s)", async (scope) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    const planned = server.fault({
      ...createMessage,
      fault: { type: "rate-limit", retryAfterMs: 700, scope },
      times: 1,
    });
    await customer.does({ press: "topic:drop" }, "en");
    expect(planned.hits).toBe(1);
    expect(server.earlyCalls).toEqual([]);
    expectOnce(customer.place);
  });

  it("does not hold up another customer", async () => {
    server.enforceLimits({ requests: 5, perMs: 2000 });
    const [anna, bert] = [
      server.user({ username: name("anna") }),
      server.user({ username: name("bert") }),
    ];
    const his = await openThread(bert, server.support);
    const hers = await openThread(anna, server.support);
    for (let i = 0; i < 6; i++) anna.text(hers.place, `/help ${i}`);
    const began = Date.now();
    await his.does({ press: "topic:drop" }, "en");
    expect(Date.now() - began).toBeLessThan(1500);
    expect(server.earlyCalls).toEqual([]);
  });

  it.each([20016, 20028])("without a time is ten seconds (%s)", async (code) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({ ...createMessage, fault: { type: "refuse", code, status: 400 }, times: 1 });
    anna.text(customer.place, "48213");
    await expect.poll(() => logged.some(({ code: word }) => word === "rate-limited")).toBe(true);
    expect((await bot.store.nextDueAt()) ?? 0).toBeGreaterThan(Date.now() + 5000);
  });
});

describe("a message that Discord will never take", () => {
  it.each([200000, 240000, 20009, 50006, 50035, 50045, 40005])(
    "is given up, and people hear of it (%s)",
    async (code) => {
      const anna = server.user({ username: name("anna") });
      const customer = await openThread(anna, server.support);
      server.fault({ ...createMessage, fault: { type: "refuse", code, status: 400 }, times: 1 });
      anna.text(customer.place, "48213");
      const conversationId = `discord-${anna.id}`;
      await expect
        .poll(() => bot.store.listTroubledDeliveries({ limit: 1 }))
        .toMatchObject([{ state: "failed", conversationId }]);
    },
  );
});

describe("a thread", () => {
  it("that is archived is opened again (50083)", async () => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({ ...createMessage, fault: { type: "refuse", code: 50083 }, times: 1 });
    await customer.does({ press: "topic:drop" }, "en");
    expect(
      server.calls.some(
        ({ method, route }) => method === "PATCH" && route === "/channels/{channel_id}",
      ),
    ).toBe(true);
    expectOnce(customer.place);
  });

  it.each([
    [10003, "is gone"],
    [160005, "is locked"],
  ])("%s, that %s: the conversation goes on in a new one", async (code) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({
      ...createMessage,
      route: `/channels/${customer.place}/messages`,
      fault: { type: "refuse", code, status: 404 },
    });
    anna.text(customer.place, "48213");
    const next = await anna.waitForMessage(
      undefined,
      (seen) => canBePressed(seen) && seen.channelId !== customer.place,
    );
    const conversation = await bot.store.load(`discord-${anna.id}`);
    expect(conversation?.address).toBe(next.channelId);
    expect(server.channel(next.channelId)?.thread).toBeDefined();
    const there = await inRoom(anna, next.channelId).catch(() => undefined);
    expect(there).toBeUndefined();
    anna.press(next.id, next.buttons.find(({ disabled }) => !disabled)?.customId ?? "");
  });

  it.each([
    [50001, "sees it"],
    [50013, "may write in it"],
  ])("%s, where the bot no longer %s: it goes on in a direct message", async (code) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    server.fault({
      method: "POST",
      route: /^\/channels\/\{channel_id\}\/threads$/u,
      fault: { type: "refuse", code, status: 403 },
    });
    server.fault({
      ...createMessage,
      route: `/channels/${customer.place}/messages`,
      fault: { type: "refuse", code, status: 403 },
    });
    anna.text(customer.place, "48213");
    await inRoom(anna, anna.dmId);
    expect((await bot.store.load(`discord-${anna.id}`))?.address).toBe(anna.dmId);
  });

  it("can't be opened any more (160006): it begins in a direct message", async () => {
    const most = server.guild.guild.maxActiveThreads;
    server.guild.guild.maxActiveThreads = 0;
    const anna = server.user({ username: name("anna") });
    anna.command("refund", {}, server.support);
    await inRoom(anna, anna.dmId);
    server.guild.guild.maxActiveThreads = most;
  });
});

describe("a direct message", () => {
  it("that is closed goes on in a thread (50007)", async () => {
    const anna = server.user({ username: name("anna") });
    anna.command("refund");
    const customer = await inRoom(anna, anna.dmId);
    anna.user.dmsClosed = true;
    anna.text("dm", "48213");
    const next = await anna.waitForMessage(
      undefined,
      (seen) => canBePressed(seen) && seen.channelId !== customer.place,
    );
    expect(server.channel(next.channelId)?.thread?.members.has(anna.id)).toBe(true);
  });

  it("that is closed waits where no thread can be opened (50007)", async () => {
    server.fault({
      method: "POST",
      route: "/channels/{channel_id}/threads",
      fault: { type: "refuse", code: 50013, status: 403 },
    });
    const anna = server.user({ username: name("anna") });
    anna.command("refund");
    await inRoom(anna, anna.dmId);
    anna.user.dmsClosed = true;
    anna.text("dm", "48213");
    await expect
      .poll(() => bot.store.load(`discord-${anna.id}`))
      .toMatchObject({ unreachable: { reason: "blocked" } });
  });

  it("to somebody without a common server waits (50278)", async () => {
    const anna = server.user({ username: name("anna") });
    anna.command("refund");
    await inRoom(anna, anna.dmId);
    server.fault({
      method: "POST",
      route: "/channels/{channel_id}/threads",
      fault: { type: "refuse", code: 50013, status: 403 },
    });
    server.fault({ ...createMessage, fault: { type: "refuse", code: 50278, status: 403 } });
    anna.text("dm", "48213");
    await expect
      .poll(() => bot.store.load(`discord-${anna.id}`))
      .toMatchObject({ unreachable: { reason: "gone" } });
  });

  it("is opened less fast when Discord says so (40003)", async () => {
    server.fault({
      method: "POST",
      route: "/users/@me/channels",
      fault: { type: "rate-limit", retryAfterMs: 300 },
      times: 1,
    });
    const anna = server.user({ username: name("anna") });
    await putDoor(anna);
    await inRoom(anna, anna.dmId);
  });

  async function putDoor(person: ReturnType<DiscordServer["user"]>): Promise<void> {
    const customer = await openThread(person, server.support);
    const told = person.messages(server.support).findLast(({ ephemeral }) => ephemeral);
    person.press(told?.id ?? "", "In a direct message");
    expect(customer.place).not.toBe(person.dmId);
  }
});

describe("what a customer typed", () => {
  it.each([
    "@everyone @here <@1> <@&2> <#3> </refund:4> <t:1> <:a:5>",
    "**bold** __under__ ~~gone~~ ||secret|| `code` ```block``` [a](https://evil.example) https://evil.example",
    "# heading",
    "-# small",
    "> quote",
    "1. list",
  ])("calls nobody and formats nothing: %s", async (hostile) => {
    const anna = server.user({ username: name("anna") });
    const customer = await openThread(anna, server.support);
    for (const deed of [
      { press: "topic:other" },
      { write: "48213" },
      { write: `What happened: ${hostile} and it goes on` },
      { write: "Followers" },
      { write: "instagram.com/me" },
    ])
      await customer.does(deed, "en");
    await customer.does({ press: "pictures:none" }, "en");
    const review = customer.asks;
    expect(plain(review.content)).toContain(hostile);
    for (const message of anna.messages(customer.place)) {
      if (!message.fromBot || message.type !== 0) continue;
      expect(message.pings).toEqual([]);
      expect(message.pingsEveryone).toBe(false);
    }
    expect(review.content).not.toMatch(/(?<!\\)(?:<@|<#|@everyone|\|\||`|~~|__)|https:\/\/evil/u);
    const create = server.calls.filter(
      ({ method, route }) => method === "POST" && route === createMessage.route,
    );
    for (const { body } of create)
      expect(body).toMatchObject({ allowed_mentions: { parse: [] }, enforce_nonce: true });
  });
});

it("disables what was used: at once by the press, and after an answer in words", async () => {
  const anna = server.user({ username: name("anna") });
  const customer = await openThread(anna, server.support);
  const topics = customer.asks.id;
  await customer.does({ press: "topic:drop" }, "en");
  expect(anna.message(topics)?.selects).toMatchObject([
    {
      disabled: true,
      options: expect.arrayContaining([
        expect.objectContaining({ value: "topic:drop", chosen: true }),
      ]),
    },
  ]);
  const question = customer.asks.id;
  await customer.does({ write: "48213" }, "en");
  await expect
    .poll(() => anna.message(question)?.buttons.every(({ disabled }) => disabled))
    .toBe(true);
});

it("gives the withdrawal’s receipt as a file", async () => {
  const anna = server.user({ username: name("anna"), locale: "fr" });
  const customer = await openThread(anna, server.support);
  await customer.does({ press: "topic:changedMind" }, "fr");
  await customer.does({ write: "48213" }, "fr");
  await customer.does({ write: "Je me rétracte de ce contrat" }, "fr");
  const [file] = anna.messages(customer.place).flatMap(({ attachments }) => attachments);
  expect(file?.name).toMatch(/\.txt$/u);
  expect(file?.bytes.toString()).toContain("Je me rétracte");
});
