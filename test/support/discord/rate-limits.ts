export type Scope = "user" | "global" | "shared";

/** A request that came although its bucket was closed. */
export interface EarlyCall {
  at: number;
  method: string;
  path: string;
  /** How much too early. */
  earlyMs: number;
}

export interface Refusal {
  retryAfterMs: number;
  scope: Scope;
}

export interface RateLimits {
  /** How many requests a bucket takes in how long; `null` for the open ones of most tests. */
  limit: { requests: number; perMs: number } | null;
  /** Requests a second over all buckets, Discord's 50 if enforced. */
  globalPerSecond: number | null;
  readonly early: EarlyCall[];
  /** Counts the request and says how long it has to wait, if it has to. */
  ask(bucket: string, method: string, path: string): Refusal | undefined;
  /** A planned 429 closes the bucket, or all of them. */
  shut(bucket: string, refusal: Refusal): void;
  headers(bucket: string): Record<string, string>;
  /** A 401, 403 or 429 has been answered. */
  invalid(): void;
  /** Those of the last ten minutes; at 10,000 Discord bans the address for a time. */
  readonly invalidRequests: number;
}

interface Bucket {
  start: number;
  used: number;
}

const invalidWindowMs = 10 * 60 * 1000;
/** A timer may fire this much before its time. */
const toleranceMs = 5;

export function createRateLimits(now: () => number): RateLimits {
  const buckets = new Map<string, Bucket>();
  const shutUntil = new Map<string, { until: number; scope: Scope }>();
  const early: EarlyCall[] = [];
  const invalid: number[] = [];
  let firstInvalid = 0;
  let second = { start: 0, used: 0 };
  const everything = "";

  const closed = (bucket: string, method: string, path: string): Refusal | undefined => {
    for (const key of [everything, bucket]) {
      const shut = shutUntil.get(key);
      if (shut === undefined) continue;
      const left = shut.until - now();
      if (left <= 0) {
        shutUntil.delete(key);
        continue;
      }
      if (left <= toleranceMs) continue;
      early.push({ at: now(), method, path, earlyMs: left });
      return { retryAfterMs: left, scope: shut.scope };
    }
    return undefined;
  };

  const limits: RateLimits = {
    limit: null,
    globalPerSecond: null,
    early,
    ask(bucket, method, path) {
      const refusal = closed(bucket, method, path);
      if (refusal !== undefined) return refusal;
      const at = now();
      if (limits.globalPerSecond !== null) {
        if (at - second.start >= 1000) second = { start: at, used: 0 };
        second.used += 1;
        if (second.used > limits.globalPerSecond) {
          const retryAfterMs = second.start + 1000 - at;
          limits.shut(everything, { retryAfterMs, scope: "global" });
          return { retryAfterMs, scope: "global" };
        }
      }
      if (limits.limit === null) return undefined;
      const { requests, perMs } = limits.limit;
      let entry = buckets.get(bucket);
      if (entry === undefined || at - entry.start >= perMs) {
        entry = { start: at, used: 0 };
        buckets.set(bucket, entry);
      }
      entry.used += 1;
      if (entry.used <= requests) return undefined;
      const retryAfterMs = entry.start + perMs - at;
      limits.shut(bucket, { retryAfterMs, scope: "user" });
      return { retryAfterMs, scope: "user" };
    },
    shut(bucket, { retryAfterMs, scope }) {
      const key = scope === "global" ? everything : bucket;
      shutUntil.set(key, { until: now() + retryAfterMs, scope });
    },
    headers(bucket) {
      const { requests, perMs } = limits.limit ?? { requests: 1000, perMs: 1000 };
      const entry = buckets.get(bucket);
      const resetMs = entry === undefined ? perMs : Math.max(0, entry.start + perMs - now());
      const used = limits.limit === null ? 1 : (entry?.used ?? 0);
      return {
        "x-ratelimit-limit": String(requests),
        "x-ratelimit-remaining": String(Math.max(0, requests - used)),
        "x-ratelimit-reset": ((now() + resetMs) / 1000).toFixed(3),
        "x-ratelimit-reset-after": (resetMs / 1000).toFixed(3),
        "x-ratelimit-bucket": hash(bucket),
      };
    },
    invalid: () => void invalid.push(now()),
    get invalidRequests() {
      while ((invalid[firstInvalid] ?? Infinity) <= now() - invalidWindowMs) firstInvalid += 1;
      return invalid.length - firstInvalid;
    },
  };
  return limits;
}

/** A name for the route without its channel, as Discord's buckets have. */
function hash(bucket: string): string {
  const route = bucket.split(" ").slice(0, 2).join(" ");
  let value = 0x811c9dc5;
  for (const letter of route) {
    value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, "0").repeat(4);
}
