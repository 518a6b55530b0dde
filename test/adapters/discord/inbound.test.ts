import { readFileSync } from "node:fs";
import type { APIMessage } from "@discordjs/core";
import { describe, expect, it } from "vitest";
import { languageOf, readEdit, readMessage } from "../../../src/adapters/discord/inbound.ts";
import type { Room } from "../../../src/adapters/discord/rooms.ts";

/** Payloads in the form of Discord's documentation, with ids and names that are nobody's. */
const recorded = JSON.parse(
  readFileSync(new URL("../../fixtures/discord/messages.json", import.meta.url), "utf8"),
) as Record<string, APIMessage>;
const payload = (name: string): APIMessage => {
  const found = recorded[name];
  if (!found) throw new Error(`no payload ${name}`);
  return found;
};

const room: Room = {
  channelId: "1313000000000000003",
  userId: "1313000000000000002",
  guildId: "1313000000000000001",
};
const contentOf = (name: string) => readMessage(payload(name), room)?.content;

describe("a message in a customer’s room", () => {
  it("is a text under its natural key, answered in the room", () => {
    expect(readMessage(payload("text"), room)).toEqual({
      key: "discord:m:1313000000000000100",
      conversationId: "discord-1313000000000000002",
      channel: "discord",
      address: room.channelId,
      content: { type: "text", text: "J’ai perdu 500 abonnés" },
    });
  });

  it("that answers another keeps the beginning of it, as it was read", () => {
    expect(readMessage(payload("reply"), room)).toMatchObject({
      quote: "Numéro: 48213 *important*",
      content: { type: "text", text: "48213" },
    });
  });

  it("with files has to be fetched, with what was written to them", () => {
    expect(contentOf("attachments")).toEqual({
      type: "attachments",
      caption: "voici",
      files: [
        {
          ref: {
            url: "https://cdn.discordapp.com/attachments/1313000000000000003/1313000000000000201/avant.png?ex=1&is=0&hm=a&",
            attachmentId: "1313000000000000201",
            channelId: room.channelId,
            messageId: "1313000000000000102",
          },
          name: "avant.png",
          sizeBytes: 1234,
        },
      ],
    });
  });

  it.each([
    ["sticker", "sticker"],
    ["forwarded", "other"],
    ["withoutIntent", "other"],
  ])("that the bot can’t read is said to be so: %s", (name, kind) => {
    expect(contentOf(name)).toEqual({ type: "unsupported", kind });
  });

  it("that is spoken is a file", () => {
    expect(contentOf("voice")).toMatchObject({
      type: "attachments",
      files: [{ name: "voice-message.ogg" }],
    });
  });

  it.each(["joined", "bot", "webhook", "staff"])(
    "that is not the customer’s is none: %s",
    (name) => {
      expect(readMessage(payload(name), room)).toBeUndefined();
    },
  );
});

describe("an edit", () => {
  it("changes what its message said, under a key of the new content", () => {
    const edit = readEdit(payload("edited"), room);
    expect(edit).toMatchObject({
      key: expect.stringMatching(/^discord:e:1313000000000000100:[\w-]{8}$/u),
      content: {
        type: "edited",
        of: "discord:m:1313000000000000100",
        text: "J’ai perdu 600 abonnés",
      },
    });
  });

  it("is none where only an embed or a pin has changed", () => {
    expect(readEdit(payload("embedded"), room)).toBeUndefined();
  });

  it("has the same key when its time goes back (discord-api-docs#8281)", () => {
    const edited = payload("edited");
    const back = { ...edited, edited_timestamp: "2026-11-25T10:00:00.000000+00:00" };
    expect(readEdit(back, room)?.key).toBe(readEdit(edited, room)?.key);
  });

  it("has another key for another content", () => {
    const edited = payload("edited");
    expect(readEdit({ ...edited, content: "autre" }, room)?.key).not.toBe(
      readEdit(edited, room)?.key,
    );
  });
});

it.each([
  ["fr", "fr"],
  ["sv-SE", "sv"],
  ["en-US", "en"],
  ["en-GB", "en"],
  ["de", undefined],
  [undefined, undefined],
])("reads the locale %s", (locale, language) => {
  expect(languageOf(locale)).toBe(language);
});
