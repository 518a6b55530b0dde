import type { Chance } from "../chance.ts";
import type { Window } from "./bots.ts";
import { disturbances, type DisturbanceName } from "./faults.ts";
import type { Surroundings } from "./surroundings.ts";

/** What may go on at once: one thing with the processes, one with Redis, one with who talks to them. */
export const tracks: readonly (readonly DisturbanceName[])[] = [
  ["kill", "restart", "pause", "clock"],
  ["redisKill", "cut", "delay", "silence", "truncate", "diskFull"],
  ["customersCut", "race", "gateway", "updatesAgain"],
];

/**
 * Disturbs until it is over; the same seed gives the same disturbances in the
 * same order. Resolves with when each was.
 */
export async function disturb(
  around: Surroundings,
  tracksOf: readonly { names: readonly DisturbanceName[]; chance: Chance }[],
  gapMs: readonly [number, number],
  over: AbortSignal,
): Promise<Window[]> {
  const windows: Window[] = [];
  await Promise.all(
    tracksOf.map(async ({ names, chance }) => {
      const drawn = names.flatMap((name) =>
        Array<typeof name>(disturbances[name].weight).fill(name),
      );
      // Each once at first, so that a short run has seen them all as far as time allows.
      const first = names.toSorted(() => chance.between(0, 2) - 1);
      for (let turn = 0; ; turn++) {
        await around.nap(chance.between(...gapMs));
        if (over.aborted) return;
        const what = first[turn] ?? chance.pick(drawn);
        const window = { what, from: Date.now(), to: Infinity };
        windows.push(window);
        await disturbances[what].run(around, chance);
        window.to = Date.now();
      }
    }),
  );
  return windows;
}
