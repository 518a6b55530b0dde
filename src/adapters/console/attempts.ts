import { type Bucket, take } from "../../core/token-bucket.ts";

/** Room for somebody who mistypes; too little for a machine. */
const each = { capacity: 20, perSecond: 1 / 6 };
const all = { capacity: 200, perSecond: 5 };
const maxAddresses = 5_000;

/** Takes one attempt to log in of an address, and one of what all share; the time to wait if there is none. */
export function createAttempts(): (address: string, now: number) => number {
  const buckets = new Map<string, Bucket>();
  let shared: Bucket | undefined;
  return (address, now) => {
    const own = take(buckets.get(address), now, each);
    // Set anew, so that the first in the map is the one that rested longest.
    buckets.delete(address);
    buckets.set(address, own.bucket);
    if (buckets.size > maxAddresses) buckets.delete(buckets.keys().next().value ?? "");
    if (!own.ok) return own.retryAfterMs;
    const taken = take(shared, now, all);
    shared = taken.bucket;
    return taken.ok ? 0 : taken.retryAfterMs;
  };
}
