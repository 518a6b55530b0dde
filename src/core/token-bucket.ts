/** What is left of an allowance; plain data, so that whoever holds it decides where it lives. */
export interface Bucket {
  tokens: number;
  /** When `tokens` was counted, milliseconds since 1970. */
  at: number;
}

export interface Allowance {
  /** How many may be taken at once after a rest. */
  capacity: number;
  perSecond: number;
}

export type Taken =
  | { ok: true; bucket: Bucket }
  | { ok: false; bucket: Bucket; retryAfterMs: number };

/** How many could be taken; `undefined` is a bucket that nobody has drawn from yet. */
export function available(
  bucket: Bucket | undefined,
  now: number,
  { capacity, perSecond }: Allowance,
): number {
  if (!bucket) return capacity;
  const elapsedMs = Math.max(0, now - bucket.at);
  return Math.min(capacity, bucket.tokens + (elapsedMs * perSecond) / 1000);
}

/** Takes one. `undefined` is a bucket that nobody has drawn from yet; a clock that goes back gives nothing. */
export function take(bucket: Bucket | undefined, now: number, allowance: Allowance): Taken {
  const tokens = available(bucket, now, allowance);
  if (tokens >= 1) return { ok: true, bucket: { tokens: tokens - 1, at: now } };
  return {
    ok: false,
    bucket: { tokens, at: now },
    retryAfterMs: Math.ceil(((1 - tokens) * 1000) / allowance.perSecond),
  };
}
