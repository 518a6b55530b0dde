import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createLead } from "../../src/app/lead.ts";
import type { Leading } from "../../src/ports/lead.ts";
import { StoreUnavailable } from "../../src/core/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { quiet, stoppedClock } from "../support/shop.ts";

let store: Store;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

/** Processes that want one role; each looks when it is told to. */
function openProcesses() {
  const clock = stoppedClock();
  const working = new Set<string>();
  /** When a process saw another at its work; undefined where it would not see it. */
  const seenAt = new Map<string, number>();
  const processes = new Map<string, { leading: Leading; look: () => Promise<void> }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  return {
    clock,
    working,
    seenAt,
    async open(owner: string, ofStore: Pick<Store, "claim" | "unclaim"> = store) {
      let wake = () => {};
      const sleep = () => {
        const done = new Promise<void>((resolve) => (wake = resolve));
        return { done, abort: () => wake() };
      };
      const lead = createLead({ store: ofStore, owner, clock, log: quiet, sleep });
      const leading = lead("poll", () => {
        working.add(owner);
        return {
          async stop() {
            working.delete(owner);
          },
          ...(seenAt.has(owner) && {
            mayGoOn: (since: number) => (seenAt.get(owner) ?? 0) < since,
          }),
        };
      });
      processes.set(owner, {
        leading,
        look: async () => {
          wake();
          await settle();
        },
      });
      await settle();
    },
    look: (owner: string) => processes.get(owner)?.look(),
    stop: (owner: string) => processes.get(owner)?.leading.stop(),
  };
}

it("is done by one process, and by the next at once when that ends", async () => {
  const bots = openProcesses();
  await bots.open("one");
  await bots.open("two");
  expect([...bots.working]).toEqual(["one"]);
  await bots.look("two");
  await bots.look("one");
  expect([...bots.working]).toEqual(["one"]);
  await bots.stop("one");
  await bots.look("two");
  expect([...bots.working]).toEqual(["two"]);
  await bots.stop("two");
  expect([...bots.working]).toEqual([]);
});

it("is taken over within seconds from a process that is gone", async () => {
  const bots = openProcesses();
  await bots.open("one");
  await bots.open("two");
  bots.clock.at += 6000;
  await bots.look("two");
  expect([...bots.working]).toContain("two");
  await bots.look("one");
  expect([...bots.working]).toEqual(["two"]);
  await bots.stop("one");
  await bots.stop("two");
});

/** A store that can be told not to answer. */
function openAway() {
  const away = {
    isAway: false,
    claim: async (...claim: Parameters<Store["claim"]>) => {
      if (away.isAway) throw new StoreUnavailable("claim a role");
      return store.claim(...claim);
    },
    unclaim: (...given: Parameters<Store["unclaim"]>) => store.unclaim(...given),
  };
  return away;
}

it("is ended before another can have it, where the store does not answer and another would not be seen", async () => {
  const away = openAway();
  const bots = openProcesses();
  await bots.open("one", away);
  away.isAway = true;
  bots.clock.at += 2000;
  await bots.look("one");
  expect([...bots.working]).toEqual(["one"]);
  bots.clock.at += 2000;
  await bots.look("one");
  expect([...bots.working]).toEqual([]);
  away.isAway = false;
  await bots.look("one");
  expect([...bots.working]).toEqual(["one"]);
  await bots.stop("one");
});

it("goes on while the store does not answer and another would be seen", async () => {
  const away = openAway();
  const bots = openProcesses();
  // Long before: the process that had it last.
  bots.seenAt.set("one", bots.clock.at - 1);
  await bots.open("one", away);
  away.isAway = true;
  bots.clock.at += 60_000;
  await bots.look("one");
  expect([...bots.working]).toEqual(["one"]);
  away.isAway = false;
  await bots.look("one");
  await bots.open("two");
  expect([...bots.working]).toEqual(["one"]);
  await bots.stop("one");
  await bots.stop("two");
});

it("is ended where the store does not answer and another is seen, until it is this process's again", async () => {
  const away = openAway();
  const bots = openProcesses();
  bots.seenAt.set("one", 0);
  await bots.open("one", away);
  away.isAway = true;
  bots.clock.at += 6000;
  await bots.open("two");
  bots.seenAt.set("one", bots.clock.at);
  await bots.look("one");
  expect([...bots.working]).toEqual(["two"]);
  await bots.stop("two");
  away.isAway = false;
  await bots.look("one");
  expect([...bots.working]).toEqual(["one"]);
  await bots.stop("one");
});

it("is ended as soon as the store says that another has it, whoever is seen", async () => {
  const away = openAway();
  const bots = openProcesses();
  bots.seenAt.set("one", 0);
  await bots.open("one", away);
  away.isAway = true;
  bots.clock.at += 6000;
  await bots.open("two");
  away.isAway = false;
  await bots.look("one");
  expect([...bots.working]).toEqual(["two"]);
  await bots.stop("one");
  await bots.stop("two");
});
