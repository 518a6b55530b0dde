import { BotError } from "../core/errors.ts";
import type { Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { LeasedReply, Settlement, Store } from "../ports/store.ts";

const leaseMs = 20_000;
const batch = 64;
const longestPauseMs = 60_000;

/** Sends the replies that are due, each lane in its order, until none is left. Returns how many went out. */
export async function deliverDue(parts: {
  store: Store;
  channels: readonly Channel[];
  clock: Clock;
  log: Log;
}): Promise<number> {
  const { store, channels, clock, log } = parts;
  let sent = 0;
  for (;;) {
    const leased = await store.lease(clock.now(), leaseMs, batch);
    if (leased.length === 0) return sent;
    const settlements = await Promise.all(leased.map((reply) => attempt(reply)));
    await store.settle(settlements);
    sent += settlements.filter(({ outcome }) => outcome === "sent").length;
  }

  async function attempt(reply: LeasedReply): Promise<Settlement> {
    const channel = channels.find(({ name }) => name === reply.channel);
    try {
      if (!channel) throw new TypeError(`no channel ${reply.channel}`);
      await channel.send(reply);
      return { id: reply.id, outcome: "sent" };
    } catch (error) {
      const pauseMs = Math.min(longestPauseMs, 1000 * 2 ** Math.min(reply.attempts, 6));
      log.warn(
        { reply: reply.id, code: error instanceof BotError ? error.code : "unexpected", pauseMs },
        "a reply could not be sent and is tried again",
      );
      return {
        id: reply.id,
        outcome: "later",
        attempts: reply.attempts,
        retryAt: clock.now() + pauseMs,
      };
    }
  }
}
