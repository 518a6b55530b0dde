import type {
  Chat,
  ChatMember,
  Message,
  MessageEntity,
  User,
  UserFromGetMe,
} from "@grammyjs/types";
import { createFileStore, type FileStore } from "./files.ts";
import { badRequest, type ApiProblem } from "./problem.ts";
import { createUpdateQueue, type UpdateKind, type UpdateQueue } from "./updates.ts";

export interface Topic {
  id: number;
  name: string;
  iconColor: number;
  closed: boolean;
  /** Its messages, so that a deletion needs no look at the others. */
  messageIds: number[];
}

/** One chat as Telegram keeps it; the bot and the people look at it from their sides. */
export interface ChatState {
  chat: Chat;
  messages: Map<number, Message>;
  topics: Map<number, Topic>;
  members: Map<number, ChatMember>;
  /** Ids of what the bot sent, edited or deleted, in that order. */
  changes: number[];
  /** Called after each change; kept until it returns true. */
  watchers: Set<() => boolean>;
  /** Why nothing can be sent here. */
  refusal: ApiProblem | undefined;
  /** The next message id of a supergroup; private chats and basic groups share one row. */
  nextId: number;
  pinned: number[];
  /** What the bot was last seen doing (sendChatAction). */
  action: { action: string; at: number; threadId: number | undefined } | undefined;
  /** The keyboard in place of the customer's own, if the bot has set one. */
  replyKeyboard: unknown;
  reactions: Map<number, string[]>;
}

export interface CallbackState {
  state: ChatState;
  userId: number;
  expiresAt: number;
  answered(answer: CallbackAnswer): void;
}

export interface CallbackAnswer {
  text?: string;
  show_alert?: boolean;
  url?: string;
}

/** Whoever says something in a chat. */
export interface Sender {
  from: User;
  senderChat?: Chat | undefined;
}

export interface World {
  bot: UserFromGetMe;
  now: () => number;
  seconds: () => number;
  chats: Map<number, ChatState>;
  files: FileStore;
  updates: UpdateQueue;
  callbacks: Map<string, CallbackState>;
  /** A chat that was not there before. */
  addChat(chat: Chat, refusal?: ApiProblem): ChatState;
  /** Writes a message into the chat, without any update. */
  post(state: ChatState, sender: Sender, content: object, threadId?: number): Message;
  /** As `post`, and tells the bot where it would be told. */
  deliver(state: ChatState, sender: Sender, content: object, threadId?: number): Message;
  /** Writes what the message is now. */
  change(state: ChatState, message: Message): void;
  emit(kind: UpdateKind, content: unknown, lane: number, lifeMs: number): void;
  find(chatId: unknown): ChatState;
  /** A number never used before, for queries, albums and the like. */
  unique(): string;
}

/** Lanes of the webhook (tdlib/telegram-bot-api, Client.cpp, webhook_queue_id). */
export const lanes = {
  message: (chatId: number): number => chatId,
  callback: (userId: number): number => userId + 3 * 2 ** 33,
  member: (chatId: number): number => chatId + 5 * 2 ** 33,
};

export const dayMs = 24 * 3_600_000;
export const callbackLifeMs = 150_000;

export function createWorld(bot: UserFromGetMe, now: () => number): World {
  let nextId = 1;
  let count = 0;
  const seconds = () => Math.floor(now() / 1000);
  const updates = createUpdateQueue(now, 100_000_001);

  const world: World = {
    bot,
    now,
    seconds,
    chats: new Map(),
    files: createFileStore(),
    updates,
    callbacks: new Map(),
    unique: () => String(4_200_000_000_000_000 + ++count),
    addChat(chat, refusal) {
      const state: ChatState = {
        chat,
        messages: new Map(),
        topics: new Map(),
        members: new Map(),
        changes: [],
        watchers: new Set(),
        refusal,
        nextId: 1,
        pinned: [],
        action: undefined,
        replyKeyboard: undefined,
        reactions: new Map(),
      };
      world.chats.set(chat.id, state);
      return state;
    },
    post(state, { from, senderChat }, content, threadId) {
      const id = state.chat.type === "supergroup" ? state.nextId++ : nextId++;
      const message = {
        message_id: id,
        from,
        ...(senderChat && { sender_chat: senderChat }),
        chat: state.chat,
        date: seconds(),
        ...(threadId !== undefined && { message_thread_id: threadId, is_topic_message: true }),
        ...content,
      } as Message;
      if (threadId !== undefined) state.topics.get(threadId)?.messageIds.push(id);
      state.messages.set(id, message);
      if (from.id === bot.id) {
        state.action = undefined;
        state.changes.push(id);
      }
      notify(state);
      return message;
    },
    deliver(state, sender, content, threadId) {
      const message = world.post(state, sender, content, threadId);
      if (reads(state, message))
        world.emit("message", message, lanes.message(state.chat.id), dayMs);
      return message;
    },
    change(state, message) {
      state.messages.set(message.message_id, message);
      if (message.from?.id === bot.id) state.changes.push(message.message_id);
      notify(state);
    },
    emit(kind, content, lane, lifeMs) {
      updates.add(kind, content, lane, now() + lifeMs);
    },
    find(chatId) {
      const id = typeof chatId === "string" && /^-?\d+$/u.test(chatId) ? Number(chatId) : chatId;
      if (id === undefined || id === "") throw badRequest("chat_id is empty");
      const state = typeof id === "number" ? world.chats.get(id) : byName(id);
      if (!state) throw badRequest("chat not found");
      return state;
    },
  };

  /** Only groups and channels are found by their name; a bot knows people by their number alone. */
  function byName(name: unknown): ChatState | undefined {
    for (const state of world.chats.values())
      if (state.chat.type !== "private" && `@${state.chat.username ?? ""}` === name) return state;
    return undefined;
  }

  /** Privacy mode: without it, or as an administrator, the bot reads all of a group. */
  function reads(state: ChatState, message: Message): boolean {
    if (state.chat.type === "private") return true;
    const status = state.members.get(bot.id)?.status;
    if (status !== "administrator" && status !== "member")
      return message.left_chat_member?.id === bot.id;
    if (bot.can_read_all_group_messages || status === "administrator") return true;
    const isService = message.text === undefined && !("caption" in message) && !message.photo;
    return (
      isService ||
      message.reply_to_message?.from?.id === bot.id ||
      /^\/|@/u.test(message.text ?? "")
    );
  }

  return world;
}

export function notify(state: ChatState): void {
  for (const watcher of state.watchers) if (watcher()) state.watchers.delete(watcher);
}

/** A copy to be shown as the message replied to: one level deep, as Telegram does it. */
export function asReply(message: Message): Message {
  return message.reply_to_message
    ? ({ ...message, reply_to_message: undefined } as unknown as Message)
    : message;
}

const inDomain = String.raw`[\w~\-[[\u{C0}-\u{10FFFF}]--[\p{Z}\u{2000}-\u{206F}]]]`;
const domain = String.raw`${inDomain}+(?:\.${inDomain}+)*`;

/**
 * As TDLib reads them (td/telegram/MessageEntity.cpp), and rather more than
 * less: it knows the endings of real domains, and which card numbers are.
 */
const patterns: readonly [MessageEntity["type"], RegExp][] = [
  ["bot_command", /(?<![\p{L}\p{N}_/<>])\/\w{1,64}(?:@\w{3,32})?(?![\p{L}\p{N}_/<>])/gu],
  ["url", /\b(?:https?|ftp|tg|ton|tonsite):\/\/[^\s<>"]+[^\s<>".,;:!?)]/giu],
  ["email", /(?<![\w.+-])[\w.+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/giu],
  // After a protocol, which may itself follow letters, a domain's ending may be anything.
  ["url", new RegExp(String.raw`(?:https?|ftp)://${domain}\.[^\s.<>"]{2,}`, "giv")],
  ["url", new RegExp(String.raw`${domain}\.\p{L}[\p{L}\p{M}\d]+(?:[\/?#:][^\s<>"]*)?`, "gv")],
  ["url", /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/gu],
  ["mention", /(?<![\p{L}\p{N}_@/.])@\w{3,32}(?!\w)/giu],
  ["hashtag", /(?<![\p{L}\p{Nd}_#])#[\p{N}_\u200c·]*\p{L}[\p{L}\p{N}_\u200c]*(?:@\w{3,32})?/gu],
  ["cashtag", /(?<![\p{L}\p{Nd}_$#])\$(?:1INCH|[A-Z]{1,8})(?![\p{L}\p{Nd}_$])/gu],
  [
    "bank_card_number" as MessageEntity["type"],
    /(?<![\p{L}\d.,+_\-])\d(?:[ \-]*\d){12,18}(?![\p{L}\d_\-])/gv,
  ],
  ["phone_number", /(?<![\w+])\+\d[\d ()-]{6,14}\d(?!\w)/gu],
];

/** What Telegram finds by itself in a text, beside the entities that were given. */
export function detectEntities(
  text: string,
  given: readonly MessageEntity[] = [],
): MessageEntity[] {
  const found = [...given];
  if (/[/@#$+.]/u.test(text))
    for (const [type, pattern] of patterns)
      for (const match of text.matchAll(pattern)) {
        const end = match.index + match[0].length;
        const isTaken = found.some(
          ({ type: other, offset, length }) =>
            offset < end &&
            match.index < offset + length &&
            !/quote|bold|italic|underline|strike|spoiler/u.test(other),
        );
        if (!isTaken)
          found.push({ type, offset: match.index, length: match[0].length } as MessageEntity);
      }
  return found.sort((one, other) => one.offset - other.offset || other.length - one.length);
}
