import type { Update } from "@grammyjs/types";
import { ApiProblem, conflict } from "./problem.ts";
import type { UpdateQueue } from "./updates.ts";

export interface Polling {
  /** @param gone calls back when the poller has hung up; its updates stay. */
  poll(
    request: { offset?: number; limit?: number; timeout?: number },
    gone: (left: () => void) => void,
  ): Promise<Update[]> | Update[];
  /** New updates are there. */
  wake(): void;
  /** Ends the poll that waits, as another poller or setWebhook does. */
  interrupt(problem: ApiProblem): void;
  readonly waiting: boolean;
}

interface Waiter {
  resolve(updates: Update[]): void;
  reject(problem: ApiProblem): void;
  offset: number;
  limit: number;
  timer: NodeJS.Timeout;
}

const maxTimeoutSeconds = 50;

export function createPolling(updates: UpdateQueue): Polling {
  let waiter: Waiter | undefined;
  let isWoken = false;

  function release(): Waiter | undefined {
    const released = waiter;
    clearTimeout(released?.timer);
    waiter = undefined;
    return released;
  }

  /** Updates of one tick go out in one answer, as an album's parts do. */
  function answer(): void {
    isWoken = false;
    if (!waiter) return;
    const found = updates.read(waiter.offset, waiter.limit);
    if (found.length > 0) release()?.resolve(found);
  }

  return {
    get waiting() {
      return waiter !== undefined;
    },
    wake() {
      if (isWoken || !waiter) return;
      isWoken = true;
      setImmediate(answer);
    },
    interrupt: (problem) => release()?.reject(problem),
    poll(request, gone) {
      release()?.reject(
        conflict(
          "terminated by other getUpdates request; make sure that only one bot instance is running",
        ),
      );
      const given = request.limit ?? 100;
      const limit = given >= 1 && given <= 100 ? given : 100;
      const offset = request.offset ?? 0;
      const found = updates.read(offset, limit);
      const timeout = Math.min(Math.max(request.timeout ?? 0, 0), maxTimeoutSeconds);
      if (found.length > 0 || timeout === 0) return found;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          release();
          resolve([]);
        }, timeout * 1000);
        const own: Waiter = { resolve, reject, offset: Math.max(offset, 0), limit, timer };
        waiter = own;
        gone(() => {
          if (waiter === own) release();
        });
      });
    },
  };
}
