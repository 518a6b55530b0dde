import { channelNames } from "../../core/conversation.ts";
import { deskNames } from "../../core/desk.ts";
import type { Client } from "./client.ts";
import { shards } from "./keys.ts";

/** How long it is believed that a part is as it was seen, where nobody says otherwise. */
export const believedForMs = 5000;

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
 * another process, is looked at again, and where less is due than was believed
 * whoever finds nothing there touches it.
 */
export interface Due {
  /** Something was, or may have been, written to the part. */
  touched(part: string): void;
  /** All that was written to the part is due at `at` or later, in this set: no reason to look. */
  awaits(part: string, set: DueSet, at: number): void;
  /** As all parts. */
  touchedAll(): void;
  /** The parts in which something of the set is due at `now`, the longest due first, and how many wait there, due or not. */
  partsWith(set: DueSet, now: number): Promise<{ part: string; waiting: number }[]>;
  nextAt(which: readonly DueSet[]): Promise<number | undefined>;
  /** Looks at every part; whether anything is due sooner than was known. */
  look(): Promise<boolean>;
}

interface Seen {
  /** Grows with every touch: what was asked before one is not believed. */
  touches: number;
  seenAt: number;
  first: Map<DueSet, Waiting>;
}

interface Waiting {
  /** When the first is due. */
  at: number;
  waiting: number;
}

export function createDue(client: Client, unindexed: (part: string) => void): Due {
  const parts = new Map<string, Seen>(
    shards.map((part) => [part, { touches: 0, seenAt: -Infinity, first: new Map() }]),
  );

  /** Whether anything is due sooner than was known. */
  async function look(which: readonly (readonly [string, Seen])[]): Promise<boolean> {
    const touches = which.map(([, seen]) => seen.touches);
    const found = await client.runOnEach<[number, ...(string | number | null)[]]>(
      "read what is due",
      "due",
      which.map(([part]) => ({ part, args: setKeys })),
    );
    const sooner = which.map(([part, seen], index) => {
      const [pending, ...firsts] = found[index] ?? [0];
      if (pending > 0) unindexed(part);
      const before = seen.first;
      seen.first = firstsIn(firsts);
      seen.seenAt = seen.touches === touches[index] ? performance.now() : -Infinity;
      return [...seen.first].some(([set, { at }]) => at < (before.get(set)?.at ?? Infinity));
    });
    return sooner.includes(true);
  }

  async function freshen(): Promise<void> {
    const oldest = performance.now() - believedForMs;
    await look([...parts].filter(([, { seenAt }]) => seenAt <= oldest));
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
    awaits(part, set, at) {
      const seen = parts.get(part);
      if (!seen) return;
      // What was asked before this does not know of it.
      seen.touches++;
      const { at: before = Infinity, waiting = 0 } = seen.first.get(set) ?? {};
      seen.first.set(set, { at: Math.min(before, at), waiting: waiting + 1 });
    },
    touchedAll() {
      for (const seen of parts.values()) touch(seen);
    },
    async partsWith(set, now) {
      await freshen();
      return [...parts]
        .map(([part, { first }]) => ({ part, ...(first.get(set) ?? nothing) }))
        .filter(({ at }) => at <= now)
        .toSorted((a, b) => a.at - b.at);
    },
    async nextAt(which) {
      await freshen();
      const times = [...parts.values()].flatMap(({ first }) =>
        which.flatMap((set) => first.get(set)?.at ?? []),
      );
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    look: () => look([...parts]),
  };
}

const setKeys = sets.map((set) => `:${set}`);

const nothing: Waiting = { at: Infinity, waiting: 0 };

const firstsIn = (found: readonly (string | number | null)[]): Map<DueSet, Waiting> =>
  new Map(
    sets.flatMap((set, index) => {
      const [at, waiting] = [found[2 * index], found[2 * index + 1]];
      return typeof at === "string" ? [[set, { at: Number(at), waiting: Number(waiting) }]] : [];
    }),
  );
