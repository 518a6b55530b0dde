import type { InlineKeyboardMarkup, Message, MessageEntity } from "@grammyjs/types";
import { checkEntities, parseText, trimText } from "../entities.ts";
import type { Params } from "../params.ts";
import { badRequest, callerFault } from "../problem.ts";
import { asReply, detectEntities, type ChatState, type World } from "../world.ts";

/** Counted in UTF-16 units, the strictest way of counting the documentation's characters. */
const maxText = 4096;
const maxCaption = 1024;
const maxCallbackBytes = 64;

export interface Target {
  state: ChatState;
  threadId: number | undefined;
  /** What the message carries beside its content. */
  extra: object;
}

/** The chat of a request, or why nothing can be sent there. */
export function openChat(world: World, chatId: unknown): ChatState {
  const state = world.find(chatId);
  if (state.refusal) throw state.refusal;
  return state;
}

/** Where a new message goes, with its topic, the message it replies to and its keyboard. */
export function target(world: World, params: Params): Target {
  const state = openChat(world, params.chat_id);
  checkKeyboard(params.reply_markup);
  const threadId = params.message_thread_id;
  if (threadId !== undefined) {
    const topic = state.topics.get(threadId);
    if (!topic) throw badRequest("message thread not found");
    // Administrators may still write into a closed topic; who relies on it loses with fewer rights.
    if (topic.closed) throw badRequest("TOPIC_CLOSED");
  }
  const replied = reply(world, state, params);
  const markup = params.reply_markup;
  if (markup && !markup.inline_keyboard) state.replyKeyboard = markup.keyboard ? markup : undefined;
  return {
    state,
    threadId,
    extra: {
      ...(replied && { reply_to_message: asReply(replied) }),
      ...(markup?.inline_keyboard && { reply_markup: keyboardOf(markup) }),
      ...(params.protect_content && { has_protected_content: true }),
    },
  };
}

function reply(world: World, state: ChatState, params: Params): Message | undefined {
  const wanted = params.reply_parameters;
  if (!wanted) {
    const { message_thread_id: threadId } = params;
    return threadId === undefined ? undefined : state.messages.get(threadId);
  }
  const from = wanted.chat_id === undefined ? state : world.find(wanted.chat_id);
  const found = from.messages.get(wanted.message_id ?? 0);
  if (found || wanted.allow_sending_without_reply) return found;
  throw badRequest("message to be replied not found");
}

/** Telegram hands back the keyboard without what it does not know. */
const keyboardOf = (markup: InlineKeyboardMarkup): InlineKeyboardMarkup => ({
  inline_keyboard: markup.inline_keyboard,
});

const actions = [
  "url",
  "callback_data",
  "web_app",
  "login_url",
  "switch_inline_query",
  "switch_inline_query_current_chat",
  "switch_inline_query_chosen_chat",
  "copy_text",
  "callback_game",
  "pay",
];

export function checkKeyboard(markup: Params["reply_markup"]): void {
  if (!markup?.inline_keyboard) return;
  if (markup.inline_keyboard.flat().length > 100)
    throw callerFault("an inline keyboard has at most 100 buttons");
  for (const button of markup.inline_keyboard.flat()) {
    const given = actions.filter((action) => action in button);
    if (!button.text?.trim())
      throw callerFault("can't parse inline keyboard button: text is empty");
    if (given.length !== 1)
      throw callerFault(
        given.length === 0
          ? "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
          : `inline keyboard button with ${given.join(" and ")}`,
      );
    if ("callback_data" in button) {
      const size = Buffer.byteLength(button.callback_data);
      if (size < 1 || size > maxCallbackBytes) throw callerFault("BUTTON_DATA_INVALID");
    }
    if (
      "url" in button &&
      !/^(?:https?:\/\/[^\s/.]+\.|tg:\/\/|https?:\/\/localhost)/iu.test(button.url)
    )
      throw callerFault(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`);
  }
}

export function textContent(params: Params): { text: string; entities?: MessageEntity[] } {
  const { text, entities } = parseText(params.text ?? "", params.parse_mode, params.entities);
  if (text.trim() === "") throw callerFault("message text is empty");
  if (text.length > maxText) throw callerFault("message is too long");
  checkEntities(text, entities);
  const stored = trimText(text, entities);
  const all = detectEntities(stored.text, stored.entities);
  return { text: stored.text, ...(all.length > 0 && { entities: all }) };
}

export function captionContent(params: {
  caption?: string;
  parse_mode?: string;
  caption_entities?: MessageEntity[];
}): { caption?: string; caption_entities?: MessageEntity[] } {
  const given = params.caption_entities;
  const { text, entities } = parseText(params.caption ?? "", params.parse_mode, given);
  if (text === "") return {};
  if (text.length > maxCaption) throw callerFault("message caption is too long");
  checkEntities(text, entities);
  const stored = trimText(text, entities);
  const all = detectEntities(stored.text, stored.entities);
  return { caption: stored.text, ...(all.length > 0 && { caption_entities: all }) };
}

/** What a repeat must not change: the content without the numbers and dates around it. */
export function isSameContent(one: Message, other: Message): boolean {
  const content = ({ text, entities, caption, caption_entities, reply_markup }: Message) =>
    JSON.stringify([text, entities, caption, caption_entities, reply_markup]);
  return content(one) === content(other);
}
