import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Update } from "@grammyjs/types";
import { Bot } from "grammy/web";
import { afterEach, describe, expect, it } from "vitest";
import { openTelegramServer, type TelegramOptions, type TelegramServer } from "./server.ts";

const clock = { at: 0 };
const start = Date.UTC(2026, 2, 1, 12);
let server: TelegramServer;
const closing: (() => void)[] = [];

async function open(options?: TelegramOptions): Promise<Bot["api"]> {
  clock.at = start;
  server = await openTelegramServer({ now: () => clock.at, ...options });
  return new Bot(server.token, { client: { apiRoot: server.url, timeoutSeconds: 5 } }).api;
}

afterEach(async () => {
  const { faults } = server;
  await server.close();
  for (const close of closing.splice(0)) close();
  expect(faults).toEqual([]);
});

const ids = (updates: readonly Update[]) => updates.map((update) => update.update_id);
const textsOf = (updates: readonly Update[]) => updates.map((update) => update.message?.text);
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const refused = (description: string) => expect.objectContaining({ description });

describe("getUpdates", () => {
  it("forgets an update once a higher offset is asked for, and not before", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    for (const text of ["a", "b", "c"]) customer.text(text);
    const all = await api.getUpdates();
    const [a = 0, b = 0, c = 0] = ids(all);
    expect(await api.getUpdates()).toEqual(all);
    expect(ids(await api.getUpdates({ limit: 2 }))).toEqual([a, b]);
    expect(ids(await api.getUpdates({ offset: b }))).toEqual([b, c]);
    expect(ids(await api.getUpdates({ offset: a }))).toEqual([b, c]);
    expect(ids(await api.getUpdates({ offset: -1 }))).toEqual([c]);
    expect(ids(await api.getUpdates())).toEqual([c]);
    expect(ids(await api.getUpdates({ offset: c + 1 }))).toEqual([]);
    expect(ids(await api.getUpdates())).toEqual([]);
  });

  it("brings again, under a new number, what was confirmed, where it is told to", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    for (const text of ["a", "b", "c"]) customer.text(text);
    const [, , c = 0] = ids(await api.getUpdates());
    await api.getUpdates({ offset: c });
    server.world.updates.bringAgain(1);
    const again = await api.getUpdates();
    expect(textsOf(again)).toEqual(["c", "b"]);
    expect(ids(again)).toEqual([c, c + 1]);
  });

  it("waits for the next update, and gives an album's parts together", async () => {
    const api = await open();
    const polling = api.getUpdates({ timeout: 5 });
    await until(() => server.isPolled);
    const bytes = Buffer.from("x");
    server.user({ id: 7 }).album([
      { type: "document", bytes },
      { type: "document", bytes },
    ]);
    expect((await polling).length).toBe(2);
  });

  it("ends the poll of another, and is refused beside a webhook", async () => {
    const api = await open();
    const first = problem(api.getUpdates({ timeout: 5 }));
    const second = problem(api.getUpdates({ timeout: 5 }));
    server.user({ id: 7 });
    const conflict = refused(
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
    expect(await Promise.race([first, second])).toEqual(conflict);
    await api.setWebhook("http://localhost:9/hook");
    await Promise.all([first, second]);
    expect(await problem(api.getUpdates())).toEqual(
      refused(
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      ),
    );
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
  });

  it("drops messages after a day and presses after 150 seconds", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    const { message_id: id } = await api.sendMessage(7, "?", {
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
    });
    customer.press(id, "Yes");
    clock.at += 149_999;
    expect((await api.getUpdates()).length).toBe(2);
    clock.at += 1;
    expect(textsOf(await api.getUpdates())).toEqual(["/start"]);
    clock.at = start + 24 * 3_600_000;
    expect(await api.getUpdates()).toEqual([]);
  });

  it("keeps to the kinds that were asked for until others are", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    const { message_id: id } = customer.text("a");
    customer.react(id, "👍");
    expect((await api.getUpdates({ allowed_updates: ["message_reaction"] })).length).toBe(1);
    customer.text("b");
    customer.react(id, "👀");
    expect((await api.getUpdates()).map((update) => Object.keys(update)[1])).toEqual([
      "message",
      "message_reaction",
    ]);
  });

  it("goes on at any number after a week, and takes an old offset for none", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.text("a");
    const [id = 0] = ids(await api.getUpdates());
    await api.getUpdates({ offset: id + 1 });
    server.jumpUpdateId(500);
    customer.text("b");
    expect(ids(await api.getUpdates({ offset: id + 1 }))).toEqual([500]);
  });
});

describe("a press", () => {
  it("is answered once, and only in time", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    const { message_id: id } = await api.sendMessage(7, "?", {
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
    });
    const press = customer.press(id, "yes");
    const late = customer.pressOld(99, "gone");
    const updates = await api.getUpdates();
    expect(updates[1]?.callback_query).toMatchObject({ id: press.id, data: "yes" });
    expect(updates[2]?.callback_query?.message).toMatchObject({ date: 0, message_id: 99 });
    await api.answerCallbackQuery(press.id, { text: "Noted" });
    expect(await press.answered).toEqual({ text: "Noted" });
    clock.at += 60_000;
    const tooOld = refused(
      "Bad Request: query is too old and response timeout expired or query ID is invalid",
    );
    expect(await problem(api.answerCallbackQuery(press.id))).toEqual(tooOld);
    expect(await problem(api.answerCallbackQuery(late.id))).toEqual(tooOld);
  });
});

/** A webhook that answers as it is told; what it holds back waits in `held`. */
async function openHook() {
  const got: { update: Update; secret: string | undefined }[] = [];
  const watchers = new Set<() => void>();
  const hook = {
    got,
    url: "",
    answer: (_update: Update, response: ServerResponse): void => void response.end(),
    async received(count: number): Promise<string[]> {
      while (got.length < count)
        await new Promise<void>((resolve) => {
          watchers.add(resolve);
        });
      return got.map(
        ({ update }) => update.message?.text ?? update.callback_query?.data ?? "block",
      );
    },
  };
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const update = JSON.parse(body) as Update;
      const secret = request.headers["x-telegram-bot-api-secret-token"];
      got.push({ update, secret: secret as string | undefined });
      hook.answer(update, response);
      for (const watcher of watchers) watcher();
      watchers.clear();
    });
  });
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  closing.push(() => {
    http.closeAllConnections();
    http.close();
  });
  hook.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
  return hook;
}

describe("the webhook", () => {
  it("gets what was pending and what comes, with its secret", async () => {
    const api = await open();
    const hook = await openHook();
    server.user({ id: 7 }).text("before");
    await api.setWebhook(hook.url, { secret_token: "s3cret" });
    await hook.received(1);
    server.user({ id: 7 }).text("after");
    expect(await hook.received(2)).toEqual(["before", "after"]);
    expect(hook.got.map(({ secret }) => secret)).toEqual(["s3cret", "s3cret"]);
    await until(() => server.world.updates.size === 0);
    expect(await api.getWebhookInfo()).toMatchObject({ url: hook.url, pending_update_count: 0 });
  });

  it("gets a chat's messages in order, while presses and blocks overtake them", async () => {
    const api = await open({ webhook: { firstMs: 1, secondMs: 1 } });
    const hook = await openHook();
    const held: ServerResponse[] = [];
    hook.answer = (update, response) => {
      if (update.message?.text === "one") held.push(response);
      else response.end();
    };
    await api.setWebhook(hook.url);
    const customer = server.user({ id: 7 });
    customer.text("one");
    customer.text("two");
    const { message_id: id } = await api.sendMessage(7, "?", {
      reply_markup: { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] },
    });
    customer.press(id, "go");
    customer.block();
    server.user({ id: 8 }).text("other chat");
    expect((await hook.received(4)).sort()).toEqual(["block", "go", "one", "other chat"]);
    held[0]?.end();
    expect((await hook.received(5)).at(-1)).toBe("two");
  });

  it("is tried again until it answers 2xx, and says what went wrong", async () => {
    const api = await open({ webhook: { firstMs: 1, mostMs: 4, secondMs: 1 } });
    const hook = await openHook();
    let tries = 0;
    hook.answer = (_, response) => {
      tries++;
      response.statusCode = tries < 4 ? 503 : 204;
      if (tries === 2) response.setHeader("Retry-After", 20);
      response.end();
    };
    await api.setWebhook(hook.url);
    const customer = server.user({ id: 7 });
    customer.text("one");
    customer.text("two");
    expect(await hook.received(5)).toEqual(["one", "one", "one", "one", "two"]);
    expect(await api.getWebhookInfo()).toMatchObject({
      last_error_message: "Wrong response from the webhook: 503 Service Unavailable",
    });
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}
