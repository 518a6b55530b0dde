import type { Hono } from "hono";
import type { Update } from "grammy/types";
import { BotError, RateLimited } from "../../core/errors.ts";
import type { Channel } from "../../ports/channel.ts";
import type { Desk } from "../../ports/desk.ts";
import type { Leading } from "../../ports/lead.ts";
import { createAcknowledgements } from "./acknowledge.ts";
import { openApi } from "./api.ts";
import { introduce } from "./bot-profile.ts";
import { openTelegramDesk } from "./desk/desk.ts";
import { failureOf } from "./failure.ts";
import { filesOf } from "./files.ts";
import type { Self } from "./inbound.ts";
import type { TelegramOptions } from "./options.ts";
import { fits } from "./outbound.ts";
import { createPauses } from "./pauses.ts";
import { startPolling } from "./poll.ts";
import { createSender, readAddress } from "./send.ts";
import { createUpdates } from "./updates.ts";
import { webhookOf } from "./webhook.ts";

/**
 * In flight at once: what a kill may leave in doubt, so no more than the pace
 * needs where each takes a second (Telegram's 30 a second), or 50 ms where a
 * faster pace is set, for which there are as many connections.
 */
const leastAtOnce = 32;
const mostAtOnce = 256;
const sendSeconds = 0.05;
/** Short bursts in a chat are taken (https://core.telegram.org/bots/faq). */
const chatBurst = 3;
const groupBurst = 5;
const shortestPauseMs = 1000;
const longestPauseMs = 30_000;

export interface Telegram {
  channel: Channel;
  /** Absent where agents don't work there. */
  desk?: Desk;
  /** To be mounted at the path of the webhook's address; absent with polling. */
  webhook?: { path: string; app: Hono };
  /** Takes no more updates, lets those in hand come to their end and fetches no more files. */
  stopTaking(): Promise<void>;
  /** Closes the connections; no send may be under way. */
  close(): Promise<void>;
}

/** Serves customers on Telegram, from now on; a platform that is down or refuses the bot is asked again. */
export function openTelegram(options: TelegramOptions): Telegram {
  const { token, apiRoot, webhook, pace, texts, clock, log, sleep, defaultLanguage } = options;
  const api = openApi(token, apiRoot);
  const pauses = createPauses(() => clock.now());
  const acknowledge = createAcknowledgements({ api: api.calls, texts, clock, log, pauses });
  // The number before the colon is the bot's own.
  const self: Self = { id: Number(token.split(":")[0]) };
  const wayBack = () => self.username && `https://t.me/${self.username}`;
  const send = createSender({
    api: api.calls,
    texts,
    acknowledge,
    pauses,
    evidence: options.evidence,
    wayBack,
  });
  const fetching = new AbortController();
  const files = filesOf(api.calls, token, apiRoot, fetching.signal);
  const { desk: agents } = options;
  const desk =
    agents &&
    openTelegramDesk({
      ...options,
      chat: agents.chat,
      work: agents,
      perMinute: pace.groupPerMinute,
      api: api.calls,
      self,
      source: files,
      acknowledge,
      pauses,
      now: () => clock.now(),
    });
  const take = createUpdates({ ...options, self, acknowledge, desk, wayBack });
  let poller: Leading | undefined;
  let stopped = false;
  let napping: { abort: () => void } | undefined;
  let begun: Promise<void> | undefined;
  void start();

  return {
    channel: {
      name: "telegram",
      concurrency: atOnceFor(pace.perSecond),
      pace: {
        all: { capacity: pace.perSecond, perSecond: pace.perSecond },
        of: (address) =>
          address.startsWith("-")
            ? { capacity: groupBurst, perSecond: pace.groupPerMinute / 60 }
            : { capacity: chatBurst, perSecond: pace.chatPerSecond },
        // All topics of a group share what it takes.
        placeOf: (address) => address.split("/")[0] ?? "",
      },
      fits,
      send,
      files,
      showTyping(address) {
        const { chatId, threadId } = readAddress(address);
        acknowledge.showTyping(chatId, threadId);
      },
    },
    ...(desk && { desk: desk.desk }),
    ...(webhook && {
      webhook: {
        path: new URL(webhook.url).pathname,
        app: webhookOf({ secret: webhook.secret, accept, log }),
      },
    }),
    async stopTaking() {
      stopped = true;
      napping?.abort();
      fetching.abort();
      await poller?.stop();
      await desk?.stop();
    },
    close: () => api.close(),
  };

  async function start(): Promise<void> {
    for (let failures = 0; !stopped;) {
      try {
        const { username } = await introduce(api.calls, texts, defaultLanguage, webhook);
        self.username = username;
        await begin();
        log.info({ username }, "serving customers on Telegram");
        const now = () => clock.now();
        const poll = () => startPolling({ api: api.polls, accept, now, log, sleep });
        if (!webhook && !stopped) poller = options.lead?.("telegram:polling", poll) ?? poll();
        return;
      } catch (error) {
        if (stopped) return;
        failures++;
        const failure = failureOf(error);
        const why = failure instanceof BotError ? failure.message : "unexpected";
        const backOffMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** (failures - 1));
        const pauseMs = failure instanceof RateLimited ? failure.retryAfterMs : backOffMs;
        log.error({ why, pauseMs }, "Telegram can't be used yet; tried again");
        const nap = sleep(pauseMs);
        napping = nap;
        await nap.done;
      }
    }
  }

  async function accept(updates: readonly Update[]): Promise<void> {
    await begin();
    await take(updates);
  }

  /** Nothing is read before it is known where the desk is. */
  async function begin(): Promise<void> {
    begun ??= desk?.begin();
    try {
      await begun;
    } catch (error) {
      begun = undefined;
      throw error;
    }
  }
}

const atOnceFor = (perSecond: number): number =>
  Math.min(mostAtOnce, Math.max(leastAtOnce, Math.ceil(perSecond * sendSeconds)));
