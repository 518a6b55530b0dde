import { channelNames } from "../../core/conversation.ts";
import { deskNames } from "../../core/desk.ts";
import type { Client } from "./client.ts";
import { shards } from "./keys.ts";

/** How long it is believed that a part is as it was seen, where nobody says otherwise. */
const believedForMs = 5000;

const sets = [
  "timers",
  "held",
  ...channelNames.map((channel) => `ready:${channel}` as const),
  ...deskNames.map((desk) => `following:${desk}` as const),
] as const;

export type DueSet = (typeof sets)[number];

/**
 * What waits in which part, so that a round asks only those parts where
 * something is due. Never the truth: a part that was touched, here or by
 * another process, is looked at again.
 */
export interface Due {
  /** Something was, or may have been, written to the part. */
  touched(part: string): void;
  /** As all parts. */
  touchedAll(): void;
  /** The parts in which something of the set is due at `now`, the longest due first. */
  partsWith(set: DueSet, now: number): Promise<string[]>;
  nextAt(which: readonly DueSet[]): Promise<number | undefined>;
  /** Looks at every part; whether anything is due sooner than was known. */
  look(): Promise<boolean>;
}

interface Seen {
  /** Grows with every touch: what was asked before one is not believed. */
  touches: number;
  seenAt: number;
  first: Map<DueSet, number>;
}

export function createDue(client: Client, unindexed: (part: string) => void): Due {
  const parts = new Map<string, Seen>(
    shards.map((part) => [part, { touches: 0, seenAt: -Infinity, first: new Map() }]),
  );

  async function look(part: string, seen: Seen): Promise<boolean> {
    const { touches } = seen;
    const [pending, ...firsts] = await client.run<[number, ...(string | null)[]]>(
      "read what is due",
      "due",
      { part, args: sets.map((set) => `:${set}`) },
    );
    if (pending > 0) unindexed(part);
    const before = seen.first;
    seen.first = new Map(
      sets.flatMap((set, index) => {
        const at = firsts[index];
        return at === null || at === undefined ? [] : [[set, Number(at)] as const];
      }),
    );
    seen.seenAt = seen.touches === touches ? performance.now() : -Infinity;
    return [...seen.first].some(([set, at]) => at < (before.get(set) ?? Infinity));
  }

  async function freshen(): Promise<void> {
    const oldest = performance.now() - believedForMs;
    const stale = [...parts].filter(([, { seenAt }]) => seenAt <= oldest);
    await Promise.all(stale.map(([part, seen]) => look(part, seen)));
  }

  const touch = (seen: Seen) => {
    seen.touches++;
    seen.seenAt = -Infinity;
  };

  return {
    touched(part) {
      const seen = parts.get(part);
      if (seen) touch(seen);
    },
    touchedAll() {
      for (const seen of parts.values()) touch(seen);
    },
    async partsWith(set, now) {
      await freshen();
      return [...parts]
        .map(([part, { first }]) => ({ part, at: first.get(set) ?? Infinity }))
        .filter(({ at }) => at <= now)
        .toSorted((a, b) => a.at - b.at)
        .map(({ part }) => part);
    },
    async nextAt(which) {
      await freshen();
      const times = [...parts.values()].flatMap(({ first }) =>
        which.flatMap((set) => first.get(set) ?? []),
      );
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    async look() {
      const sooner = await Promise.all([...parts].map(([part, seen]) => look(part, seen)));
      return sooner.includes(true);
    },
  };
}
