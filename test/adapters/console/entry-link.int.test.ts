import { afterEach, beforeEach, expect, it } from "vitest";
import { createEntryLink } from "../../../src/adapters/console/entry-link.ts";
import { systemClock } from "../../../src/adapters/node/clock.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import type { Store } from "../../../src/ports/store.ts";

const dayMs = 24 * 60 * 60_000;
const clock = { ...systemClock, at: 0, now: () => clock.at };
let store: Store;

beforeEach(() => {
  clock.at = Date.UTC(2026, 9, 3);
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

/** As another process on the same store has it. */
const linkOf = (on = store) => createEntryLink(on, clock);

it("is good at another process than the one that drew it, once", async () => {
  const token = await linkOf().draw();
  expect(await linkOf().redeem(token)).toBe(true);
  expect(await linkOf().redeem(token)).toBe(false);
});

it("is used once by many at once", async () => {
  const token = await linkOf().draw();
  const all = await Promise.all(Array.from({ length: 20 }, () => linkOf().redeem(token)));
  expect(all.filter((isGood) => isGood)).toHaveLength(1);
});

it("voids what was drawn before, at whichever process, and not what is drawn later", async () => {
  const first = await linkOf().draw();
  clock.at += 5;
  const second = await linkOf().draw();
  clock.at += 5;
  expect(await linkOf().redeem(first)).toBe(true);
  expect(await linkOf().redeem(second)).toBe(false);
  // Nor where a clock was set back.
  clock.at -= dayMs;
  const third = await linkOf().draw();
  expect(await linkOf().redeem(third)).toBe(true);
  expect(await linkOf().redeem(third)).toBe(false);
});

it("is good for a week", async () => {
  const token = await linkOf().draw();
  clock.at += 7 * dayMs;
  expect(await linkOf().redeem(token)).toBe(false);
  clock.at -= 1;
  expect(await linkOf().redeem(token)).toBe(true);
});

it("is not good on another store, nor with another time", async () => {
  const other = openSqliteStore(":memory:");
  const token = await linkOf(other).draw();
  expect(await linkOf().redeem(token)).toBe(false);
  const later = token.replace(/^\d+/u, (drawnAt) => `${Number(drawnAt) + 1}`);
  clock.at += 2;
  expect(await linkOf(other).redeem(later)).toBe(false);
  expect(await linkOf(other).redeem(token)).toBe(true);
  await other.close();
});
