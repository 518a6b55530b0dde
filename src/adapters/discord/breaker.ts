const windowMs = 600_000;
/** A tenth of the 10,000 at which Discord bans the address for an hour (Rate Limits, "Invalid Request Limit"). */
const mostInvalid = 1000;

export interface Breaker {
  /** How long to wait until a request may be made; 0 when at once. */
  pauseMs(now: number): number;
  /** Counts an answer: 401, 403 and 429 are invalid, but not a 429 that is others' doing. */
  count(now: number, status: number, scope: string | null): void;
}

/** Keeps the bot far from the ban, whatever goes wrong. */
export function createBreaker(): Breaker {
  let invalid: number[] = [];
  return {
    pauseMs(now) {
      invalid = invalid.filter((at) => at > now - windowMs);
      const oldest = invalid.at(-mostInvalid);
      return oldest === undefined ? 0 : oldest + windowMs - now;
    },
    count(now, status, scope) {
      const isInvalid = status === 401 || status === 403 || (status === 429 && scope !== "shared");
      if (isInvalid) invalid.push(now);
    },
  };
}
