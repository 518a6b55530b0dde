import { readFileSync } from "node:fs";
import type { Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import { readUpdate, type Reading } from "../../../src/adapters/telegram/inbound.ts";
import type { HeldInbound } from "../../../src/core/inbound.ts";

/** As Telegram sends them, whole. */
const recorded = JSON.parse(
  readFileSync(new URL("../../fixtures/telegram/updates.json", import.meta.url), "utf8"),
) as Record<string, Update>;

const self = { id: 123456789, username: "viplikes_test_bot" };
const chat = 5012345678;
const ofMessage = (id: number) => `telegram:123456789:message:${chat}:${id}`;

const read = (name: string): Reading => readUpdate(recorded[name] as Update, self);

function inboundOf(reading: Reading): HeldInbound | undefined {
  return reading.type === "inbound" || reading.type === "press" ? reading.inbound : undefined;
}

/** A message of the customer's with these fields. */
const message = (fields: object): Reading =>
  readUpdate(
    {
      update_id: 1,
      message: {
        message_id: 60,
        date: 1,
        from: { id: chat, is_bot: false, first_name: "x", language_code: "fr" },
        chat: { id: chat, type: "private", first_name: "x" },
        ...fields,
      },
    } as Update,
    self,
  );
const contentOf = (fields: object) => inboundOf(message(fields))?.content;

describe("a message", () => {
  it("is a text under its natural key, with where it is answered and in which language", () => {
    expect(inboundOf(read("text"))).toEqual({
      key: ofMessage(41),
      conversationId: "telegram-5012345678",
      channel: "telegram",
      address: "5012345678",
      language: "fr",
      content: { type: "text", text: "c’est la commande n° 48213" },
    });
  });

  it("of a command is what the command means", () => {
    expect(inboundOf(read("start"))?.content).toEqual({ type: "started", payload: "drop_48213" });
    expect(inboundOf(read("commandWithName"))).toMatchObject({
      language: "sv",
      content: { type: "command", command: "startOver" },
    });
    for (const [text, content] of [
      ["/start", { type: "started" }],
      ["/START  x", { type: "started", payload: "x" }],
      [`/start ${"x".repeat(64)}`, { type: "started", payload: "x".repeat(64) }],
      ["/human", { type: "command", command: "person" }],
      ["/status", { type: "command", command: "status" }],
      ["/language", { type: "command", command: "language" }],
      ["/help ", { type: "command", command: "help" }],
      ...["/settings", "/constructor", "/__proto__", "/toString", "/", "//help", "x /help"].map(
        (other) => [other, { type: "text", text: other }] as const,
      ),
    ] as const)
      expect(contentOf({ text }), text).toEqual(content);
  });

  it("of a picture or a file names the largest and what it is called", () => {
    expect(inboundOf(read("photo"))?.content).toEqual({
      type: "attachments",
      files: [{ ref: "AgACAgQAAxkBAAMsZ-large", name: "", sizeBytes: 98_012 }],
      caption: "voilà, commande 48213",
    });
    expect(inboundOf(read("document"))?.content).toEqual({
      type: "attachments",
      files: [{ ref: "BQACAgQAAxkBAAMtZ", name: "capture d’écran.png", sizeBytes: 204_800 }],
    });
  });

  it("of an album names the album, also where the part is nothing that can be fetched", () => {
    const album = "13912345678901234";
    expect(inboundOf(read("albumPart"))?.content).toEqual({
      type: "attachments",
      files: [{ ref: "album-1", name: "", sizeBytes: 50_000 }],
      album,
    });
    expect(inboundOf(read("albumFilm"))?.content).toEqual({
      type: "attachments",
      files: [{ ref: null, name: "" }],
      caption: "les deux",
      album,
    });
  });

  it("that was forwarded is read as the customer’s", () => {
    expect(inboundOf(read("forwarded"))?.content).toMatchObject({
      text: "Order 48213 is complete",
    });
  });

  it("that replies keeps the beginning of what it replies to, or what was marked of it", () => {
    expect(inboundOf(read("reply"))?.quote).toBe("Quel est votre numéro de commande ?");
    expect(inboundOf(read("quote"))?.quote).toBe("numéro de commande");
    const long = inboundOf(
      message({ text: "x", reply_to_message: { text: `${"x".repeat(199)}👍 and more` } }),
    );
    expect(long?.quote).toHaveLength(200);
    expect(long?.quote?.isWellFormed()).toBe(true);
  });

  it.each<[string, object]>([
    ["video", { video: {} }],
    ["video", { video_note: {} }],
    ["sticker", { sticker: {} }],
    ["location", { location: {} }],
    ["location", { location: {}, venue: {} }],
    ["contact", { contact: {} }],
    ...["poll", "dice", "game", "story", "paid_media", "checklist", "invoice"].map(
      (kind): [string, object] => ["other", { [kind]: {} }],
    ),
  ])("of no use is told as %s", (kind, fields) => {
    expect(contentOf(fields)).toEqual({ type: "unsupported", kind });
  });

  it("with a moving picture is a video, though it comes as a document too", () => {
    expect(inboundOf(read("animation"))?.content).toEqual({ type: "unsupported", kind: "video" });
  });

  it("that is spoken is a file, what it is being told by its content", () => {
    expect(inboundOf(read("voice"))?.content).toMatchObject({
      type: "attachments",
      files: [{ ref: expect.any(String), name: "" }],
    });
    const audio = { file_id: "a", file_unique_id: "b", duration: 1, file_name: "Memo.m4a" };
    expect(contentOf({ audio })).toEqual({
      type: "attachments",
      files: [{ ref: "a", name: "Memo.m4a" }],
    });
  });

  it.each(["pinned", "timerSet", "migrated", "reaction", "channelPost"])(
    "that nobody said is nothing: %s",
    (name) => {
      expect(read(name)).toEqual({ type: "nothing" });
    },
  );

  it("of another bot, of nobody, or without anything in it is nothing", () => {
    expect(message({ text: "x", from: { id: 5, is_bot: true, first_name: "x" } }).type).toBe(
      "nothing",
    );
    expect(message({ text: "x", from: undefined }).type).toBe("nothing");
    expect(message({}).type).toBe("nothing");
    expect(readUpdate({ update_id: 1 } as Update, self)).toEqual({ type: "nothing" });
    expect(readUpdate({ update_id: 1, business_message: {} } as Update, self).type).toBe("nothing");
  });

  it("keeps whole characters only, so that it can be stored and sent again", () => {
    expect(contentOf({ text: "a\ud800b" })).toEqual({ type: "text", text: "a\ufffdb" });
    expect(contentOf({ photo: [{ file_id: "p" }], caption: "\udc00" })).toMatchObject({
      caption: "\ufffd",
    });
    expect(contentOf({ document: { file_id: "p", file_name: "\ud83d.png" } })).toMatchObject({
      files: [{ name: "\ufffd.png" }],
    });
  });

  it("may be of a chat with the largest number that there is", () => {
    const id = 2 ** 52 - 1;
    const inbound = inboundOf(
      message({ text: "x", chat: { id, type: "private", first_name: "x" } }),
    );
    expect(inbound).toMatchObject({
      conversationId: `telegram-${id}`,
      address: "4503599627370495",
    });
  });

  it.each([
    [undefined, undefined],
    ["", undefined],
    ["de", undefined],
    ["fr-CA", "fr"],
    ["SV", "sv"],
    ["en", "en"],
  ])("of a customer whose Telegram speaks %s is in %s", (code, language) => {
    const from = { id: chat, is_bot: false, first_name: "x", language_code: code };
    expect(inboundOf(message({ text: "x", from }))?.language).toBe(language);
  });
});

describe("an edit", () => {
  it("names the message that it changes, and has a key of its own", () => {
    expect(inboundOf(read("edit"))).toMatchObject({
      key: expect.stringMatching(/^telegram:123456789:edit:5012345678:41:1772366460:[\w-]{8}$/u),
      content: { type: "edited", of: ofMessage(41), text: "commande 48214" },
    });
    expect(inboundOf(read("editedCaption"))?.content).toMatchObject({
      of: ofMessage(44),
      text: "48215",
    });
    expect(read("liveLocation")).toEqual({ type: "nothing" });
  });
});

describe("a press", () => {
  it("is a choice at a revision, under the query’s own key", () => {
    expect(read("press")).toMatchObject({
      type: "press",
      revision: 3,
      inbound: {
        key: "telegram:123456789:press:21528009339158529611",
        content: { type: "pressed", choice: "topic:drop", revision: 3 },
      },
    });
  });

  it("of a page brings nothing in, also on a message that can’t be read any more", () => {
    const reading = read("inaccessible");
    expect(reading).toMatchObject({ type: "press", page: 1, revision: 3 });
    expect(inboundOf(reading)).toBeUndefined();
  });

  it("without a chat, or in a group, is only to be answered", () => {
    expect(read("inline")).toMatchObject({
      type: "nothing",
      query: { id: "21528009339158529613" },
    });
    const { callback_query: query } = recorded["press"] as Update;
    const group = { ...query?.message, chat: { id: -5, type: "group", title: "x" } };
    const reading = readUpdate(
      { update_id: 1, callback_query: { ...query, message: group } } as Update,
      self,
    );
    expect(reading).toMatchObject({ type: "nothing", query: { id: query?.id } });
  });

  it.each([
    "",
    "x",
    ":",
    "1:",
    "-1:x",
    "1.5:x",
    `${"9".repeat(16)}:x`,
    `1:${"x".repeat(49)}`,
    "١:x",
  ])("with the data %j, which no button of ours has, is only to be answered", (data) => {
    const { callback_query: query } = recorded["press"] as Update;
    const reading = readUpdate(
      { update_id: 1, callback_query: { ...query, data } } as Update,
      self,
    );
    expect(reading.type).toBe("nothing");
  });
});

describe("who can be reached", () => {
  it("is told by a block and its end, in private chats only", () => {
    expect(inboundOf(read("blocked"))).toMatchObject({
      key: "telegram:123456789:member:5012345678:5012345678:1772366500:kicked",
      content: { type: "unreachable", reason: "blocked" },
    });
    expect(inboundOf(read("unblocked"))?.content).toEqual({ type: "reachable" });
    expect(read("addedToGroup")).toEqual({ type: "nothing" });
  });
});

describe("a group", () => {
  it("is told where the bot answers when somebody calls it, in the topic where they do", () => {
    expect(read("groupMention")).toEqual({
      type: "elsewhere",
      chatId: -1001234567890,
      threadId: 4,
      language: "fr",
    });
    expect(readUpdate(recorded["groupMention"] as Update, { id: 123456789 })).toEqual({
      type: "nothing",
    });
  });

  it.each(["groupText", "groupOther", "anonymous"])("is not listened to otherwise: %s", (name) => {
    expect(read(name)).toEqual({ type: "nothing" });
  });
});
