import { createHash } from "node:crypto";
import type { CallbackQuery, Message, Update, User } from "grammy/types";
import { preferredLanguage, type Language } from "../../core/language.ts";
import type {
  Command,
  FileRef,
  HeldContent,
  HeldInbound,
  UnsupportedKind,
} from "../../core/inbound.ts";
import { readPressed } from "./keyboard.ts";

/** The kinds of update that are asked for; Telegram remembers the last wish. */
export const allowedUpdates = [
  "message",
  "edited_message",
  "callback_query",
  "my_chat_member",
] as const satisfies (keyof Update)[];

/** The bot that updates are for, as `getMe` tells; its user name once it is known. */
export interface Self {
  id: number;
  username?: string;
}

/** What an update means to the bot. */
export type Reading =
  | { type: "inbound"; inbound: HeldInbound }
  /** A button; `inbound` is absent where it only turns the keyboard's pages. */
  | { type: "press"; query: CallbackQuery; inbound?: HeldInbound; page?: number; revision: number }
  /** Somebody calls the bot where it answers nobody. */
  | { type: "elsewhere"; chatId: number; threadId?: number; language: Language | undefined }
  | { type: "nothing"; query?: CallbackQuery };

export const conversationOf = (chatId: number): string => `telegram-${chatId}`;

/** What one update means, and under which natural key. Pure. */
export function readUpdate(update: Update, self: Self): Reading {
  const { message, edited_message: edited, callback_query: query, my_chat_member: member } = update;
  if (message) return readMessage(message, self);
  if (edited) return readEdit(edited, self);
  if (query) return readPress(query, self);
  if (member && member.chat.type === "private") {
    const { status } = member.new_chat_member;
    const key = `member:${member.chat.id}:${member.from.id}:${member.date}:${status}`;
    const content: HeldContent =
      status === "kicked" ? { type: "unreachable", reason: "blocked" } : { type: "reachable" };
    return inbound(member.chat.id, member.from, content, key, self);
  }
  return { type: "nothing" };
}

function readMessage(message: Message, self: Self): Reading {
  const { chat, from } = message;
  if (chat.type !== "private") {
    if (!calls(message, self)) return { type: "nothing" };
    const { is_topic_message: inTopic, message_thread_id: threadId } = message;
    return {
      type: "elsewhere",
      chatId: chat.id,
      ...(inTopic && threadId !== undefined && { threadId }),
      language: languageOf(from),
    };
  }
  const content = contentOf(message);
  if (!content || !from || from.is_bot) return { type: "nothing" };
  return inbound(chat.id, from, content, messageKey(message), self, quoteOf(message));
}

function readEdit(message: Message, self: Self): Reading {
  const text = writtenIn(message);
  const { chat, from } = message;
  if (chat.type !== "private" || text === undefined) return { type: "nothing" };
  // An edit may come without a visible change, and twice within its second.
  const key = `edit:${chat.id}:${message.message_id}:${message.edit_date}:${digest(text)}`;
  const of = keyOf(self, messageKey(message));
  return inbound(chat.id, from, { type: "edited", of, text }, key, self);
}

function readPress(query: CallbackQuery, self: Self): Reading {
  const { data = "", message, from } = query;
  const pressed = readPressed(data);
  if (!pressed || message?.chat.type !== "private") return { type: "nothing", query };
  const { revision } = pressed;
  if ("page" in pressed) return { type: "press", query, page: pressed.page, revision };
  const content: HeldContent = { type: "pressed", choice: pressed.choice, revision };
  const read = inbound(message.chat.id, from, content, `press:${query.id}`, self);
  return { type: "press", query, inbound: read.inbound, revision };
}

function inbound(
  chatId: number,
  from: User | undefined,
  content: HeldContent,
  key: string,
  self: Self,
  quote?: string,
): Extract<Reading, { type: "inbound" }> {
  const language = languageOf(from);
  return {
    type: "inbound",
    inbound: {
      key: keyOf(self, key),
      conversationId: conversationOf(chatId),
      channel: "telegram",
      address: String(chatId),
      ...(language && { language }),
      ...(quote && { quote }),
      content,
    },
  };
}

/** Numbers of messages begin anew with another bot. */
const keyOf = ({ id }: Self, key: string): string => `telegram:${id}:${key}`;

const messageKey = ({ chat, message_id: id }: Message): string => `message:${chat.id}:${id}`;

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("base64url").slice(0, 8);

const languageOf = (from: User | undefined): Language | undefined =>
  from?.language_code === undefined ? undefined : preferredLanguage(from.language_code);

const longestQuote = 200;

function quoteOf({ quote, reply_to_message: answered }: Message): string | undefined {
  const text = quote?.text ?? answered?.text ?? answered?.caption;
  return text?.slice(0, longestQuote).toWellFormed();
}

/** Whole characters only: half of one can be stored and sent nowhere. */
const writtenIn = ({ text, caption }: Message): string | undefined =>
  (text ?? caption)?.toWellFormed();

/** Undefined for what nobody said: somebody pinned a message, a timer was set. */
function contentOf(message: Message): HeldContent | undefined {
  const { text, media_group_id: album } = message;
  const written = writtenIn(message);
  if (text !== undefined && written !== undefined)
    return commandOf(written) ?? { type: "text", text: written };
  const file = fileOf(message);
  if (file) {
    return {
      type: "attachments",
      files: [file],
      ...(written && { caption: written }),
      ...(album !== undefined && { album }),
    };
  }
  const kind = unsupportedKind(message);
  return kind && { type: "unsupported", kind };
}

const commands: Readonly<Record<string, Command>> = {
  cancel: "startOver",
  human: "person",
  help: "help",
  status: "status",
  language: "language",
};

function commandOf(text: string): HeldContent | undefined {
  const [, name = "", payload = ""] =
    /^\/([a-z]{1,32})(?:@\w{1,64})?(?:\s+(\S{1,64}))?\s*$/iu.exec(text) ?? [];
  const command = name.toLowerCase();
  if (command === "start") return { type: "started", ...(payload && { payload }) };
  return Object.hasOwn(commands, command)
    ? { type: "command", command: commands[command] as Command }
    : undefined;
}

/**
 * What the file is, is told by its content later on. A film in an album has
 * no `ref`: it is part of the one answer and refused there.
 */
export function fileOf(message: Message): FileRef | undefined {
  const { photo, document, animation, video, voice, audio, media_group_id: album } = message;
  // An animation comes as a document too, and is a silent video.
  if (animation) return undefined;
  if (album !== undefined && video) return { ref: null, name: "" };
  const largest = photo?.at(-1);
  const file = document ?? voice ?? audio ?? largest;
  return (
    file && {
      ref: file.file_id,
      name: (document ?? audio)?.file_name?.toWellFormed() ?? "",
      ...(file.file_size !== undefined && { sizeBytes: file.file_size }),
    }
  );
}

export function unsupportedKind(message: Message): UnsupportedKind | undefined {
  if (message.video || message.video_note || message.animation) return "video";
  if (message.sticker) return "sticker";
  if (message.location || message.venue) return "location";
  if (message.contact) return "contact";
  const said = ["poll", "dice", "game", "story", "paid_media", "checklist", "invoice"] as const;
  return said.some((kind) => kind in message) ? "other" : undefined;
}

/** Whether a message in a group speaks to the bot: its name, or a command of its own. */
function calls(message: Message, { username }: Self): boolean {
  if (username === undefined) return false;
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  const name = `@${username}`.toLowerCase();
  return entities
    .filter(({ type }) => type === "mention" || type === "bot_command")
    .some(({ offset, length }) =>
      text
        .slice(offset, offset + length)
        .toLowerCase()
        .endsWith(name),
    );
}
