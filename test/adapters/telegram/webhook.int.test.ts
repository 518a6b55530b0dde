import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config.ts";
import { BadConfig } from "../../../src/core/errors.ts";
import type { Customer } from "../../support/telegram/people.ts";
import {
  choose,
  eventually,
  mistakes,
  none,
  openBot,
  pressChoice,
  question,
  secret,
  type TestBot,
} from "./bot.ts";

let bot: TestBot;
afterEach(async () => {
  const { server } = bot;
  await bot.close();
  expect(mistakes(server)).toEqual(none);
});

async function open(): Promise<Customer> {
  bot = await openBot({ webhook: true });
  await bot.server.waitForCall(({ method }) => method === "setWebhook");
  return bot.server.user({ id: 7, languageCode: "en" });
}

const update = (id: number, text: string) => ({
  update_id: id,
  message: {
    message_id: id,
    date: Math.floor(bot.clock.now() / 1000),
    chat: { id: 7, type: "private", first_name: "Anna" },
    from: { id: 7, is_bot: false, first_name: "Anna", language_code: "en" },
    text,
  },
});

function post(body: unknown, given: string | undefined = secret, init: RequestInit = {}) {
  return fetch(bot.webhookUrl, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(given !== "" && { "X-Telegram-Bot-Api-Secret-Token": given }),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}

const events = () => bot.eventsOf({ id: 7 });

describe("whoever is not Telegram", () => {
  it.each([
    ["none", ""],
    ["a short one", "x"],
    ["another", secret.toUpperCase()],
    ["one with a wrong byte", `${secret.slice(0, -1)}t`],
    ["one with a byte more", `${secret}x`],
    ["its beginning", secret.slice(0, -1)],
  ])("is sent away with %s for a secret, and nothing is stored", async (_, given) => {
    await open();
    const answer = await post(update(1, "48213"), given);
    expect([answer.status, await answer.text()]).toEqual([401, ""]);
    expect(await bot.store.load("telegram-7")).toBeUndefined();
  });

  it("is not read at all: neither a huge body nor another method", async () => {
    await open();
    expect((await post("x".repeat(2 * 2 ** 20), "")).status).toBe(401);
    expect((await fetch(bot.webhookUrl)).status).toBe(401);
  });
});

describe("what comes", () => {
  it("is refused when it is too large", async () => {
    await open();
    expect((await post(update(1, "x".repeat(2 ** 20)))).status).toBe(413);
    expect(await bot.store.load("telegram-7")).toBeUndefined();
  });

  it("may come slowly, and keeps nobody else waiting", async () => {
    await open();
    const body = JSON.stringify(update(1, "hello"));
    const socket = connect(Number(new URL(bot.webhookUrl).port), "127.0.0.1");
    socket.write(
      [
        "POST /telegram HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        `X-Telegram-Bot-Api-Secret-Token: ${secret}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        "Connection: close",
        "",
        body.slice(0, 20),
      ].join("\r\n"),
    );
    const ben = bot.server.user({ id: 8, languageCode: "en" });
    await choose(ben, "drop");
    expect(await bot.store.load("telegram-7")).toBeUndefined();
    const answered = new Promise<string>((resolve) =>
      socket.once("data", (data) => resolve(String(data))),
    );
    socket.write(body.slice(20));
    expect(await answered).toMatch(/^HTTP\/1\.1 200/u);
    expect(await events()).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{ CANARY"],
    ["no object", '"CANARY"'],
    ["nothing", ""],
    ["null", "null"],
    ["no update", '{"ok":"CANARY"}'],
  ])("is passed over when it is %s, and told without its words", async (_, body) => {
    await open();
    const answer = await post(body);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    const lines = bot.logged.filter((line) => line.includes("malformed"));
    expect(lines).toHaveLength(1);
    expect(bot.logged.join("")).not.toContain("CANARY");
  });

  it.each([
    ["message without a chat", { message: { message_id: 1, date: 1, text: "CANARY" } }],
    ["message that is a text", { message: "CANARY" }],
    ["press without a person", { callback_query: { id: "1", data: "1:x", message: {} } }],
    ["edit of nothing", { edited_message: null }],
    ["kind that nobody knows", { canary_event: { text: "CANARY" } }],
  ])("is passed over when it is a %s", async (_, content) => {
    await open();
    expect((await post({ update_id: 1, ...content })).status).toBe(200);
    expect(bot.logged.join("")).not.toContain("CANARY");
  });

  it("comes again when the store is down, and then counts once", async () => {
    const anna = await open();
    await choose(anna, "drop");
    await bot.allTaken();
    bot.faults.storeIsDown = true;
    const answer = await post(update(9000, "48213"));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    anna.text("48213");
    await eventually(() => bot.logged.join("")).toContain("can't be taken now");
    bot.faults.storeIsDown = false;
    bot.clock.pass(1000);
    await question(anna, "How far along");
    // What was sent as the store went down is no doubt afterwards.
    expect(await bot.store.listTroubledDeliveries({ limit: 10 })).toEqual([]);
    expect((await events()).filter((type) => type === "answered")).toHaveLength(1);
  });

  it("counts once, however often and at once it comes", async () => {
    const anna = await open();
    await choose(anna, "drop");
    let sent = 0;
    for (let times = 1; times <= 5; times++) {
      const before = (await events()).length;
      const same = update(9000 + times, `hm ${++sent}`);
      const answers = await Promise.all(Array.from({ length: times }, () => post(same)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await events()).toHaveLength(before + 1);
      await question(anna);
    }
  });

  it("may overtake: a press before the text that was written first", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    const late = update(9000, "48213");
    pressChoice(anna, order, "orderNumber:unknown");
    await question(anna, "How far along");
    await post(late);
    const again = await question(anna);
    expect(again.text).toContain("How far along");
    expect((await events()).filter((type) => type === "answered")).toHaveLength(1);
  });
});

it("keeps what came with polling when the webhook takes over, and the other way round", async () => {
  bot = await openBot();
  const anna = bot.server.user({ id: 7, languageCode: "en" });
  await choose(anna, "drop");
  await bot.stop();
  anna.text("48213");
  await bot.start({ webhook: true });
  await question(anna, "How far along");
  await bot.stop();
  anna.text("marked as complete");
  await bot.start({ webhook: false });
  await question(anna, "How many did you order");
  expect((await events()).filter((type) => type === "answered")).toHaveLength(2);
});

it("a conversation that can’t be gone on with keeps nobody else’s updates back", async () => {
  bot = await openBot();
  const anna = bot.server.user({ id: 7, languageCode: "en" });
  const ben = bot.server.user({ id: 8, languageCode: "en" });
  await choose(anna, "drop");
  const stored = await bot.store.load("telegram-7");
  if (!stored) throw new Error("there is no conversation");
  const { revision, flowVersion } = stored;
  await bot.store.commit({
    conversation: { ...stored, revision: revision + 1, flowVersion: flowVersion + 1 },
    handled: "a newer bot",
    at: bot.clock.now(),
    log: [],
    timers: [],
    cases: [],
  });
  anna.text("48213");
  await choose(ben, "drop");
  await bot.allTaken();
  await eventually(() => bot.logged.join("")).toContain("conversation-too-new");
  // The newer bot is back: what was held is taken.
  const newer = await bot.store.load("telegram-7");
  await bot.store.commit({
    conversation: { ...stored, revision: (newer?.revision ?? 0) + 1 },
    handled: "the newer bot again",
    at: bot.clock.now(),
    log: [],
    timers: [],
    cases: [],
  });
  bot.clock.pass(5000);
  await question(anna, "How far along");
});

describe("the start", () => {
  const token = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
  const url = "https://chat.viplikes.net/telegram";
  const faultsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      readConfig({ TELEGRAM_BOT_TOKEN: token, ...environment });
      return [];
    } catch (error) {
      return error instanceof BadConfig ? error.faults : [String(error)];
    }
  };
  it("refuses a webhook without a secret, and a secret that can be guessed", async () => {
    await open();
    expect(
      faultsOf({ TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: "a".repeat(32) }),
    ).toEqual([]);
    expect(faultsOf({ TELEGRAM_WEBHOOK_URL: url })).toEqual([
      expect.stringContaining("TELEGRAM_WEBHOOK_SECRET"),
    ]);
    for (const weak of ["a".repeat(31), "x", "a secret with spaces in it, of 40 bytes"])
      expect(faultsOf({ TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: weak })).toEqual([
        expect.stringContaining("32"),
      ]);
    for (const address of ["http://chat.viplikes.net/telegram", "https://chat.viplikes.net/"])
      expect(
        faultsOf({ TELEGRAM_WEBHOOK_URL: address, TELEGRAM_WEBHOOK_SECRET: secret }),
      ).toHaveLength(1);
  });
});
