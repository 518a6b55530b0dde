import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";

const weekMs = 7 * 24 * 60 * 60_000;
const role = "console:link";
/** When a link was used last, milliseconds since 1970. */
const usedMark = "console:link-used";
/** Longer than the store takes to answer twice. */
const redeemWithinMs = 10_000;

/**
 * The token of the link that the start prints: good at every process on the
 * store, for a week, once. The first one that is used voids all that were drawn
 * before. Nothing is kept of it but when that was.
 */
export interface EntryLink {
  draw(): Promise<string>;
  /** Whether it is a good token; then it was the last time. */
  redeem(token: string): Promise<boolean>;
}

export function createEntryLink(
  store: Pick<Store, "secret" | "claim" | "unclaim" | "readMark" | "writeMarks">,
  clock: Clock,
): EntryLink {
  const tokenOf = async (drawnAt: number) => {
    const key = await store.secret("console-link");
    return `${drawnAt}.${createHmac("sha256", key).update(`${drawnAt}`).digest("base64url")}`;
  };

  async function isOurs(token: string, drawnAt: number): Promise<boolean> {
    const given = Buffer.from(token);
    const expected = Buffer.from(await tokenOf(drawnAt));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  const usedAt = async () => Number((await store.readMark(usedMark)) ?? -Infinity);

  return {
    // Later than the last use, whatever the clock says.
    draw: async () => tokenOf(Math.max(clock.now(), (await usedAt()) + 1)),
    async redeem(token) {
      const now = clock.now();
      const drawnAt = Number(/^(\d{1,16})\.[\w-]{43}$/u.exec(token)?.[1] ?? Number.NaN);
      if (!(now < drawnAt + weekMs) || !(await isOurs(token, drawnAt))) return false;
      // Of several who come at the same moment one has the role.
      const one = Buffer.from(clock.random(16)).toString("base64url");
      if (!(await store.claim(role, one, now, redeemWithinMs))) return false;
      try {
        if (drawnAt <= (await usedAt())) return false;
        await store.writeMarks([{ name: usedMark, value: `${Math.max(now, drawnAt)}` }]);
        return true;
      } finally {
        // Where that fails it ends by itself.
        await store.unclaim(role, one).catch(() => undefined);
      }
    },
  };
}
