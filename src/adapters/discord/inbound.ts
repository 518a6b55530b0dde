import { createHash } from "node:crypto";
import { MessageType, type APIMessage, type APIUser } from "@discordjs/core";
import type { Command, HeldContent, HeldInbound } from "../../core/inbound.ts";
import { preferredLanguage, type Language } from "../../core/language.ts";
import { fileOf } from "./files.ts";
import { plain } from "./markdown.ts";
import type { Room } from "./rooms.ts";

export const conversationOf = (userId: string): string => `discord-${userId}`;

/** The key of the inbound that a message brings. */
export const messageKey = (messageId: string): string => `discord:m:${messageId}`;

const longestQuote = 200;

const writtenTypes: ReadonlySet<MessageType> = new Set([MessageType.Default, MessageType.Reply]);

/** By people and bots; all else is Discord's own (somebody joined, pinned, renamed). */
export const isWritten = ({ type }: APIMessage): boolean => writtenTypes.has(type);

/** What a message in a customer's room brings; undefined for what is not the customer's. Pure. */
export function readMessage(message: APIMessage, room: Room): HeldInbound | undefined {
  if (!isOf(message, room) || !isWritten(message)) return undefined;
  const quote = quoteOf(message);
  return {
    ...from(room),
    key: messageKey(message.id),
    ...(quote && { quote }),
    content: contentOf(message, room),
  };
}

/**
 * What an edit brings. Discord tells of an edit too when a link has grown a
 * picture or the message was pinned, so the content is the key, not the time,
 * which can even go back (discord-api-docs#8281).
 */
export function readEdit(message: APIMessage, room: Room): HeldInbound | undefined {
  const { id, content: text, edited_timestamp: editedAt } = message;
  if (!isOf(message, room) || !editedAt || !text) return undefined;
  return {
    ...from(room),
    key: `discord:e:${id}:${digest(text)}`,
    content: { type: "edited", of: messageKey(id), text },
  };
}

/** What a deletion brings, whoever made it; nothing is answered, so nothing is said of where. */
export function readDeletion(messageId: string, { userId }: Room): HeldInbound {
  return {
    conversationId: conversationOf(userId),
    channel: "discord",
    key: `discord:d:${messageId}`,
    content: { type: "deleted", of: messageKey(messageId) },
  };
}

/** The message of a key; undefined for what came otherwise. */
export const messageIn = (key: string): string | undefined =>
  /^discord:m:(\d{1,20})$/u.exec(key)?.[1];

/** What an interaction brings: a command, a press, a form. */
export function ofInteraction(
  id: string,
  locale: string | undefined,
  room: Room,
  content: HeldContent,
): HeldInbound {
  const language = languageOf(locale);
  return {
    ...from(room),
    key: `discord:i:${id}`,
    ...(language && { language }),
    content,
  };
}

/** What a room brings by itself in which nothing was ever said. */
export const ofNewRoom = (room: Room): HeldInbound => ({
  ...from(room),
  key: `discord:t:${room.channelId}`,
  content: { type: "started" },
});

export const languageOf = (locale: string | undefined): Language | undefined =>
  locale === undefined ? undefined : preferredLanguage(locale);

/** What a slash command asks for, by its name (`commands.ts`). */
export const asked: Readonly<Record<string, Command>> = {
  status: "status",
  human: "person",
  language: "language",
  help: "help",
};

const isOf = (
  { author, webhook_id: webhook }: { author?: APIUser; webhook_id?: string },
  room: Room,
) => author?.id === room.userId && !author.bot && webhook === undefined;

const from = ({ userId, channelId }: Room) => ({
  conversationId: conversationOf(userId),
  channel: "discord" as const,
  address: channelId,
});

function contentOf(message: APIMessage, { channelId }: Room): HeldContent {
  const { id, content, attachments, sticker_items: stickers } = message;
  if (attachments.length > 0)
    return {
      type: "attachments",
      files: attachments.map((one) => fileOf(one, { channelId, messageId: id })),
      ...(content && { caption: content }),
    };
  if (content) return { type: "text", text: content };
  // Empty also where the intent to read messages is missing.
  return { type: "unsupported", kind: stickers?.length ? "sticker" : "other" };
}

function quoteOf({ referenced_message: answered }: APIMessage): string | undefined {
  return answered ? plain(answered.content).slice(0, longestQuote).toWellFormed() : undefined;
}

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("base64url").slice(0, 8);
