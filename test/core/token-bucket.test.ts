import { expect, test } from "vitest";
import { type Allowance, type Bucket, take } from "../../src/core/token-bucket.ts";

const allowance: Allowance = { capacity: 3, perSecond: 2 };

function takeMany(times: readonly number[]) {
  let bucket: Bucket | undefined;
  return times.map((now) => {
    const taken = take(bucket, now, allowance);
    bucket = taken.bucket;
    return taken.ok || taken.retryAfterMs;
  });
}

test("gives a burst at once and then says how long to wait", () => {
  expect(takeMany([0, 0, 0, 0])).toEqual([true, true, true, 500]);
});

test("gives again as time goes by, and never more than its capacity", () => {
  expect(takeMany([0, 0, 0, 500, 500])).toEqual([true, true, true, true, 500]);
  expect(takeMany([0, 3_600_000, 3_600_000, 3_600_000, 3_600_000])).toEqual([
    true,
    true,
    true,
    true,
    500,
  ]);
});

test("keeps its promise of when there is one again", () => {
  expect(takeMany([0, 0, 0, 100, 100 + 400])).toEqual([true, true, true, 400, true]);
});

test("gives nothing for a clock that goes back", () => {
  expect(takeMany([1000, 1000, 1000, 0, 0])).toEqual([true, true, true, 500, 500]);
});
