import type { ResponseParameters } from "@grammyjs/types";
import { createChance } from "../chance.ts";
import type { Params } from "./params.ts";

/** What goes wrong with a request, and whether it was carried out before it did. */
export type Fault =
  | { type: "429"; retryAfter: number }
  /** Not carried out. */
  | { type: "500" }
  /** A gateway's page instead of JSON; not carried out. */
  | { type: "502" }
  /** The connection breaks before it is carried out. */
  | { type: "drop" }
  | { type: "apply-then-drop" }
  /** Carried out; the answer never comes. */
  | { type: "apply-then-hang" }
  /** Carried out; half of the answer comes. */
  | { type: "apply-then-truncate" }
  /** Telegram's own refusal, in its words; not carried out. */
  | { type: "refuse"; status: number; description: string; parameters?: ResponseParameters }
  /** Any body with a status; not carried out. */
  | { type: "body"; status: number; text: string }
  | { type: "409" }
  | { type: "401" }
  /** Late, otherwise as usual, or with another fault afterwards. */
  | { type: "latency"; ms: number; then?: Fault };

export interface FaultRequest {
  method: string;
  params: Params;
  chatId: number | undefined;
  /** The how manieth request of this method, from 1. */
  count: number;
}

/** Decides per request; undefined lets it through. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

/** The first `times` requests of this method fail in this way. */
export function failing(method: string, fault: Fault, times = 1): FaultPlan {
  let left = times;
  return (request) => (request.method === method && left-- > 0 ? fault : undefined);
}

/**
 * A part of the requests fail, always the same ones for a seed and the same
 * order of requests. Long polls are left alone unless they are named.
 */
export function chaos(
  seed: number,
  options: { oneIn: number; faults: readonly Fault[]; methods?: RegExp },
): FaultPlan {
  const chance = createChance(seed);
  const { oneIn, faults, methods = /^(?!getUpdates$)/u } = options;
  return ({ method }) =>
    methods.test(method) && chance.oneIn(oneIn) ? chance.pick(faults) : undefined;
}
