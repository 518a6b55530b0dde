import type { Update } from "grammy/types";
import { StoreUnavailable } from "../../core/errors.ts";
import type { HeldInbound } from "../../core/inbound.ts";
import { createOutage } from "../../core/outage.ts";
import type { Acknowledgements } from "./acknowledge.ts";
import type { TelegramDesk } from "./desk/desk.ts";
import type { DeskReading } from "./desk/read.ts";
import { conversationOf, readUpdate, type Reading, type Self } from "./inbound.ts";
import type { TelegramOptions } from "./options.ts";

/** After this long a button stops waiting, whatever becomes of the press. */
const answerWithinMs = 4000;
/** Of the day for which Telegram keeps updates (https://core.telegram.org/bots/api#getting-updates). */
const nearlyLostMs = 20 * 3_600_000;

/**
 * Takes what Telegram brings, by polling or by webhook: one chat's updates in
 * their order, chats side by side.
 *
 * @returns resolves when all are durable; throws when some are not.
 */
export function createUpdates(
  parts: Pick<TelegramOptions, "accept" | "prompt" | "store" | "texts" | "defaultLanguage"> &
    Pick<TelegramOptions, "clock" | "log" | "sleep"> & {
      self: Self;
      acknowledge: Acknowledgements;
      desk: Pick<TelegramDesk, "read" | "take"> | undefined;
      /** The bot's own address, once it is known. */
      wayBack: () => string | undefined;
    },
): (updates: readonly Update[]) => Promise<void> {
  const { store, texts, defaultLanguage, clock, log, sleep } = parts;
  const { self, acknowledge, desk, wayBack } = parts;
  const outage = createOutage();
  let warnedOfLoss = false;

  return async (updates) => {
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
  };

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
      await parts.accept(inbound);
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
    const open = await parts.prompt(conversationId);
    if (open?.revision === revision) acknowledge.turnPage(query, open.message, revision, page);
    else if (query.message) acknowledge.strip(query.message.chat.id, query.message.message_id);
  }

  function sentence(key: string, language = defaultLanguage): string {
    return texts.in(language).text(key, { link: wayBack() ?? "" });
  }
}

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
