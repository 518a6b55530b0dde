import type { Params } from "./params.ts";

/** One request of the bot and what really became of it. */
export interface LoggedCall {
  at: number;
  method: string;
  params: Params;
  chatId?: number;
  /** Whether it was carried out, whatever the bot was told. */
  applied: boolean;
  /** `ok`, the description of the refusal, or the planned fault's type. */
  outcome: string;
  /** Of the message that it made or changed; of an album's, the first. */
  messageId?: number;
}

export interface CallLog {
  readonly calls: LoggedCall[];
  add(call: LoggedCall): void;
  /** The first call that fits, an earlier one or the next. */
  waitFor(fits: (call: LoggedCall) => boolean, timeoutMs: number): Promise<LoggedCall>;
}

export function createCallLog(): CallLog {
  const calls: LoggedCall[] = [];
  const watchers = new Set<(call: LoggedCall) => void>();
  return {
    calls,
    add(call) {
      calls.push(call);
      for (const watcher of watchers) watcher(call);
    },
    waitFor(fits, timeoutMs) {
      const earlier = calls.find(fits);
      if (earlier) return Promise.resolve(earlier);
      return new Promise((resolve, reject) => {
        const watcher = (call: LoggedCall) => {
          if (!fits(call)) return;
          watchers.delete(watcher);
          clearTimeout(timer);
          resolve(call);
        };
        const timer = setTimeout(() => {
          watchers.delete(watcher);
          const last = calls.slice(-5).map(({ method, outcome }) => `${method} (${outcome})`);
          const came = last.join(", ") || "none";
          reject(new Error(`no such call within ${timeoutMs} ms; the last: ${came}`));
        }, timeoutMs);
        watchers.add(watcher);
      });
    },
  };
}
