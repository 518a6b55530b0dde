import { randomFillSync } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";

/** A draw from the system costs more than a turn's arithmetic, so it is made for many at once. */
const pool = new Uint8Array(4096);
let used = pool.length;

export const systemClock: Clock = {
  now: () => Date.now(),
  random(bytes) {
    if (bytes > pool.length) return randomFillSync(new Uint8Array(bytes));
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    const drawn = pool.slice(used - bytes, used);
    pool.fill(0, used - bytes, used);
    return drawn;
  },
};
