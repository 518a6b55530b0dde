import type { Api } from "grammy/web";
import type { CallbackQuery, InlineKeyboardButton, Message } from "grammy/types";
import { partsOf } from "../../../core/desk.ts";
import { BotError, ThreadGone } from "../../../core/errors.ts";
import type { Span } from "../../../core/message.ts";
import type { Log } from "../../../ports/log.ts";
import type { Acknowledgements } from "../acknowledge.ts";
import { styled } from "../outbound.ts";
import { longestText } from "./card.ts";
import { type GroupCalls, threadOf } from "./group.ts";
import type { Person } from "./read.ts";
import { pauseAfter } from "./topics.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** As long as an agent may wait for an answer. */
const mostTries = 20;
const stopWithinMs = 1500;
/** https://core.telegram.org/bots/api#answercallbackquery */
const longestAlert = 200;

export interface Saying {
  topic: number;
  spans: readonly Span[];
  keyboard?: readonly (readonly InlineKeyboardButton[])[];
  /** The message that it answers. */
  answers?: number;
  /** Who is asked to answer it; their client opens the answer for them. */
  asks?: Person;
  /** Called with the number of the message, of the last one where it takes several. */
  said?: (message: number) => Promise<void>;
}

/**
 * What the bot says to agents in topics, beside what it shows there: answers,
 * previews, questions. One after the other, each tried until it is through;
 * what a restart loses is asked for anew by whoever misses it.
 */
export interface Voice {
  say(saying: Saying): void;
  /** Ends a button's waiting sign; `alert` has to be read. */
  answer(query: CallbackQuery, alert?: string): void;
  /** Takes a message of the bot back; one that can't be any more loses its buttons. */
  erase(message: number): void;
  /** Marks a message as taken down, in sight of all. */
  nod(message: number): void;
  /** Ends: what waits is tried once more, for a moment. */
  stop(): Promise<void>;
}

export function createVoice(parts: {
  api: Api;
  calls: GroupCalls;
  where: Whereabouts;
  acknowledge: Acknowledgements;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Voice {
  const { api, calls, where, acknowledge, log, sleep } = parts;
  let tail = Promise.resolve();
  let stopped = false;
  let napping: { abort: () => void } | undefined;

  return {
    say(saying) {
      const parted = partsOf(saying.spans, longestText);
      for (const [index, spans] of parted.entries()) {
        const isLast = index === parted.length - 1;
        enqueue(() => put({ ...saying, spans }, isLast));
      }
    },

    answer(query, alert) {
      acknowledge.answer(query, alert?.slice(0, longestAlert).toWellFormed(), true);
    },

    erase(message) {
      quietly(
        calls
          .call(0, (chatId) => api.deleteMessage(chatId, message))
          .catch(() => calls.call(0, (chatId) => api.editMessageReplyMarkup(chatId, message))),
      );
    },

    nod(message) {
      const reaction = [{ type: "emoji", emoji: "✍" }] as const;
      quietly(calls.call(0, (chatId) => api.setMessageReaction(chatId, message, [...reaction])));
    },

    async stop() {
      stopped = true;
      napping?.abort();
      const late = sleep(stopWithinMs);
      await Promise.race([tail, late.done]);
      late.abort();
    },
  };

  function enqueue(work: () => Promise<void>): void {
    tail = tail.then(() => insist(work));
  }

  /** Never rejects. */
  async function insist(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const isLost =
          error instanceof ThreadGone ||
          tries >= mostTries ||
          stopped ||
          (error instanceof BotError && !error.retryable);
        const code = error instanceof BotError ? error.code : "unexpected";
        if (isLost) return log.warn({ code }, "an agent could not be answered in their topic");
        const nap = sleep(pauseAfter(error, tries));
        napping = nap;
        await nap.done;
      }
    }
  }

  async function put({ topic, spans, keyboard, answers, asks, said }: Saying, isLast: boolean) {
    const { text, entities } = styled(spans);
    const mentions = asks ? mentionOf(asks, text) : [];
    const markup = asks
      ? { reply_markup: { force_reply: true as const, selective: true } }
      : keyboard && { reply_markup: { inline_keyboard: keyboard.map((row) => [...row]) } };
    const thread = threadOf(where.chatId, topic);
    const made: Message = await calls.inTopic(thread, 1, (chatId, within) =>
      api.sendMessage(chatId, text, {
        message_thread_id: within,
        entities: [...mentions, ...entities],
        link_preview_options: { is_disabled: true },
        ...(answers !== undefined && {
          reply_parameters: { message_id: answers, allow_sending_without_reply: true },
        }),
        ...(isLast && markup),
      }),
    );
    if (isLast) await said?.(made.message_id);
  }

  function quietly(call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      const code = error instanceof BotError ? error.code : "unexpected";
      log.info({ code }, "Telegram did not take a sign at the desk");
    });
  }
}

/** The text begins with the person's name. */
function mentionOf({ userId, name }: Person, text: string) {
  if (name === "" || !text.startsWith(name)) return [];
  const user = { id: Number(userId), is_bot: false, first_name: name };
  return [{ type: "text_mention" as const, offset: 0, length: name.length, user }];
}
