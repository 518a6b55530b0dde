import { BotError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lead, Work } from "../ports/lead.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";

/** How long a role outlives a process that is gone. */
const roleMs = 6000;
const renewMs = 2000;
/** Ended before another can have it. */
const surelyMs = roleMs - renewMs;

/**
 * Work that one process at a time does: it asks for the role now and then,
 * keeps it while it lives, and ends the work before another can begin it. Where
 * the store can't be asked, nobody else can have asked it either, as a rule: work
 * that would see another goes on until it does. So customers are heard, and told
 * to wait, while the store is away. That two do it at once is possible for a
 * moment, also after a process stood still, so the work must bear that.
 */
export function createLead(parts: {
  store: Pick<Store, "claim" | "unclaim">;
  /** Of this process, another for each. */
  owner: string;
  clock: Clock;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Lead {
  const { store, owner, clock, log, sleep } = parts;

  return function lead(role, work) {
    let working: Work | undefined;
    let keptAt = -Infinity;
    let stopped = false;
    let napping: { abort: () => void } | undefined;
    const running = run();

    return {
      async stop() {
        stopped = true;
        napping?.abort();
        await running;
        await end();
        await store.unclaim(role, owner).catch(() => {});
      },
    };

    async function run(): Promise<void> {
      while (!stopped) {
        await look();
        if (stopped) return;
        const nap = sleep(renewMs);
        napping = nap;
        await nap.done;
      }
    }

    async function look(): Promise<void> {
      const now = clock.now();
      const has = await store.claim(role, owner, now, roleMs).catch((error: unknown) => {
        const code = error instanceof BotError ? error.code : "unexpected";
        log.warn({ role, code }, "whether this process has its role can't be asked");
        return undefined;
      });
      if (has) keptAt = now;
      if (has && !working && !stopped) {
        log.info({ role }, "this process has the role");
        working = work();
      }
      if (!working) return;
      const mayBeOver = clock.now() - keptAt >= surelyMs && !working.mayGoOn?.(keptAt);
      if (has === false || mayBeOver) {
        log.warn({ role }, "another process has the role, or may have it");
        await end();
      }
    }

    async function end(): Promise<void> {
      const ended = working;
      working = undefined;
      await ended?.stop();
    }
  };
}
