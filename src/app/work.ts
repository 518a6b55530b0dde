import type { Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import type { DeskName } from "../core/desk.ts";
import type { Deliverer } from "./deliver.ts";
import type { Follower } from "./follow.ts";
import type { Intake } from "./intake.ts";
import type { Receiver } from "./receive.ts";

/** How long a handled key is remembered: twice what a platform may repeat. */
const handledForMs = 48 * 3_600_000;
const tidyEveryMs = 3_600_000;
const timerBatch = 100;
/** After a fault of the store. */
const pauseMs = 1000;
/**
 * What is due and could not be started waits for room, of whose coming it is
 * told, or for its channel's pace.
 */
const blockedSleepMs = 250;
/** The longest sleep, so that a moved clock is noticed. */
const longestSleepMs = 30_000;

export interface Worker {
  /** Something was committed: look at once. */
  wake(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Fires due timers, takes what was held, delivers replies and shows the desks what is new, now and whenever there is something to do. */
export function startWorker(parts: {
  store: Store;
  receiver: Receiver;
  deliverer: Deliverer;
  intake: Intake;
  follower: Follower;
  /** What others follow waits until they are served again. */
  desks: readonly { name: DeskName }[];
  /** Replies on other channels wait until those are served again. */
  channels: readonly Pick<Channel, "name">[];
  clock: Clock;
  log: Log;
  /** Resolves after `ms`, or when `abort` is called. */
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Worker {
  const { store, deliverer, intake, follower, clock, log, sleep } = parts;
  const channels = parts.channels.map(({ name }) => name);
  const desks = parts.desks.map(({ name }) => name);
  let stopped = false;
  let woken = false;
  let tidiedAt = 0;
  let sleeping: { abort: () => void } | undefined;

  const running = run();
  return {
    wake() {
      woken = true;
      sleeping?.abort();
    },
    async stop() {
      stopped = true;
      sleeping?.abort();
      await running;
      await Promise.all([intake.idle(), deliverer.stop(), follower.idle()]);
    },
  };

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      const pause = await round();
      if (stopped || woken) continue;
      const nap = sleep(pause);
      sleeping = nap;
      await nap.done;
      sleeping = undefined;
    }
  }

  async function round(): Promise<number> {
    try {
      const fired = await fireDue();
      await intake.start();
      await deliverer.start();
      await follower.start();
      await tidy();
      if (!fired) return pauseMs;
      const next = await store.nextDueAt(channels, desks);
      return next === undefined ? longestSleepMs : sleepUntil(next - clock.now());
    } catch (error) {
      log.error({ code: codeOf(error) }, "the work stopped at a fault and goes on in a second");
      return pauseMs;
    }
  }

  /** Whether every timer that is due could be fired; one that can't must not hold up the others, nor the replies. */
  async function fireDue(): Promise<boolean> {
    let all = true;
    for (const timer of await store.dueTimers(clock.now(), timerBatch)) {
      try {
        await parts.receiver.fire(timer);
      } catch (error) {
        all = false;
        const { conversationId: conversation, id } = timer;
        log.error(
          { code: codeOf(error), conversation, timer: id },
          "a timer could not be fired and is tried again",
        );
      }
    }
    return all;
  }

  async function tidy(): Promise<void> {
    const now = clock.now();
    if (now - tidiedAt < tidyEveryMs) return;
    tidiedAt = now;
    await store.forgetHandled(now - handledForMs);
  }
}

const sleepUntil = (ms: number): number => (ms > 0 ? Math.min(ms, longestSleepMs) : blockedSleepMs);

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unexpected";
