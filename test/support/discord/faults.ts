import { type Chance, createChance } from "../chance.ts";
import type { Json } from "./model.ts";

/** What the network or the platform does to a request. */
export type Fault =
  /** 429. A `shared` one is not the bot's doing and does not count as invalid. */
  | { type: "rate-limit"; retryAfterMs: number; scope?: "user" | "global" | "shared" }
  /** A refusal with Discord's code: 50001, 50013, 50083, 160005, 160006, 200000, … */
  | { type: "refuse"; code: number; status?: number; message?: string }
  /** 500 as JSON; nothing has been done. */
  | { type: "error"; status?: number }
  /** 502 as the HTML of a proxy; nothing has been done. */
  | { type: "bad-gateway" }
  /** The connection ends before anything is done. */
  | { type: "drop" }
  /** It is done, and the connection ends without an answer. */
  | { type: "apply-then-drop" }
  /** It is done, and no answer ever comes. */
  | { type: "apply-then-hang" }
  /** Nothing is done, and no answer ever comes. */
  | { type: "hang" }
  /** It is done, and the answer ends in the middle. */
  | { type: "truncate" }
  /** It takes so long, then goes on: to the next plan that fits, or to an answer. */
  | { type: "delay"; ms: number; upToMs?: number };

export interface FaultPlan {
  fault: Fault;
  method?: string;
  /** Of the template, as `/channels/{channel_id}/messages`, or of the path. */
  route?: string | RegExp;
  /** Whether it is about this body. */
  body?: (body: Json) => boolean;
  /** How many of those that fit are let through first. */
  skip?: number;
  /** How many times; without it, for ever. */
  times?: number;
  /** In so many of a hundred cases; without it, always. */
  percent?: number;
  seed?: number;
}

export interface PlannedFault {
  /** How many times it has struck. */
  readonly hits: number;
  end(): void;
}

export interface FaultPoint {
  method: string;
  route: string;
  path: string;
  body: Json;
}

export interface Faults {
  add(plan: FaultPlan): PlannedFault;
  /** What strikes this request, in the order in which it was planned. */
  at(point: FaultPoint): Fault[];
  clear(): void;
}

export function createFaults(): Faults {
  const plans = new Set<{ plan: FaultPlan; seen: number; hits: number; chance: Chance }>();
  return {
    add(plan) {
      const entry = { plan, seen: 0, hits: 0, chance: createChance(plan.seed ?? 1) };
      plans.add(entry);
      return {
        get hits() {
          return entry.hits;
        },
        end: () => void plans.delete(entry),
      };
    },
    at(point) {
      const striking: Fault[] = [];
      for (const entry of plans) {
        if (!fits(entry.plan, point)) continue;
        entry.seen += 1;
        const { skip = 0, times = Infinity, percent = 100, fault } = entry.plan;
        if (entry.seen <= skip || entry.hits >= times) continue;
        if (percent < 100 && entry.chance.between(1, 10_000) > percent * 100) continue;
        entry.hits += 1;
        if (fault.type === "delay" && fault.upToMs !== undefined) {
          striking.push({ type: "delay", ms: entry.chance.between(fault.ms, fault.upToMs) });
          continue;
        }
        striking.push(fault);
        if (fault.type !== "delay") break;
      }
      return striking;
    },
    clear: () => plans.clear(),
  };
}

function fits(plan: FaultPlan, point: FaultPoint): boolean {
  if (plan.method !== undefined && plan.method !== point.method) return false;
  const { route } = plan;
  if (typeof route === "string" && route !== point.route && route !== point.path) return false;
  if (route instanceof RegExp && !route.test(point.route) && !route.test(point.path)) return false;
  return plan.body?.(point.body) ?? true;
}
