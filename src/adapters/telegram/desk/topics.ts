import type { Api } from "grammy/web";
import { type DeskCard, type DeskPost, partsOf } from "../../../core/desk.ts";
import { BotError, RateLimited, ThreadGone } from "../../../core/errors.ts";
import type { Texts } from "../../../core/texts.ts";
import type { Allowance } from "../../../core/token-bucket.ts";
import type { Desk, DeskWork } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { Store } from "../../../ports/store.ts";
import { styled } from "../outbound.ts";
import { cardKeyboard, cardText, longestText } from "./card.ts";
import { isBeyondChange, isUnchanged } from "./failure.ts";
import { type GroupCalls, threadOf, topicIn } from "./group.ts";
import { sheetsOf } from "./sheets.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** What a topic's icon may have (https://core.telegram.org/bots/api#createforumtopic). */
const iconColors = { urgent: 16_478_047, plain: 7_322_096 } as const;
/** For the message that tells of a topic which was made before a crash. */
const adoptWithinMs = 10_000;
const adoptEveryMs = 250;
/** So many unfinished posts are remembered. */
const mostRemembered = 1000;
const closedMark = "+closed";

/** Where a case's topic is noted when Telegram tells that it was made. */
export const topicMark = (chatId: number, number: string): string =>
  `desk:telegram:topic:${chatId}:${number}`;

/** Where a topic's card is noted. */
export const cardMark = (thread: string): string => `desk:telegram:card:${thread}`;

export interface NotedCard {
  message: number;
  url: string;
}

/** A case for each topic of the agents' group. */
export function createTopics(parts: {
  api: Api;
  calls: GroupCalls;
  where: Whereabouts;
  allowance: Allowance;
  store: Pick<Store, "readMark" | "writeMarks">;
  evidence: DeskWork["evidence"];
  texts: Texts;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Desk {
  const { api, calls, where, allowance, store, evidence, texts, log, sleep } = parts;
  /** How many pieces of a post stand there already, should the rest have failed. */
  const halfDone = new Map<string, number>();

  return {
    name: "telegram",
    concurrency: 4,
    pace: allowance,
    longestPost: longestText,

    async open(card, again) {
      const found = again ? await adopted(card) : undefined;
      if (found !== undefined) return found;
      const icon_color = card.urgent ? iconColors.urgent : iconColors.plain;
      return calls.call(1, async (chatId) => {
        const made = await api.createForumTopic(chatId, card.title, { icon_color });
        return threadOf(chatId, made.message_thread_id);
      });
    },

    async show(thread, card, shown) {
      const [id, wasClosed] = [Number.parseInt(shown ?? "", 10), shown?.endsWith(closedMark)];
      const isClosed = card.status === "closed";
      if (wasClosed && !isClosed) await calls.reopen(thread);
      const edited = shown !== undefined && (await edit(thread, card, id));
      const message = edited ? id : await put(thread, card);
      if (isClosed) await calls.close(thread);
      return `${message}${isClosed ? closedMark : ""}`;
    },

    async post(thread, post, id) {
      const pieces = await piecesOf(thread, post);
      if (halfDone.size > mostRemembered) halfDone.clear();
      for (let done = halfDone.get(id) ?? 0; done < pieces.length; done++) {
        halfDone.set(id, done);
        await pieces[done]?.();
      }
      halfDone.delete(id);
    },
  };

  /** The topic that was made for the case, as far as Telegram has told of one and it is still there. */
  async function adopted({ number }: DeskCard): Promise<string | undefined> {
    for (let waited = 0; waited < adoptWithinMs; waited += adoptEveryMs) {
      const thread = await store.readMark(topicMark(where.chatId, number));
      if (thread !== undefined) return (await isThere(thread)) ? thread : undefined;
      await sleep(adoptEveryMs).done;
    }
    return undefined;
  }

  async function isThere(thread: string): Promise<boolean> {
    try {
      await calls.reopen(thread);
      return true;
    } catch (error) {
      if (error instanceof ThreadGone) return false;
      throw error;
    }
  }

  function looksOf(thread: string, card: DeskCard) {
    const { text, entities } = cardText(card, texts);
    const keyboard = cardKeyboard(card, topicIn(thread, where.chatId), texts);
    const more = {
      entities,
      link_preview_options: { is_disabled: true },
      reply_markup: { inline_keyboard: keyboard },
    };
    return { text, more };
  }

  /** False where there is no such message any more. */
  async function edit(thread: string, card: DeskCard, id: number): Promise<boolean> {
    const { text, more } = looksOf(thread, card);
    return calls.call(1, async (chatId) => {
      try {
        await api.editMessageText(chatId, id, text, more);
      } catch (error) {
        if (isBeyondChange(error)) return false;
        if (!isUnchanged(error)) throw error;
      }
      return true;
    });
  }

  async function put(thread: string, card: DeskCard): Promise<number> {
    const { text, more } = looksOf(thread, card);
    const { message_id: id } = await calls.inTopic(thread, 1, (chatId, topic) =>
      api.sendMessage(chatId, text, { ...more, message_thread_id: topic }),
    );
    const noted: NotedCard = { message: id, url: card.url };
    await store.writeMarks([{ name: cardMark(thread), value: JSON.stringify(noted) }]);
    await pin(id);
    return id;
  }

  /** A card serves without a pin, too. */
  async function pin(id: number): Promise<void> {
    try {
      await calls.call(0, (chatId) =>
        api.pinChatMessage(chatId, id, { disable_notification: true }),
      );
    } catch (error) {
      const code = error instanceof BotError ? error.code : "unexpected";
      log.info({ code }, "a case's card could not be pinned");
    }
  }

  /** One message each, or one album. */
  async function piecesOf(
    thread: string,
    { spans, files }: DeskPost,
  ): Promise<(() => Promise<unknown>)[]> {
    const words = partsOf(spans, longestText).map((part) => () => {
      const { text, entities } = styled(part);
      const link_preview_options = { is_disabled: true };
      return calls.inTopic(thread, 1, (chatId, topic) =>
        api.sendMessage(chatId, text, {
          entities,
          link_preview_options,
          message_thread_id: topic,
        }),
      );
    });
    const sheets = (await sheetsOf(files, evidence, texts)).map(
      ({ messages, send }) =>
        () =>
          calls.inTopic(thread, messages, (chatId, topic) =>
            send(api, chatId, { message_thread_id: topic }),
          ),
    );
    return [...words, ...sheets];
  }
}

/** For what has to come through in the end, such as an answer to an agent. */
export const pauseAfter = (error: unknown, tries: number): number =>
  error instanceof RateLimited ? error.retryAfterMs : Math.min(30_000, 500 * 2 ** tries);
