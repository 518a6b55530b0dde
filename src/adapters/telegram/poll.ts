import type { Api } from "grammy/web";
import type { Update } from "grammy/types";
import { BotError, RateLimited, StoreUnavailable } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import { failureOf, isConflict, refusesBot } from "./failure.ts";
import { allowedUpdates } from "./inbound.ts";

const batch = 100;
const waitSeconds = 25;
const longestPauseMs = 30_000;
/** A full disk that has room again is not to be waited for. */
const storePauseMs = 1000;

export interface Poller {
  /** Ends after the batch in hand. */
  stop(): Promise<void>;
  /** Telegram tells whoever asked first that another asks for updates, too (409, `getUpdates`). */
  mayGoOn(since: number): boolean;
}

/**
 * Asks for updates for ever. The next offset, which makes Telegram forget a
 * batch, is asked for only when `accept` has made it durable; so a crash
 * brings the batch again, and the natural keys make it count once.
 *
 * Every run begins without an offset: Telegram keeps its own, and the numbers
 * of updates begin anew at random after a quiet week
 * (https://core.telegram.org/bots/api#update).
 *
 * @param accept resolves when all updates are durable; throws when some are not.
 */
export function startPolling(parts: {
  api: Api;
  accept: (updates: readonly Update[]) => Promise<void>;
  now: () => number;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Poller {
  const { api, accept, now, log, sleep } = parts;
  const end = new AbortController();
  let napping: { abort: () => void } | undefined;
  let otherSeenAt = -Infinity;
  const running = run();
  return {
    async stop() {
      end.abort();
      napping?.abort();
      await running;
    },
    mayGoOn: (since) => otherSeenAt < since,
  };

  async function run(): Promise<void> {
    let offset = 0;
    let failures = 0;
    while (!end.signal.aborted) {
      try {
        offset = await takeBatch(offset);
        failures = 0;
      } catch (error) {
        if (end.signal.aborted) return;
        failures++;
        if (isConflict(error)) otherSeenAt = now();
        const failure = failureOf(error);
        const code = failure instanceof BotError ? failure.code : "unexpected";
        const why = failure instanceof BotError ? failure.message : "";
        const pauseMs = pauseAfter(failure, failures);
        const level = refusesBot(error) ? "error" : "warn";
        log[level]({ code, why, pauseMs }, "no updates of Telegram could be taken; tried again");
        const nap = sleep(pauseMs);
        napping = nap;
        await nap.done;
      }
    }
  }

  async function takeBatch(offset: number): Promise<number> {
    const updates = await api.getUpdates(
      { offset, limit: batch, timeout: waitSeconds, allowed_updates: allowedUpdates },
      // grammY's type is of another package's signal; it takes Node's.
      end.signal as never,
    );
    await accept(updates);
    const last = updates.at(-1);
    return last === undefined ? offset : last.update_id + 1;
  }
}

function pauseAfter(failure: unknown, failures: number): number {
  if (failure instanceof RateLimited) return failure.retryAfterMs;
  if (failure instanceof StoreUnavailable) return storePauseMs;
  return Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 6));
}
