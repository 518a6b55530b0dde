import { type Allowance, type Bucket, take } from "../../core/token-bucket.ts";

/** Room for people in a hurry; too little for a machine. */
const allowances = {
  message: { each: { capacity: 20, perSecond: 1 }, all: { capacity: 600, perSecond: 200 } },
  upload: { each: { capacity: 20, perSecond: 1 / 6 }, all: { capacity: 120, perSecond: 10 } },
  start: { each: { capacity: 60, perSecond: 1 / 2 }, all: { capacity: 600, perSecond: 20 } },
} as const satisfies Record<string, { each: Allowance; all: Allowance }>;

export type Limited = keyof typeof allowances;

const maxBuckets = 20_000;
/** Uploads are held in memory until they are kept. */
const maxUploadsAtOnce = 8;

export interface Limits {
  /** Takes one for `who` (a visitor; for a start an address) and one of what all share; the time to wait if there is none. */
  take(what: Limited, who: string, now: number): { retryAfterMs: number } | undefined;
  /** Runs an upload unless too many are under way. */
  upload<T>(work: () => Promise<T>): Promise<T | { retryAfterMs: number }>;
}

export function createLimits(): Limits {
  const buckets = new Map<string, Bucket>();
  let uploads = 0;

  function takeFrom(key: string, now: number, allowance: Allowance): number {
    const taken = take(buckets.get(key), now, allowance);
    // Set anew, so that the first in the map is the one that rested longest: the one to forget.
    buckets.delete(key);
    buckets.set(key, taken.bucket);
    if (buckets.size > maxBuckets) buckets.delete(buckets.keys().next().value ?? "");
    return taken.ok ? 0 : taken.retryAfterMs;
  }

  return {
    take(what, who, now) {
      const { each, all } = allowances[what];
      const retryAfterMs = takeFrom(`${what}:${who}`, now, each) || takeFrom(what, now, all);
      return retryAfterMs ? { retryAfterMs } : undefined;
    },
    async upload(work) {
      if (uploads >= maxUploadsAtOnce) return { retryAfterMs: 2_000 };
      uploads++;
      try {
        return await work();
      } finally {
        uploads--;
      }
    },
  };
}
