import { setTimeout as delay } from "node:timers/promises";
import { createDeliverer } from "../../src/app/deliver.ts";
import { createFollower } from "../../src/app/follow.ts";
import { createIntake } from "../../src/app/intake.ts";
import type { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import type { Receiver } from "../../src/app/receive.ts";
import { startWorker, type Worker } from "../../src/app/work.ts";
import type { Language } from "../../src/core/language.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Desk } from "../../src/ports/desk.ts";
import { library, quiet, refund } from "./shop.ts";

export function sleep(ms: number): { done: Promise<void>; abort: () => void } {
  const controller = new AbortController();
  const done = delay(ms, undefined, { signal: controller.signal }).catch(() => undefined);
  return { done, abort: () => controller.abort() };
}

/** What goes on beside the customers, as `main.ts` puts it together; nothing of it runs until it is told. */
export function createWork(parts: {
  store: Store;
  receiver: Receiver;
  channels: readonly Channel[];
  clock: Clock;
  keepEvidence?: ReturnType<typeof createKeepEvidence>;
  log?: Log;
  sleep?: typeof sleep;
  desks?: readonly Desk[];
  /** Of the desks. */
  language?: Language;
}) {
  const all = { log: quiet, sleep, keepEvidence: refuseAll, desks: [], ...parts };
  let worker: Worker | undefined;
  let moved = false;
  const wake = () => {
    moved = true;
    worker?.wake();
  };
  const deliverer = createDeliverer({ ...all, settled: wake });
  const intake = createIntake({ ...all, ready: wake });
  const follower = createFollower({
    ...all,
    flow: refund,
    texts: library.in(parts.language ?? "fr"),
    timeZone: "Europe/Paris",
    urlOf: (number) => `http://shop.test/console/cases/${number}`,
    ready: wake,
  });
  return {
    wake,
    intake,
    deliverer,
    follower,
    start: () => (worker = startWorker({ ...all, deliverer, intake, follower })),
    /** Sends and takes what is due until nothing is. */
    async settle() {
      for (;;) {
        moved = false;
        await intake.start();
        await deliverer.start();
        await follower.start();
        await Promise.all([intake.idle(), deliverer.idle(), follower.idle()]);
        const next = await parts.store.nextDueAt(
          undefined,
          all.desks.map(({ name }) => name),
        );
        if (next === undefined || next > parts.clock.now()) return;
        // What is due and did not start waits for its channel's pace.
        if (!moved) await all.sleep(1).done;
      }
    },
  };
}

const refuseAll: ReturnType<typeof createKeepEvidence> = async () => ({ refused: "noRoom" });
