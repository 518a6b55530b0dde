import { webcrypto } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  random: (bytes) => webcrypto.getRandomValues(new Uint8Array(bytes)),
};
