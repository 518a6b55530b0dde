import type { HeldContent, HeldInbound } from "./inbound.ts";

/** A shorter one is a hiccup, of which nobody hears. */
const hiccupMs = 5000;
/** What has failed and does not come again for so long was taken by another process. */
const givenUpMs = 60_000;
/** So many wait and are told; whoever comes on top is told nothing. */
const mostRemembered = 10_000;

/** Of an outage of the store: since when it lasts, and whom this process has told of it. */
export interface Outage {
  /**
   * Notes that it could not be kept. True when its customer is to be told now:
   * once for each place, for as long as anything that failed still waits.
   */
  failed(inbound: HeldInbound, now: number): boolean;
  /** Notes that it is durable; the outage is over when all is that has failed. */
  kept(inbound: Pick<HeldInbound, "key">): void;
}

export function createOutage(): Outage {
  /** By key, when it failed last; the longest ago first. */
  const waiting = new Map<string, number>();
  const told = new Set<string>();
  let since = 0;

  function forget(now: number): void {
    for (const [key, failedAt] of waiting) {
      if (now - failedAt < givenUpMs && waiting.size < mostRemembered) return;
      waiting.delete(key);
    }
  }

  return {
    failed({ key, conversationId, address: place = conversationId, content }, now) {
      forget(now);
      if (waiting.size === 0) {
        since = now;
        told.clear();
      }
      waiting.delete(key);
      waiting.set(key, now);
      const isHiccup = now - since < hiccupMs;
      if (isHiccup || !isSaid(content) || told.has(place) || told.size >= mostRemembered)
        return false;
      told.add(place);
      return true;
    },
    // What failed earlier only: of what was kept before, a repeat succeeds without a write.
    kept: ({ key }) => void waiting.delete(key),
  };
}

/** By the customer, and in words or files: a press is answered on its own, and the rest is the platform's. */
const isSaid = ({ type }: HeldContent): boolean => said.has(type);

const said: ReadonlySet<HeldContent["type"]> = new Set([
  "started",
  "command",
  "text",
  "attachments",
  "unsupported",
  "edited",
]);
