/** What Telegram names as its limits (Bot FAQ, "My bot is hitting limits"); it promises none of them. */
export interface RateLimits {
  /** Messages to one chat; a short burst is let through. */
  perChat: { perSecond: number; burst: number };
  /** In all, over every chat. */
  inAll: { perSecond: number };
  perGroup: { perMinute: number };
}

export const realLimits: RateLimits = {
  perChat: { perSecond: 1, burst: 5 },
  inAll: { perSecond: 30 },
  perGroup: { perMinute: 20 },
};

export interface Rates {
  /** Seconds to wait; undefined where the message may go, which is then counted. */
  take(chatId: number, isGroup: boolean): number | undefined;
}

/** So many in any stretch of this length. */
interface Window {
  most: number;
  ms: number;
  times: number[];
}

interface Bucket {
  tokens: number;
  at: number;
}

export function createRates(limits: RateLimits, now: () => number): Rates {
  const { perChat, inAll, perGroup } = limits;
  const all: Window = { most: inAll.perSecond, ms: 1000, times: [] };
  const groups = new Map<number, Window>();
  const buckets = new Map<number, Bucket>();

  function groupOf(chatId: number): Window {
    const found = groups.get(chatId) ?? { most: perGroup.perMinute, ms: 60_000, times: [] };
    groups.set(chatId, found);
    return found;
  }

  function bucketOf(chatId: number): Bucket {
    const at = now();
    const bucket = buckets.get(chatId) ?? { tokens: perChat.burst, at };
    const refilled = bucket.tokens + ((at - bucket.at) * perChat.perSecond) / 1000;
    bucket.tokens = Math.min(perChat.burst, refilled);
    bucket.at = at;
    buckets.set(chatId, bucket);
    return bucket;
  }

  function waitOf({ most, ms, times }: Window): number {
    const at = now();
    while (times[0] !== undefined && times[0] + ms <= at) times.shift();
    const first = times[0];
    return times.length < most || first === undefined ? 0 : first + ms - at;
  }

  return {
    take(chatId, isGroup) {
      const windows = isGroup ? [all, groupOf(chatId)] : [all];
      const bucket = bucketOf(chatId);
      const waitMs = Math.max(
        bucket.tokens >= 1 ? 0 : ((1 - bucket.tokens) / perChat.perSecond) * 1000,
        ...windows.map(waitOf),
      );
      if (waitMs > 0) return Math.ceil(waitMs / 1000);
      bucket.tokens--;
      for (const { times } of windows) times.push(now());
      return undefined;
    },
  };
}
