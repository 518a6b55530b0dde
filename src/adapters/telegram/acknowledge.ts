import type { Api } from "grammy/web";
import type { CallbackQuery } from "grammy/types";
import type { Language } from "../../core/language.ts";
import type { Message } from "../../core/message.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { failureOf, isDoneAlready } from "./failure.ts";
import { keyboardOf, type KeyboardWords } from "./keyboard.ts";
import type { Pauses } from "./pauses.ts";

/** So many are remembered: keyboards that are gone, presses that are answered. */
const mostRemembered = 10_000;
const groupPauseMs = 600_000;

/**
 * The signs that Telegram wants at once: they go out beside the lanes, best
 * effort, and carry no content. None ever throws or is waited for, and none
 * goes to a chat that Telegram asks to be left alone.
 */
export interface Acknowledgements {
  /** Ends the button's waiting sign, once for each press; `sentence` is shown over the chat, and has to be closed as an alert. */
  answer(query: CallbackQuery, sentence?: string, isAlert?: boolean): void;
  /** Shows below a question what was pressed, in place of its buttons. */
  markPressed(query: CallbackQuery): void;
  /** Takes a message's buttons away. */
  strip(chatId: number, messageId: number): void;
  turnPage(query: CallbackQuery, message: Message, revision: number, page: number): void;
  showTyping(chatId: number, threadId: number | undefined): void;
  /** Says in a private chat that what was written there has to wait. */
  sayWaiting(chatId: number, sentence: string): void;
  /** Says in a group, now and then, where the bot answers. */
  sayWhere(place: { chatId: number; threadId?: number }, sentence: string): void;
}

export const keyboardWords = (library: TextLibrary, language: Language): KeyboardWords => {
  const texts = library.in(language);
  return {
    more: texts.text("telegram:keyboard.more"),
    back: texts.text("telegram:keyboard.back"),
    change: texts.text("telegram:keyboard.change"),
  };
};

export function createAcknowledgements(parts: {
  api: Api;
  texts: TextLibrary;
  clock: Pick<Clock, "now">;
  log: Log;
  pauses: Pauses;
}): Acknowledgements {
  const { api, texts, clock, log, pauses } = parts;
  const done = new Set<string>();
  const saidIn = new Map<number, number>();

  function quietly(what: string, call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      if (isDoneAlready(error)) return;
      const { code = "unexpected" } = failureOf(error) as { code?: string };
      log.info({ code, what }, "Telegram did not take a sign");
    });
  }

  function inChat(chatId: number, what: string, call: () => Promise<unknown>): void {
    if (pauses.left(chatId) > 0) return;
    const called = call().catch((error: unknown) => {
      pauses.note(chatId, failureOf(error));
      throw error;
    });
    quietly(what, called);
  }

  function isFirst(key: string): boolean {
    if (done.size > mostRemembered) done.clear();
    if (done.has(key)) return false;
    done.add(key);
    return true;
  }

  const keyboardOn = (chatId: number, messageId: number) => `${chatId}:${messageId}`;

  function strip(chatId: number, messageId: number): void {
    if (isFirst(keyboardOn(chatId, messageId)))
      inChat(chatId, "strip", () => api.editMessageReplyMarkup(chatId, messageId));
  }

  return {
    answer(query, sentence, isAlert = false) {
      // An update that can't be kept yet comes again, with the same press.
      if (!isFirst(query.id)) return;
      const words =
        sentence === undefined ? {} : { text: sentence, ...(isAlert && { show_alert: true }) };
      quietly("answer", api.answerCallbackQuery(query.id, words));
    },

    markPressed({ data, message }) {
      // A message of long ago comes without its text (`InaccessibleMessage`).
      if (!message || message.date === 0) return;
      const { chat, message_id: id } = message;
      const label = message.reply_markup?.inline_keyboard
        .flat()
        .find((button) => "callback_data" in button && button.callback_data === data)?.text;
      const { text, entities = [] } = message;
      const mark = `\n\n✓ ${label}`;
      if (label === undefined || text === undefined || text.length + mark.length > 4096) {
        strip(chat.id, id);
        return;
      }
      if (!isFirst(keyboardOn(chat.id, id))) return;
      const bold = { type: "bold" as const, offset: text.length + 2, length: mark.length - 2 };
      inChat(chat.id, "mark", () =>
        api.editMessageText(chat.id, id, text + mark, {
          entities: [...entities, bold],
          link_preview_options: { is_disabled: true },
        }),
      );
    },

    strip,

    turnPage({ message: shown }, message, revision, page) {
      if (!shown) return;
      const keyboard = keyboardOf(message, revision, keyboardWords(texts, message.language), page);
      inChat(shown.chat.id, "turn", () =>
        api.editMessageReplyMarkup(shown.chat.id, shown.message_id, {
          reply_markup: { inline_keyboard: keyboard },
        }),
      );
    },

    showTyping: (chatId, threadId) =>
      inChat(chatId, "typing", () => api.sendChatAction(chatId, "typing", inTopic(threadId))),

    sayWaiting: (chatId, sentence) =>
      inChat(chatId, "waiting", () => api.sendMessage(chatId, sentence)),

    sayWhere({ chatId, threadId }, sentence) {
      const now = clock.now();
      if (now - (saidIn.get(chatId) ?? 0) < groupPauseMs) return;
      if (saidIn.size > mostRemembered) saidIn.clear();
      saidIn.set(chatId, now);
      inChat(chatId, "where", () => api.sendMessage(chatId, sentence, inTopic(threadId)));
    },
  };
}

const inTopic = (threadId: number | undefined) =>
  threadId === undefined ? {} : { message_thread_id: threadId };
