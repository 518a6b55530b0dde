import type { Hono } from "hono";
import type { Update } from "grammy/types";
import { BotError, RateLimited, StoreUnavailable } from "../../core/errors.ts";
import type { HeldInbound } from "../../core/inbound.ts";
import type { Language } from "../../core/language.ts";
import type { Message } from "../../core/message.ts";
import { createOutage } from "../../core/outage.ts";
import type { Channel } from "../../ports/channel.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Desk, DeskWork } from "../../ports/desk.ts";
import type { Lead, Leading } from "../../ports/lead.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { createAcknowledgements } from "./acknowledge.ts";
import { openApi } from "./api.ts";
import { introduce, type Webhook } from "./bot-profile.ts";
import { openTelegramDesk } from "./desk/desk.ts";
import type { DeskReading } from "./desk/read.ts";
import { failureOf } from "./failure.ts";
import { filesOf } from "./files.ts";
import { conversationOf, readUpdate, type Reading, type Self } from "./inbound.ts";
import { fits } from "./outbound.ts";
import { createPauses } from "./pauses.ts";
import { startPolling } from "./poll.ts";
import { createSender, readAddress } from "./send.ts";
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
/** After this long a button stops waiting, whatever becomes of the press. */
const answerWithinMs = 4000;
const shortestPauseMs = 1000;
const longestPauseMs = 30_000;
/** Of the day for which Telegram keeps updates (https://core.telegram.org/bots/api#getting-updates). */
const nearlyLostMs = 20 * 3_600_000;

export interface TelegramOptions {
  token: string;
  /** Without a slash at the end. */
  apiRoot: string;
  /** Absent for long polling. */
  webhook?: Webhook;
  pace: { perSecond: number; chatPerSecond: number; groupPerMinute: number };
  /** The group in whose topics agents work; absent where they don't. */
  desk?: { chat: string } & DeskWork;
  defaultLanguage: Language;
  /** Durable when it resolves. */
  accept: (inbound: HeldInbound) => Promise<void>;
  /** What is asked where a conversation stands, as it would be said now. */
  prompt: (conversationId: string) => Promise<{ message: Message; revision: number } | undefined>;
  /** Sees to it that one process polls; absent where there is one. */
  lead?: Lead;
  store: Pick<Store, "load" | "readMark" | "readMarks" | "writeMarks">;
  /** What agents send. */
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  clock: Pick<Clock, "now">;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}

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
  const { token, apiRoot, webhook, pace, texts, clock, log, sleep, store, defaultLanguage } =
    options;
  const api = openApi(token, apiRoot);
  const outage = createOutage();
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
  let poller: Leading | undefined;
  let stopped = false;
  let napping: { abort: () => void } | undefined;
  let warnedOfLoss = false;
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

  /** One chat's updates in their order, chats side by side. */
  async function accept(updates: readonly Update[]): Promise<void> {
    await begin();
    const chats = new Map<string, Promise<void>>();
    for (const update of updates) {
      const reading = read(update);
      const chat = placeOf(reading) ?? `update-${update.update_id}`;
      chats.set(
        chat,
        (chats.get(chat) ?? Promise.resolve()).then(() => take(reading)),
      );
    }
    const outcomes = await Promise.allSettled(chats.values());
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
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

  /** Customers may have written more, which Telegram has dropped by now. */
  function warnOfLoss({ message }: Update): void {
    const ageMs = message ? clock.now() - message.date * 1000 : 0;
    if (warnedOfLoss || ageMs < nearlyLostMs) return;
    warnedOfLoss = true;
    log.error(
      { hours: Math.floor(ageMs / 3_600_000) },
      "what customers write was not taken for long; Telegram drops it after 24 hours",
    );
  }

  /** An update that can't be read is passed over: it must not keep back everybody's. */
  function read(update: Update): Reading | AtDesk {
    try {
      warnOfLoss(update);
      const atDesk = desk?.read(update);
      return atDesk ? { type: "desk", reading: atDesk } : readUpdate(update, self);
    } catch {
      log.error({ code: "malformed", update: update.update_id }, "an update can't be read");
      return { type: "nothing" };
    }
  }

  async function take(reading: Reading | AtDesk): Promise<void> {
    switch (reading.type) {
      case "desk":
        return desk?.take(reading.reading);
      case "inbound":
        return keep(reading.inbound);
      case "press":
        return takePress(reading);
      case "elsewhere":
        return acknowledge.sayWhere(reading, sentence("telegram:elsewhere", reading.language));
      case "nothing":
        return reading.query && acknowledge.answer(reading.query);
    }
  }

  /**
   * With webhooks Telegram brings a repeat to any process, so that each of them
   * may tell of the outage; of several that ask for updates one does.
   */
  async function keep(inbound: HeldInbound): Promise<void> {
    try {
      await options.accept(inbound);
      outage.kept(inbound);
    } catch (error) {
      if (error instanceof StoreUnavailable && outage.failed(inbound, clock.now()))
        acknowledge.sayWaiting(Number(inbound.address), sentence("chat:outage", inbound.language));
      throw error;
    }
  }

  async function takePress(press: Extract<Reading, { type: "press" }>): Promise<void> {
    const { query, inbound, page = 0, revision } = press;
    const late = sleep(answerWithinMs);
    let answered = false;
    const answer = (words?: string) => {
      if (!answered) acknowledge.answer(query, words);
      answered = true;
      late.abort();
    };
    void late.done.then(() => answer());
    try {
      const conversationId = conversationOf(query.message?.chat.id ?? 0);
      if (!inbound) return await turnPage(conversationId, press, page);
      // Of what is older only the sign would be another: buttons that go instead of a mark.
      const before = await store.load(conversationId, "orOlder");
      await keep(inbound);
      const isCurrent = before?.promptedRevision === revision;
      if (isCurrent) acknowledge.markPressed(query);
      else if (query.message) acknowledge.strip(query.message.chat.id, query.message.message_id);
    } catch (error) {
      answer(sentence("telegram:pressAgain", inbound?.language));
      throw error;
    } finally {
      answer();
    }
  }

  async function turnPage(
    conversationId: string,
    { query, revision }: Extract<Reading, { type: "press" }>,
    page: number,
  ): Promise<void> {
    const open = await options.prompt(conversationId);
    if (open?.revision === revision) acknowledge.turnPage(query, open.message, revision, page);
    else if (query.message) acknowledge.strip(query.message.chat.id, query.message.message_id);
  }

  function sentence(key: string, language = defaultLanguage): string {
    return texts.in(language).text(key, { link: wayBack() ?? "" });
  }
}

const atOnceFor = (perSecond: number): number =>
  Math.min(mostAtOnce, Math.max(leastAtOnce, Math.ceil(perSecond * sendSeconds)));

interface AtDesk {
  type: "desk";
  reading: DeskReading;
}

/** Where things happen in their order. */
function placeOf(reading: Reading | AtDesk): string | undefined {
  if (reading.type === "desk")
    return "topic" in reading.reading ? `desk-${reading.reading.topic}` : "desk";
  return reading.type === "inbound" || reading.type === "press"
    ? reading.inbound?.conversationId
    : undefined;
}
