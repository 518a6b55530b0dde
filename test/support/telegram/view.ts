import type { Message, MessageEntity } from "@grammyjs/types";
import type { World, ChatState } from "./world.ts";
import type { StoredFile } from "./files.ts";

export interface Button {
  label: string;
  /** Callback data, if it has some. */
  data?: string;
  url?: string;
}

/** A message as somebody sees it now. */
export interface SeenMessage {
  id: number;
  isFromBot: boolean;
  /** Text or caption; empty where there is neither. */
  text: string;
  entities: readonly MessageEntity[];
  /** The inline keyboard, row by row. */
  keyboard: readonly (readonly Button[])[];
  buttons: readonly Button[];
  isEdited: boolean;
  threadId?: number;
  replyTo?: number;
  file?: StoredFile;
  album?: string;
  /** What the bot has reacted with (setMessageReaction). */
  reaction?: string;
  raw: Message;
}

export interface ChatView {
  /** All that is there now, the oldest first. */
  readonly messages: readonly SeenMessage[];
  /** Of the bot, unless `any`. */
  lastMessage: (any?: "any") => SeenMessage | undefined;
  /**
   * The next message of the bot that fits, new or edited. It looks on from
   * the one it gave last, so that waiting again gives another one, and
   * nothing that came in between is missed.
   */
  waitForMessage: (
    fits?: (message: SeenMessage) => boolean,
    timeoutMs?: number,
  ) => Promise<SeenMessage>;
  /** From here on: what the bot has said until now is not waited for any more. */
  skip(): void;
  /** Resolves once it is true of the chat; looked at after every change. */
  waitUntil(isTrue: () => boolean, timeoutMs?: number): Promise<void>;
  /** What the bot is seen doing, for five seconds or until its next message (sendChatAction). */
  readonly action: string | undefined;
  readonly pinned: readonly number[];
}

const actionMs = 5000;

export function createView(world: World, where: () => ChatState): ChatView {
  let cursor = 0;
  let of = where();

  const seen = (message: Message) => seeMessage(world, message);

  const view: ChatView = {
    get messages() {
      return [...where().messages.values()].map(seen);
    },
    lastMessage(any) {
      let last: Message | undefined;
      for (const message of where().messages.values())
        if (any || message.from?.id === world.bot.id) last = message;
      return last && seen(last);
    },
    get action() {
      const { action } = where();
      return action && world.now() - action.at < actionMs ? action.action : undefined;
    },
    get pinned() {
      return where().pinned;
    },
    skip() {
      cursor = where().changes.length;
    },
    async waitForMessage(fits = () => true, timeoutMs = 5000) {
      let found: SeenMessage | undefined;
      const look = (): boolean => {
        const state = where();
        if (state !== of) {
          of = state;
          cursor = 0;
        }
        while (cursor < state.changes.length) {
          const message = state.messages.get(state.changes[cursor++] ?? 0);
          const candidate = message && seen(message);
          if (!candidate || !fits(candidate)) continue;
          found = candidate;
          return true;
        }
        return false;
      };
      await view.waitUntil(look, timeoutMs);
      if (!found) throw new Error("unreachable: waited for a message and found none");
      return found;
    },
    waitUntil(isTrue, timeoutMs = 5000) {
      if (isTrue()) return Promise.resolve();
      const state = where();
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!isTrue()) return false;
          clearTimeout(timer);
          resolve();
          return true;
        };
        const timer = setTimeout(() => {
          state.watchers.delete(look);
          const last = view.lastMessage("any");
          const said =
            last && `${last.isFromBot ? "the bot" : "a person"}: ${JSON.stringify(last.text)}`;
          reject(
            new Error(`nothing like that within ${timeoutMs} ms; last came ${said ?? "nothing"}`),
          );
        }, timeoutMs);
        state.watchers.add(look);
      });
    },
  };
  return view;
}

export function seeMessage(world: World, raw: Message): SeenMessage {
  const keyboard = (raw.reply_markup?.inline_keyboard ?? []).map((row) =>
    row.map((button): Button => ({
      label: button.text,
      ...("callback_data" in button && { data: button.callback_data }),
      ...("url" in button && { url: button.url }),
    })),
  );
  const media =
    raw.document ??
    raw.photo?.at(-1) ??
    raw.video ??
    raw.audio ??
    raw.voice ??
    raw.video_note ??
    raw.sticker;
  const reaction = world.chats.get(raw.chat.id)?.reactions.get(raw.message_id)?.[0];
  const file = media && world.files.byId(media.file_id);
  return {
    id: raw.message_id,
    isFromBot: raw.from?.id === world.bot.id,
    text: raw.text ?? raw.caption ?? "",
    entities: raw.entities ?? raw.caption_entities ?? [],
    keyboard,
    buttons: keyboard.flat(),
    isEdited: "edit_date" in raw,
    ...(raw.message_thread_id !== undefined && { threadId: raw.message_thread_id }),
    ...(raw.reply_to_message && { replyTo: raw.reply_to_message.message_id }),
    ...(file && { file }),
    ...(reaction && { reaction }),
    ...(raw.media_group_id && { album: raw.media_group_id }),
    raw,
  };
}
