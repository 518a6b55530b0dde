import { decisionOutcomes, type DecisionOutcome } from "../../../core/act.ts";
import { deeds, type Deed } from "../../../core/desk.ts";

/** What a control of the desk means. Discord takes at most 100 characters. */
export type DeskControl =
  /** A card's button. */
  | { type: "deed"; deed: Deed }
  /** The form for a reply, as it comes back. */
  | { type: "replied" }
  /** The menu of what a customer can be asked for. */
  | { type: "wanted" }
  /** The form for a question in the agent's own words. */
  | { type: "question" }
  /** The menu of outcomes, on these facts. */
  | { type: "outcome"; seen: number }
  /** The form of a decision on these facts. */
  | { type: "decision"; seen: number; outcome: DecisionOutcome }
  /** Says yes to a proposal on these facts, once it was read. */
  | { type: "approved"; seen: number }
  /** Says yes to closing. */
  | { type: "closed" }
  /** What was previewed goes out, or does not. */
  | { type: "send" | "discard"; draft: string }
  /** Other words for what was sent of a draft, their form as it comes back, and taking it back. */
  | { type: "reword" | "reworded" | "withdraw"; draft: string }
  /** Puts away what was asked. */
  | { type: "cancel" };

const prefix = "desk:";

export function deskId(control: DeskControl): string {
  switch (control.type) {
    case "deed":
      return `${prefix}${control.deed}`;
    case "outcome":
    case "approved":
      return `${prefix}on:${control.type}:${control.seen}`;
    case "decision":
      return `${prefix}on:${control.type}:${control.seen}:${control.outcome}`;
    case "send":
    case "discard":
    case "reword":
    case "reworded":
    case "withdraw":
      return `${prefix}on:${control.type}:${control.draft}`;
    case "replied":
    case "wanted":
    case "question":
    case "closed":
    case "cancel":
      return `${prefix}on:${control.type}`;
  }
}

export const isDeskId = (id: string): boolean => id.startsWith(prefix);

/** Undefined for what none of ours has. */
export function readDeskId(id: string): DeskControl | undefined {
  const [head, kind = "", type, first = "", second] = id.split(":");
  if (head !== "desk") return undefined;
  if (kind !== "on") {
    const deed = deeds.find((one) => one === kind);
    return deed && type === undefined ? { type: "deed", deed } : undefined;
  }
  switch (type) {
    case "replied":
    case "wanted":
    case "question":
    case "closed":
    case "cancel":
      return { type };
    case "outcome":
    case "approved":
      return /^\d{1,9}$/u.test(first) ? { type, seen: Number(first) } : undefined;
    case "decision": {
      const outcome = decisionOutcomes.find((one) => one === second);
      return outcome && /^\d{1,9}$/u.test(first)
        ? { type, seen: Number(first), outcome }
        : undefined;
    }
    case "send":
    case "discard":
    case "reword":
    case "reworded":
    case "withdraw":
      return /^\d{1,20}$/u.test(first) ? { type, draft: first } : undefined;
    case undefined:
    default:
      return undefined;
  }
}
