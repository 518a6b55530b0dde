import { createChance } from "../chance.ts";
import type { Fault, FaultPlan } from "../telegram/faults.ts";

/** Of a thousand requests, so many fail in this way. */
const shares: readonly [number, Fault][] = [
  [20, { type: "429", retryAfter: 1 }],
  [10, { type: "500" }],
  [5, { type: "drop" }],
  [5, { type: "apply-then-drop" }],
  [2, { type: "apply-then-hang" }],
];

/**
 * Telegram on a bad day: 2 % 429, 1 % 500, 0.5 % lost before they took
 * effect, 0.5 % after it, 0.2 % never answered after it. A long poll that
 * never ends would only be waited for, so it is answered.
 */
export function roughWeather(seed: number): FaultPlan {
  const chance = createChance(seed);
  return ({ method }) => {
    let drawn = chance.between(1, 1000);
    const fault = shares.find(([share]) => (drawn -= share) <= 0)?.[1];
    return fault?.type === "apply-then-hang" && method === "getUpdates" ? undefined : fault;
  };
}
