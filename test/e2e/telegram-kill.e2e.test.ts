import { beforeAll, describe, expect, it } from "vitest";
import type { Evidence } from "../support/storm/evidence.ts";
import { figures, storm } from "../support/storm/storm.ts";
import { judge, spotless, type Verdict } from "../support/storm/verdict.ts";
import { roughWeather } from "../support/storm/weather.ts";

/** The long form is `npm run soak`. */
const seed = Number(process.env["SEED"] ?? 4);
const giveUpAfterMs = 180_000;

/** Asked of every storm; each lists what breaks the promise. */
function keepsItsPromises(told: () => Verdict): void {
  it("has everything that a customer did in the log, once and in order", () => {
    expect(told().updates).toEqual(spotless().updates);
  });

  it("has every reply of the log before the customer, in the log's order, and nothing else", () => {
    expect(told().replies).toEqual(spotless().replies);
  });

  it("doubles a reply only where the platform makes it unavoidable, and lists each", () => {
    const { unlisted, unexcused, overlisted } = told();
    expect({ unlisted, unexcused, overlisted }).toEqual({
      unlisted: [],
      unexcused: [],
      overlisted: [],
    });
  });

  it("has stored what the replay of the log gives, and leaves nothing waiting", () => {
    const { diverged, waiting } = told();
    expect({ diverged, waiting }).toEqual({ diverged: [], waiting: 0 });
  });

  it("asks Telegram for nothing that it would refuse", () => {
    expect(told().faults).toEqual([]);
  });
}

describe(`a bot on a bad day of Telegram that is killed ten times under 60 chats (SEED=${seed})`, () => {
  let evidence: Evidence;
  let verdict: Verdict;
  beforeAll(async () => {
    evidence = await storm({
      seed,
      chats: 60,
      stops: 10,
      signal: "SIGKILL",
      everyMs: [0, 600],
      faults: roughWeather(seed),
    });
    verdict = judge(evidence);
  }, giveUpAfterMs);

  keepsItsPromises(() => verdict);

  it("was in the middle of many conversations", () => {
    const { updates, replies, leasedAtStops } = figures(evidence);
    expect(Math.min(updates, replies)).toBeGreaterThan(60 * 3);
    expect(leasedAtStops).toBeGreaterThan(0);
  });
});

describe(`a bot that is told to end five times under 60 chats (SEED=${seed})`, () => {
  let evidence: Evidence;
  let verdict: Verdict;
  beforeAll(async () => {
    evidence = await storm({
      seed,
      chats: 60,
      stops: 5,
      signal: "SIGTERM",
      everyMs: [0, 600],
    });
    verdict = judge(evidence);
  }, giveUpAfterMs);

  keepsItsPromises(() => verdict);

  it("doubles nothing, and leaves nothing in doubt", () => {
    expect(verdict.doubled).toEqual([]);
    expect(evidence.left.troubled).toEqual([]);
  });

  it("ends within 15 s, cleanly and without a complaint", () => {
    const { lives, errorLines } = evidence;
    expect(lives.map(({ exitCode }) => exitCode)).toEqual(lives.map(() => 0));
    expect(Math.max(...lives.map(({ exitMs }) => exitMs))).toBeLessThan(15_000);
    expect(errorLines).toBe("");
  });

  it("was in the middle of many conversations", () => {
    const { updates, replies } = figures(evidence);
    expect(Math.min(updates, replies)).toBeGreaterThan(60 * 3);
  });
});
