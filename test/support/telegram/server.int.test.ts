import { Bot, GrammyError, HttpError, InputFile } from "grammy/web";
import { afterEach, describe, expect, it } from "vitest";
import { chaos, failing } from "./faults.ts";
import { openTelegramServer, type TelegramOptions, type TelegramServer } from "./server.ts";
import { specMissing } from "./spec.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let server: TelegramServer;
let expectedFaults: unknown = [];

async function open(options?: TelegramOptions): Promise<Bot["api"]> {
  server = await openTelegramServer(options);
  return new Bot(server.token, { client: { apiRoot: server.url, timeoutSeconds: 5 } }).api;
}

afterEach(async () => {
  const { faults } = server;
  await server.close();
  const expected = expectedFaults;
  expectedFaults = [];
  expect(faults).toEqual(expected);
});

const refused = (description: string, parameters = {}) =>
  expect.objectContaining({ description, parameters });
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a message", () => {
  it("goes to a person who has started, and back", async () => {
    const api = await open();
    const customer = server.user({ id: 7, firstName: "Ada", languageCode: "sv" });
    expect(await problem(api.sendMessage(7, "Hej"))).toEqual(
      refused("Forbidden: bot can't initiate conversation with a user"),
    );
    expect(await problem(api.sendMessage(8, "Hej"))).toEqual(
      refused("Bad Request: chat not found"),
    );
    customer.start("drop");
    const [update] = await api.getUpdates();
    expect(update?.message).toMatchObject({
      text: "/start drop",
      from: { id: 7, first_name: "Ada", language_code: "sv" },
      entities: [{ type: "bot_command", offset: 0, length: 6 }],
    });
    const sent = await api.sendMessage(7, "Hej på dig", {
      entities: [{ type: "bold", offset: 0, length: 3 }],
      reply_parameters: { message_id: update?.message?.message_id ?? 0 },
      reply_markup: { inline_keyboard: [[{ text: "Ja", callback_data: "yes" }]] },
    });
    expect(sent).toMatchObject({
      from: { id: server.bot.id, is_bot: true },
      chat: { id: 7, type: "private" },
      reply_to_message: { text: "/start drop" },
    });
    const seen = await customer.waitForMessage();
    expect(seen).toMatchObject({ text: "Hej på dig", buttons: [{ label: "Ja", data: "yes" }] });
    expect(server.calls.at(-1)).toMatchObject({
      method: "sendMessage",
      chatId: 7,
      applied: true,
      outcome: "ok",
      messageId: seen.id,
    });
  });

  it("is edited, deleted, and says so when there is nothing to do", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    const { message_id: id } = await api.sendMessage(7, "one");
    await api.editMessageText(7, id, "two");
    expect(customer.lastMessage()).toMatchObject({ text: "two", isEdited: true });
    expect(await problem(api.editMessageText(7, id, "two"))).toEqual(
      refused(
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
      ),
    );
    await api.editMessageReplyMarkup(7, id, {
      reply_markup: { inline_keyboard: [[{ text: "Non", callback_data: "no" }]] },
    });
    expect(customer.lastMessage()?.buttons).toEqual([{ label: "Non", data: "no" }]);
    await api.editMessageReplyMarkup(7, id);
    expect(customer.lastMessage()?.buttons).toEqual([]);
    await api.deleteMessage(7, id);
    expect(customer.lastMessage()).toBeUndefined();
    expect(await problem(api.deleteMessage(7, id))).toEqual(
      refused("Bad Request: message to delete not found"),
    );
    expect(await problem(api.editMessageText(7, id, "three"))).toEqual(
      refused("Bad Request: message to edit not found"),
    );
  });

  it("does not reach who has blocked the bot or is gone", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    customer.block();
    expect(await problem(api.sendMessage(7, "?"))).toEqual(
      refused("Forbidden: bot was blocked by the user"),
    );
    customer.unblock();
    await api.sendMessage(7, "!");
    customer.deactivate();
    expect(await problem(api.sendMessage(7, "?"))).toEqual(
      refused("Forbidden: user is deactivated"),
    );
    const updates = await api.getUpdates();
    expect(updates.map((update) => update.my_chat_member?.new_chat_member.status)).toEqual([
      undefined,
      "kicked",
      "member",
    ]);
  });
});

describe("files", () => {
  it("come as an album and are downloaded by their path", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.album(
      [
        { type: "photo", bytes: png },
        { type: "photo", bytes: png },
      ],
      { caption: "proof" },
    );
    const [first, second] = await api.getUpdates();
    expect(first?.message?.caption).toBe("proof");
    expect(second?.message?.caption).toBeUndefined();
    expect(first?.message?.media_group_id).toBe(second?.message?.media_group_id);
    const file = await api.getFile(second?.message?.photo?.at(-1)?.file_id ?? "");
    const answer = await fetch(`${server.url}/file/bot${server.token}/${file.file_path}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
  });

  it("are refused over 20 MB and when forgotten", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    const { document } = customer.document(png, { fileName: "big.png", size: 21 * 2 ** 20 });
    expect(await problem(api.getFile(document?.file_id ?? ""))).toEqual(
      refused("Bad Request: file is too big"),
    );
    const { voice } = customer.voice(png);
    server.forgetFile(voice?.file_id ?? "");
    expect(await problem(api.getFile(voice?.file_id ?? ""))).toEqual(
      refused("Bad Request: wrong file_id or the file is temporarily unavailable"),
    );
  });

  it("go out by upload, by id and as an album", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    const sent = await api.sendDocument(7, new InputFile(Buffer.from("a;b"), "case; RF.csv"), {
      caption: "The case",
      reply_markup: { inline_keyboard: [[{ text: "Ok", callback_data: "1" }]] },
    });
    expect(sent.document).toMatchObject({ file_name: "case; RF.csv", mime_type: "text/csv" });
    expect(Buffer.from(customer.lastMessage()?.file?.bytes ?? []).toString()).toBe("a;b");
    await api.sendDocument(7, sent.document.file_id);
    const album = await api.sendMediaGroup(7, [
      { type: "photo", media: new InputFile(png, "a.png"), caption: "both" },
      { type: "photo", media: new InputFile(png, "b.png") },
    ]);
    expect(new Set(album.map((each) => "media_group_id" in each && each.media_group_id)).size).toBe(
      1,
    );
    expect(await problem(api.sendPhoto(7, new InputFile(Buffer.from("no"), "a.png")))).toEqual(
      refused("Bad Request: IMAGE_PROCESS_FAILED"),
    );
  });
});

describe.skipIf(specMissing !== undefined)("the check against the specification", () => {
  const cases: [string, string, unknown, string][] = [
    [
      "an unknown field",
      "sendMessage",
      { chat_id: 7, text: "a", txt: 1 },
      "sendMessage has no field txt",
    ],
    ["a missing field", "sendMessage", { chat_id: 7 }, "text is missing"],
    ["a wrong type", "sendMessage", { chat_id: 7, text: 5 }, "text is no String: 5"],
    [
      "a wrong type deep inside",
      "sendMessage",
      {
        chat_id: 7,
        text: "a",
        reply_markup: { inline_keyboard: [[{ text: 1, callback_data: "a" }]] },
      },
      "reply_markup.inline_keyboard[0][0].text is no String: 1",
    ],
    [
      "an unknown field deep inside",
      "sendMessage",
      { chat_id: 7, text: "a", entities: [{ type: "bold", offset: 0, length: 1, size: 2 }] },
      "MessageEntity has no field entities[0].size",
    ],
    [
      "the field of another member of a union",
      "sendMediaGroup",
      { chat_id: 7, media: [{ type: "photo", media: "x", duration: 3 }] },
      "InputMediaPhoto has no field media[0].duration",
    ],
  ];
  it.each(cases)("finds %s", async (_, method, params, fault) => {
    await open();
    const answer = await fetch(`${server.url}/bot${server.token}/${method}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(params),
    });
    expect(answer.status).toBe(400);
    expectedFaults = [`${method}: Bad Request: ${fault}`];
  });
});

describe("limits of length", () => {
  const cases: [string, object, string][] = [
    ["text", { text: "x".repeat(4097) }, "message is too long"],
    ["no text", { text: " \n" }, "message text is empty"],
    [
      "callback data",
      {
        text: "a",
        reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "é".repeat(33) }]] },
      },
      "BUTTON_DATA_INVALID",
    ],
    [
      "an entity beyond the text",
      { text: "å", entities: [{ type: "bold", offset: 0, length: 2 }] },
      "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2",
    ],
    [
      "an entity that cuts an emoji",
      { text: "👋a", entities: [{ type: "bold", offset: 1, length: 2 }] },
      "entity begins in a middle of a UTF-16 symbol at UTF-16 offset 1",
    ],
  ];
  it.each(cases)("hold for %s", async (_, params, description) => {
    const api = await open();
    server.user({ id: 7 }).start();
    const call = api.raw.sendMessage({ chat_id: 7, text: "", ...params });
    expect(await problem(call)).toEqual(refused(`Bad Request: ${description}`));
    expectedFaults = [`sendMessage: Bad Request: ${description}`];
  });
});

describe("the form of a request", () => {
  it("is JSON, urlencoded or multipart, whichever the client likes", async () => {
    await open();
    const customer = server.user({ id: 7 });
    customer.start();
    const root = `${server.url}/bot${server.token}`;
    await fetch(`${root}/sendMessage`, {
      method: "POST",
      body: new URLSearchParams({ chat_id: "7", text: "42", disable_notification: "true" }),
    });
    expect(customer.lastMessage()?.text).toBe("42");
    const form = new FormData();
    form.append("chat_id", "7");
    form.append("caption", "[as typed]");
    form.append("photo", new Blob([png]), "a.png");
    await fetch(`${root}/sendPhoto`, { method: "POST", body: form });
    expect(customer.lastMessage()).toMatchObject({ text: "[as typed]", file: { kind: "photo" } });
  });

  it("may have white space around the text, which is not kept", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    await api.sendMessage(7, "\n  Hej på dig \n", {
      entities: [{ type: "bold", offset: 3, length: 12 }],
    });
    expect(customer.lastMessage()).toMatchObject({
      text: "Hej på dig",
      entities: [{ type: "bold", offset: 0, length: 10 }],
    });
    await api.sendMessage(7, '<b>Hej</b> &lt;3 <a href="https://a.example">du</a>', {
      parse_mode: "HTML",
    });
    expect(customer.lastMessage()).toMatchObject({
      text: "Hej <3 du",
      entities: [
        { type: "bold", offset: 0, length: 3 },
        { type: "text_link", offset: 7, length: 2, url: "https://a.example" },
      ],
    });
  });
});

describe("the token", () => {
  it("is asked for, and a method that is none is not found", async () => {
    const api = await open();
    const other = new Bot("1:wrong", { client: { apiRoot: server.url } });
    expect(await problem(other.api.getMe())).toEqual(refused("Unauthorized"));
    const raw = api.raw as unknown as Record<string, () => Promise<unknown>>;
    expect(await problem(raw["sendNothing"]?.() ?? Promise.resolve())).toEqual(
      refused("Not Found"),
    );
    expectedFaults = ["sendNothing: no such method"];
    server.revokeToken();
    expect(await problem(api.getMe())).toEqual(refused("Unauthorized"));
  });
});

describe("a planned fault", () => {
  const send = (api: Bot["api"]) => problem(api.sendMessage(7, "once"));

  it.each([
    ["500", GrammyError, false],
    ["502", HttpError, false],
    ["drop", HttpError, false],
    ["409", GrammyError, false],
    ["401", GrammyError, false],
    ["apply-then-drop", HttpError, true],
    ["apply-then-truncate", HttpError, true],
  ] as const)("%s is logged as it was", async (type, kind, applied) => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    server.fault(failing("sendMessage", { type }));
    expect(await send(api)).toBeInstanceOf(kind);
    expect(server.calls.at(-1)).toMatchObject({ outcome: type, applied });
    expect(customer.chat.messages.length).toBe(applied ? 2 : 1);
    expect(await send(api)).toBeUndefined();
  });

  it("leaves an answer out after the message was sent", async () => {
    const api = await open();
    const customer = server.user({ id: 7 });
    customer.start();
    server.fault(failing("sendMessage", { type: "apply-then-hang" }));
    const controller = new AbortController();
    const sending = problem(api.sendMessage(7, "once", {}, controller.signal as never));
    await customer.waitForMessage();
    controller.abort();
    expect(await sending).toBeInstanceOf(HttpError);
  });

  it("comes by a seed, the same again for the same", async () => {
    const api = await open();
    server.user({ id: 7 }).start();
    const outcomes = async () => {
      const from = server.calls.length;
      const end = server.fault(
        chaos(5, { oneIn: 3, faults: [{ type: "500" }, { type: "apply-then-drop" }] }),
      );
      for (let sent = 0; sent < 12; sent++) await send(api);
      end();
      return server.calls.slice(from).map(({ outcome }) => outcome);
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set(["ok", "500", "apply-then-drop"]));
    expect(await outcomes()).toEqual(first);
  });

  it("429 names the seconds and remembers who does not wait", async () => {
    const clock = { at: 1_800_000_000_000 };
    const api = await open({ now: () => clock.at });
    server.user({ id: 7 }).start();
    server.fault(failing("sendMessage", { type: "429", retryAfter: 3 }));
    expect(await send(api)).toEqual(
      refused("Too Many Requests: retry after 3", { retry_after: 3 }),
    );
    clock.at += 2999;
    await send(api);
    expect(server.earlyCalls.length).toBe(1);
    clock.at += 1;
    await send(api);
    expect(server.earlyCalls.length).toBe(1);
  });
});

describe("the real limits", () => {
  it("let a burst through, then one a second; a group has 20 a minute", async () => {
    const clock = { at: 1_800_000_000_000 };
    const api = await open({ now: () => clock.at, limits: true });
    server.user({ id: 7 }).start();
    for (let sent = 0; sent < 5; sent++) await api.sendMessage(7, "burst");
    expect(await problem(api.sendMessage(7, "more"))).toEqual(
      refused("Too Many Requests: retry after 1", { retry_after: 1 }),
    );
    clock.at += 1000;
    await api.sendMessage(7, "more");
    server.group({ id: -100_500, forum: true });
    for (let sent = 0; sent < 20; sent++) {
      clock.at += 1000;
      await api.sendMessage(-100_500, "news");
    }
    clock.at += 1000;
    expect(await problem(api.sendMessage(-100_500, "news"))).toMatchObject({
      parameters: { retry_after: 40 },
    });
  });
});
