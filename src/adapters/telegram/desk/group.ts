import type { Api } from "grammy/web";
import { Moved, PlatformUnavailable, RateLimited, ThreadGone } from "../../../core/errors.ts";
import type { Allowance } from "../../../core/token-bucket.ts";
import type { Log } from "../../../ports/log.ts";
import type { Pauses } from "../pauses.ts";
import { groupFailureOf, isClosed, isUnchanged } from "./failure.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** Said again, should it last. */
const complainEveryMs = 600_000;

/** A case's topic, as the desk finds it: with its group, in case that changes. */
export const threadOf = (chatId: number, topic: number): string => `${chatId}/${topic}`;

/** @throws ThreadGone for a topic of another group. */
export function topicIn(thread: string, chatId: number): number {
  const [chat, topic] = thread.split("/");
  if (Number(chat) !== chatId) throw new ThreadGone("telegram");
  return Number(topic);
}

/**
 * How much may still be said in the group. A group takes 20 messages a minute
 * of a bot, all topics together (https://core.telegram.org/bots/faq).
 */
export function groupAllowance(perMinute: number): Allowance {
  const burst = Math.max(1, Math.min(5, Math.floor(perMinute / 4)));
  // So that no minute has more, the one after a rest neither.
  return { capacity: burst, perSecond: Math.max(1, perMinute - burst) / 60 };
}

/** Calls to the agents' group: within its pace, where it is now, and with errors that say what is to be done. */
export function createGroupCalls(parts: {
  api: Api;
  where: Whereabouts;
  pauses: Pauses;
  allowance: Allowance;
  now: () => number;
  log: Log;
  /** Whether a topic's case is closed, and its topic with it. */
  isCaseClosed: (thread: string) => Promise<boolean>;
}) {
  const { api, where, pauses, allowance, now, log, isCaseClosed } = parts;
  let room = { tokens: allowance.capacity, at: now() };
  let complainedAt = -Infinity;

  return { call, inTopic, close, reopen };

  /**
   * @param messages how many messages it makes of the group's allowance.
   * @throws RateLimited where it has none left; nothing was done.
   */
  async function call<T>(messages: number, make: (chatId: number) => Promise<T>): Promise<T> {
    const { chatId } = where;
    const waitMs = Math.max(pauses.left(chatId), messages > 0 ? roomIn() : 0);
    if (waitMs > 0) throw new RateLimited("telegram", waitMs);
    room.tokens -= messages;
    try {
      return await make(chatId);
    } catch (error) {
      const failure = groupFailureOf(error);
      pauses.note(chatId, failure);
      complain(failure);
      if (!(failure instanceof Moved)) throw isClosed(error) ? error : failure;
      await where.move(Number(failure.address));
      throw new RateLimited("telegram", 0);
    }
  }

  /** As `call`, in a topic, which is opened for it where it is merely closed. */
  async function inTopic<T>(
    thread: string,
    messages: number,
    make: (chatId: number, topic: number) => Promise<T>,
  ): Promise<T> {
    const within = () => call(messages, (chatId) => make(chatId, topicIn(thread, chatId)));
    try {
      return await within();
    } catch (error) {
      if (!isClosed(error)) throw error;
    }
    await reopen(thread);
    const made = await within();
    if (await isCaseClosed(thread)) await close(thread);
    return made;
  }

  function close(thread: string): Promise<void> {
    return changed((chatId) => api.closeForumTopic(chatId, topicIn(thread, chatId)));
  }

  function reopen(thread: string): Promise<void> {
    return changed((chatId) => api.reopenForumTopic(chatId, topicIn(thread, chatId)));
  }

  async function changed(make: (chatId: number) => Promise<unknown>): Promise<void> {
    await call(0, async (chatId) => {
      try {
        await make(chatId);
      } catch (error) {
        if (!isUnchanged(error)) throw error;
      }
    });
  }

  /** How long until a message may go. */
  function roomIn(): number {
    const { capacity, perSecond } = allowance;
    const at = now();
    const regained = (Math.max(0, at - room.at) * perSecond) / 1000;
    room = { tokens: Math.min(capacity, room.tokens + regained), at };
    return room.tokens >= 1 ? 0 : Math.ceil(((1 - room.tokens) * 1000) / perSecond);
  }

  function complain(failure: unknown): void {
    if (!(failure instanceof PlatformUnavailable) || now() - complainedAt < complainEveryMs) return;
    complainedAt = now();
    log.error({ why: failure.message }, "the desk on Telegram can't be worked at; it waits");
  }
}

export type GroupCalls = ReturnType<typeof createGroupCalls>;
