import type { Plant } from "../storm/plants.ts";

/** Redis's clock is so far ahead: no fault, but what a day brings, in no time. */
export const clockAhead = (ms: number): Plant => ({
  file: "adapters/redis/clock.ts",
  edits: [["Number(micros) / 1000;", `Number(micros) / 1000 + ${ms};`]],
});
