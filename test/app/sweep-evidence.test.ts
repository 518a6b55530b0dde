import { expect, it } from "vitest";
import { startEvidenceSweep } from "../../src/app/sweep-evidence.ts";
import { StoreUnavailable } from "../../src/core/errors.ts";
import { stoppedClock } from "../support/shop.ts";

/** A sweep whose sleeps end when the test says so. */
function openSweep() {
  const asked: string[][] = [];
  const removed: string[] = [];
  const told: string[] = [];
  const naps: { ms: number; end: () => void }[] = [];
  const on = { kept: ["sent-long-ago", "never-sent"], down: false };
  const sweep = startEvidenceSweep({
    store: {
      async unnamedEvidence(ids) {
        if (on.down) throw new StoreUnavailable("look for evidence");
        asked.push([...ids]);
        return new Set([...ids].filter((id) => id.startsWith("never")));
      },
    },
    evidence: {
      keptBefore: async () => on.kept.filter((id) => !removed.includes(id)),
      remove: async (id) => void removed.push(id),
    },
    clock: stoppedClock(),
    log: {
      info: (facts) => void told.push(`info ${String(facts["removed"])}`),
      warn: (facts) => void told.push(`warn ${String(facts["code"])}`),
      error: () => {},
    },
    sleep(ms) {
      const nap = Promise.withResolvers<void>();
      naps.push({ ms, end: () => nap.resolve() });
      return { done: nap.promise, abort: () => nap.resolve() };
    },
  });
  /** Ends the present sleep and waits for the next. */
  const round = async () => {
    const before = naps.length;
    naps.at(-1)?.end();
    while (naps.length === before) await Promise.resolve();
  };
  return { sweep, asked, removed, told, naps, on, round };
}

it("removes what was never sent, and looks for what was sent only once", async () => {
  const { sweep, asked, removed, told, naps, on, round } = openSweep();
  await round();
  on.kept.push("never-sent-either");
  await round();
  await round();
  expect(removed).toEqual(["never-sent", "never-sent-either"]);
  expect(asked).toEqual([["sent-long-ago", "never-sent"], ["never-sent-either"]]);
  expect(told).toEqual(["info 1", "info 1"]);
  expect(naps.every(({ ms }) => ms >= 10 * 60_000)).toBe(true);
  await sweep.stop();
});

it("removes nothing while the store can't say, and tries again", async () => {
  const { sweep, removed, told, on, round } = openSweep();
  on.down = true;
  await round();
  expect(removed).toEqual([]);
  expect(told).toEqual(["warn store-unavailable"]);
  on.down = false;
  await round();
  expect(removed).toEqual(["never-sent"]);
  await sweep.stop();
});
