import type { CallbackQuery, Message, Update } from "grammy/types";
import type { FileRef } from "../../../core/inbound.ts";
import { fileOf, type Self, unsupportedKind } from "../inbound.ts";
import { type Press, readPress } from "./controls.ts";

/** Who did something in a topic, as Telegram shows them. */
export interface Person {
  userId: string;
  name: string;
  /** Writes as the group or as a channel, so that nobody knows who it is. */
  isAnonymous: boolean;
}

export interface SaidInTopic {
  type: "said";
  by: Person;
  topic: number;
  messageId: number;
  /** Of the words that follow a command, or all of them. */
  text: string;
  command?: DeskCommand;
  /** The message that it answers. */
  answers?: number;
  /** What of the bot's message it answers: the part that was picked out, or all of it. */
  shown?: string;
  /** When it was changed; it was said before. */
  editedAt?: number;
  files: readonly FileRef[];
  album?: string;
  /** There is something that can't be passed on, such as a film. */
  hasMore?: true;
}

/** What an update of the agents' group means. */
export type DeskReading =
  | SaidInTopic
  | { type: "pressed"; by: Person; topic: number; query: CallbackQuery; press: Press }
  /** The bot's own topic, of whose making it is told. */
  | { type: "topicMade"; topic: number; title: string }
  | { type: "moved"; to: number }
  /** The bot was let in, or may do more or less than before. */
  | { type: "standing" };

export const deskCommands = [
  "take",
  "reply",
  "note",
  "ask",
  "decide",
  "release",
  "close",
  "reopen",
  "case",
] as const;

export type DeskCommand = (typeof deskCommands)[number];

/** What an update means at the desk; undefined for what is none of its business. Pure. */
export function readDeskUpdate(
  update: Update,
  chatId: number,
  self: Self,
): DeskReading | undefined {
  const { message, edited_message: edited, callback_query: query, my_chat_member: member } = update;
  if (query) return query.message?.chat.id === chatId ? readDeskPress(query) : undefined;
  if (member) return member.chat.id === chatId ? { type: "standing" } : undefined;
  const said = message ?? edited;
  // Either of two service messages tells it, and the one in the old group may be missed.
  if (said?.migrate_from_chat_id === chatId) return { type: "moved", to: said.chat.id };
  if (said?.chat.id !== chatId) return undefined;
  if (said.migrate_to_chat_id !== undefined) return { type: "moved", to: said.migrate_to_chat_id };
  const { is_topic_message: isInTopic, message_thread_id: topic, from } = said;
  if (!isInTopic || topic === undefined || !from) return undefined;
  if (said.forum_topic_created)
    return from.id === self.id
      ? { type: "topicMade", topic, title: said.forum_topic_created.name }
      : undefined;
  return readSaid(said, topic, self);
}

function readDeskPress(query: CallbackQuery): DeskReading | undefined {
  const press = readPress(query.data ?? "");
  const { message, from } = query;
  if (!press) return undefined;
  const seen = message && "message_thread_id" in message ? message.message_thread_id : undefined;
  // Whoever is anonymous in the group presses as themselves.
  const by = { userId: String(from.id), name: from.first_name, isAnonymous: false };
  return { type: "pressed", by, topic: seen ?? press.topic, query, press };
}

function readSaid(message: Message, topic: number, self: Self): SaidInTopic | undefined {
  const { from, sender_chat: as, message_id: messageId } = message;
  if (!from || (from.is_bot && !as)) return undefined;
  const written = (message.text ?? message.caption ?? "").toWellFormed();
  const file = fileOf(message);
  const hasMore = file?.ref === null || (!file && unsupportedKind(message) !== undefined);
  if (written === "" && !file && !hasMore) return undefined;
  const called = commandIn(written, self);
  if (called === "another") return undefined;
  // Every message of a topic answers its first one where it answers none.
  const answered = message.reply_to_message?.message_id;
  const isBots = message.reply_to_message?.from?.id === self.id;
  const shown = isBots ? (message.quote?.text ?? message.reply_to_message?.text) : undefined;
  return {
    type: "said",
    by: { userId: String(from.id), name: from.first_name, isAnonymous: as !== undefined },
    topic,
    messageId,
    ...(called ?? { text: written }),
    ...(answered !== undefined && answered !== topic && { answers: answered }),
    ...(shown !== undefined && answered !== topic && { shown }),
    ...(message.edit_date !== undefined && { editedAt: message.edit_date }),
    files: file && file.ref !== null ? [file] : [],
    ...(message.media_group_id !== undefined && { album: message.media_group_id }),
    ...(hasMore && { hasMore }),
  };
}

/** A command of the desk; `another` is meant for another bot. */
function commandIn(
  written: string,
  { username }: Self,
): { command: DeskCommand; text: string } | "another" | undefined {
  const [, name = "", bot, text = ""] =
    /^\/([a-z]{1,32})(?:@(\w{1,64}))?(?:\s+([^]*))?$/iu.exec(written) ?? [];
  if (bot !== undefined && bot.toLowerCase() !== username?.toLowerCase()) return "another";
  const command = deskCommands.find((one) => one === name.toLowerCase());
  return command && { command, text };
}
