import type { Message, MessageEntity, MessageOrigin } from "@grammyjs/types";
import type { FileDetails, FileKind } from "./files.ts";
import { mediaContent, type MediaDetails } from "./media.ts";
import {
  asReply,
  callbackLifeMs,
  dayMs,
  detectEntities,
  lanes,
  type CallbackAnswer,
  type ChatState,
  type Sender,
  type World,
} from "./world.ts";

/** A message as a test or the bot names it. */
export type MessageRef = number | { message_id: number } | { id: number };

export const idOf = (ref: MessageRef): number => {
  if (typeof ref === "number") return ref;
  return "message_id" in ref ? ref.message_id : ref.id;
};

export interface SayOptions {
  replyTo?: MessageRef;
  entities?: readonly MessageEntity[];
}

export interface MediaOptions extends SayOptions, FileDetails, MediaDetails {
  caption?: string;
}

export interface AlbumPart extends FileDetails {
  type: "photo" | "video" | "document" | "audio";
  bytes: Uint8Array;
}

export interface Press {
  id: string;
  /** Resolves when the bot answers in time. */
  answered: Promise<CallbackAnswer>;
}

/** What a person can say in one chat, or in one topic of it; each is an update for the bot. */
export interface Voice {
  text(text: string, options?: SayOptions): Message;
  /** `/name argument` */
  command(name: string, argument?: string): Message;
  /** A button that the message has now, by its callback data or its label. */
  press(message: MessageRef, button: string): Press;
  /** Whatever the message shows by now: an old screen, or a message that is gone. */
  pressOld(message: MessageRef, data: string): Press;
  photo(bytes: Uint8Array, options?: MediaOptions): Message;
  document(bytes: Uint8Array, options?: MediaOptions): Message;
  voice(bytes: Uint8Array, options?: MediaOptions): Message;
  video(bytes: Uint8Array, options?: MediaOptions): Message;
  videoNote(bytes: Uint8Array, options?: MediaOptions): Message;
  audio(bytes: Uint8Array, options?: MediaOptions): Message;
  animation(bytes: Uint8Array, options?: MediaOptions): Message;
  sticker(bytes: Uint8Array, options?: MediaOptions): Message;
  /** One message per part, the caption on the first. */
  album(parts: readonly AlbumPart[], options?: SayOptions & { caption?: string }): Message[];
  location(latitude: number, longitude: number): Message;
  contact(phoneNumber: string, firstName: string): Message;
  poll(question: string, choices: readonly string[]): Message;
  dice(emoji?: string): Message;
  /** Any message that has no verb here, as the fields of Message. */
  say(content: object, options?: SayOptions): Message;
  forward(text: string, origin: MessageOrigin): Message;
  /** Text or caption, whichever the message has. */
  edit(message: MessageRef, text: string, entities?: readonly MessageEntity[]): Message;
  /** No update comes of it: bots are not told (Update). */
  remove(message: MessageRef): void;
  react(message: MessageRef, emoji: string | undefined): void;
}

/**
 * @param where  looked up with each word, since a group can become another.
 * @param answerMs how long a press can be answered.
 */
export function createVoice(
  world: World,
  where: () => ChatState,
  sender: Sender,
  answerMs: number,
  threadId?: number,
): Voice {
  function say(content: object, { replyTo }: SayOptions = {}): Message {
    const state = where();
    const replied =
      replyTo === undefined
        ? threadId !== undefined && state.messages.get(threadId)
        : state.messages.get(idOf(replyTo));
    if (replyTo !== undefined && !replied) throw new RangeError("the message replied to is gone");
    const reply = replied ? { reply_to_message: asReply(replied) } : {};
    return world.deliver(state, sender, { ...content, ...reply }, threadId);
  }

  function captionOf({
    caption,
    entities,
  }: {
    caption?: string;
    entities?: readonly MessageEntity[];
  }): object {
    if (caption === undefined) return {};
    const found = detectEntities(caption, entities);
    return { caption, ...(found.length > 0 && { caption_entities: found }) };
  }

  const media =
    (kind: FileKind) =>
    (bytes: Uint8Array, options: MediaOptions = {}): Message => {
      const file = world.files.add(kind, bytes, options);
      return say({ ...mediaContent(file, options), ...captionOf(options) }, options);
    };

  function textOf(text: string, entities?: readonly MessageEntity[]): object {
    const found = detectEntities(text, entities);
    return { text, ...(found.length > 0 && { entities: found }) };
  }

  function own(ref: MessageRef): [ChatState, Message] {
    const state = where();
    const message = state.messages.get(idOf(ref));
    if (!message) throw new RangeError(`there is no message ${idOf(ref)}`);
    return [state, message];
  }

  function pressOld(ref: MessageRef, data: string): Press {
    const state = where();
    const id = world.unique();
    const messageId = idOf(ref);
    const message = state.messages.get(messageId) ?? {
      chat: state.chat,
      message_id: messageId,
      date: 0,
    };
    const answered = new Promise<CallbackAnswer>((resolve) => {
      world.callbacks.set(id, {
        state,
        userId: sender.from.id,
        expiresAt: world.now() + answerMs,
        answered: resolve,
      });
    });
    const query = { id, from: sender.from, message, chat_instance: String(-state.chat.id), data };
    world.emit("callback_query", query, lanes.callback(sender.from.id), callbackLifeMs);
    return { id, answered };
  }

  return {
    say,
    text: (text, options) => say(textOf(text, options?.entities), options),
    command: (name, argument) => say(textOf(argument ? `/${name} ${argument}` : `/${name}`)),
    press(ref, button) {
      const [, message] = own(ref);
      const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
      const data = (each: object) =>
        "callback_data" in each ? (each.callback_data as string) : undefined;
      const found =
        buttons.find((each) => data(each) === button) ??
        buttons.find((each) => each.text === button && data(each) !== undefined);
      if (!found)
        throw new RangeError(
          `no button ${JSON.stringify(button)}; there are ${JSON.stringify(buttons.map((each) => [each.text, data(each)]))}`,
        );
      return pressOld(ref, data(found) ?? "");
    },
    pressOld,
    photo: media("photo"),
    document: media("document"),
    voice: media("voice"),
    video: media("video"),
    videoNote: media("video_note"),
    audio: media("audio"),
    animation: media("animation"),
    sticker: media("sticker"),
    album(parts, options = {}) {
      const group = world.unique();
      return parts.map((part, index) => {
        const file = world.files.add(part.type, part.bytes, part);
        const caption = index === 0 ? captionOf(options) : {};
        return say({ media_group_id: group, ...mediaContent(file, {}), ...caption }, options);
      });
    },
    location: (latitude, longitude) => say({ location: { latitude, longitude } }),
    contact: (phone, name) => say({ contact: { phone_number: phone, first_name: name } }),
    poll: (question, choices) =>
      say({
        poll: {
          id: world.unique(),
          question,
          options: choices.map((text) => ({ text, voter_count: 0 })),
          total_voter_count: 0,
          is_closed: false,
          is_anonymous: true,
          type: "regular",
          allows_multiple_answers: false,
        },
      }),
    dice: (emoji = "🎲") => say({ dice: { emoji, value: 4 } }),
    forward: (text, origin) => say({ ...textOf(text), forward_origin: origin }),
    edit(ref, text, entities) {
      const [state, message] = own(ref);
      const content =
        message.text === undefined
          ? {
              caption_entities: undefined,
              ...captionOf({ caption: text, entities: entities ?? [] }),
            }
          : { entities: undefined, ...textOf(text, entities) };
      const edited = { ...message, ...content, edit_date: world.seconds() } as unknown as Message;
      world.change(state, edited);
      world.emit("edited_message", edited, lanes.message(state.chat.id), dayMs);
      return edited;
    },
    remove(ref) {
      const [state, message] = own(ref);
      state.messages.delete(message.message_id);
    },
    react(ref, emoji) {
      const [state, message] = own(ref);
      const reaction = {
        chat: state.chat,
        message_id: message.message_id,
        user: sender.from,
        date: world.seconds(),
        old_reaction: [],
        new_reaction: emoji ? [{ type: "emoji", emoji }] : [],
      };
      world.emit("message_reaction", reaction, lanes.message(state.chat.id), dayMs);
    },
  };
}
