import { holds, quantities, readFact, type FactName, type Known } from "./facts.ts";
import type { Clause } from "./policy/clauses.ts";
import { figures } from "./policy/figures.ts";
import {
  rules,
  rulesOf,
  type Offer,
  type Outcome,
  type RefundedPart,
  type Remedy,
  type ReviewReason,
  type RuleId,
  type RuleTopic,
} from "./policy/rules.ts";
import type { Answers } from "./questions.ts";
import type { Money } from "./read/money.ts";

/** What the bot reaches: preliminary, people verify it (clause 4). A stored format. */
export interface Assessment {
  rule: RuleId;
  kind: Outcome["kind"];
  reason?: ReviewReason;
  /** For a review: what people may choose. */
  remedies: readonly Remedy[];
  refund?: { scope: "full" | "part"; estimate?: Money };
  /** The refunds that people may choose after a review. */
  possibleRefunds: readonly ("full" | "part")[];
  refundExcluded: boolean;
  offers: readonly Offer[];
  urgent: boolean;
  clauses: readonly Clause[];
  /** When a wait is over, milliseconds since 1970. */
  waitUntil?: number;
  /** What people must know of how it was reached; texts `policy:note.<id>`. */
  notes: readonly Note[];
  policyVersion: string;
}

export type Note =
  | "guaranteeFromDeliveryEnd"
  | "autoStartFromPurchase"
  | "belowStartUnverified"
  | "chargeAge"
  | "proxyMustBeSeen";

/**
 * The row that decides a topic, following the rows that send to another
 * topic's; undefined while more must be asked.
 */
export function decidingRule(
  topic: RuleTopic,
  read: (fact: FactName) => string | undefined,
): RuleId | undefined {
  const id = rulesOf(topic).find((candidate) => holds(rules[candidate].when, read));
  if (id === undefined) return undefined;
  const { outcome } = rules[id];
  return "see" in outcome ? decidingRule(outcome.see, read) : id;
}

export function outcomeOf(id: RuleId): Outcome {
  const { outcome } = rules[id];
  if ("see" in outcome) throw new TypeError(`rule ${id} decides nothing by itself`);
  return outcome;
}

/** The parts of the order whose price may come back, for the rules that reckon an estimate. */
export function estimatedParts(outcome: Outcome): readonly RefundedPart[] {
  if (outcome.kind === "partialRefund") return outcome.estimate;
  return (outcome.kind === "resolution" && outcome.thenRefund?.estimate) || [];
}

export function assess(id: RuleId, known: Known): Assessment {
  const outcome = outcomeOf(id);
  const refund = refundOf(outcome, known);
  const waitUntil = outcome.kind === "wait" ? waitEnd(outcome.until, known.answers) : undefined;
  return {
    rule: id,
    kind: outcome.kind,
    ...(outcome.kind === "humanReview" && { reason: outcome.reason }),
    remedies: ("remedies" in outcome && outcome.remedies) || [],
    ...(refund && { refund }),
    possibleRefunds: (outcome.kind === "humanReview" && outcome.refunds) || [],
    refundExcluded: outcome.kind === "resolution" && outcome.refundExcluded === true,
    offers: (outcome.kind === "clarification" && outcome.offers) || [],
    urgent: "urgent" in outcome && outcome.urgent,
    clauses: rules[id].clauses,
    ...(waitUntil !== undefined && { waitUntil }),
    notes: notesOf(id, known),
    policyVersion: figures.version,
  };
}

function refundOf(outcome: Outcome, known: Known): Assessment["refund"] {
  if (outcome.kind === "fullRefund") return { scope: "full" };
  const parts = estimatedParts(outcome);
  if (outcome.kind !== "partialRefund" && !(outcome.kind === "resolution" && outcome.thenRefund))
    return undefined;
  const amount = estimate(parts, known);
  return { scope: "part", ...(amount && { estimate: amount }) };
}

/**
 * price × the parts that count ÷ ordered, rounded to the minor unit, never
 * above the price; undefined where the customer does not know a figure of it.
 */
export function estimate(parts: readonly RefundedPart[], known: Known): Money | undefined {
  const { price, accountsOrdered } = known.answers;
  if (typeof price !== "object" || parts.length === 0) return undefined;
  const accounts = parts.includes("faultyAccounts");
  const ordered = accounts ? accountsOrdered : quantities(known.answers).ordered;
  if (typeof ordered !== "number" || ordered === 0) return undefined;
  const counted = parts.map((part) => countOf(part, known));
  // A part whose size is unknown adds nothing: an unknown never becomes a guess.
  const sum = counted.reduce<number>((total, count) => total + (count ?? 0), 0);
  if (sum === 0) return undefined;
  return {
    amountMinor: Math.round(price.amountMinor * Math.min(1, sum / ordered)),
    currency: price.currency,
  };
}

function countOf(part: RefundedPart, known: Known): number | undefined {
  const { missing, dropped } = quantities(known.answers);
  const counts = {
    missing,
    dropped,
    droppedInGuarantee: readFact("guarantee", known) === "within" ? dropped : 0,
    faultyAccounts: known.answers.accountsFaulty,
  };
  const count = counts[part];
  return typeof count === "number" ? count : undefined;
}

function waitEnd(
  until: "startDue" | "autoStart",
  { startDue, purchasedAt }: Answers,
): number | undefined {
  if (until === "startDue") return typeof startDue === "object" ? startDue.latest : undefined;
  return typeof purchasedAt === "object"
    ? purchasedAt.latest + figures.autoStartHours * 3_600_000
    : undefined;
}

/** Our readings of what the policy leaves open, and what only people can verify. */
function notesOf(id: RuleId, known: Known): Note[] {
  const { when } = rules[id];
  const notes: Note[] = [];
  if ("guarantee" in when && typeof known.answers.deliveryEnd === "object")
    notes.push("guaranteeFromDeliveryEnd");
  if ("purchaseAge" in when) notes.push("autoStartFromPurchase");
  if ("belowStart" in when && readFact("belowStart", known) === "unverified")
    notes.push("belowStartUnverified");
  if (id === "recurring.cancelled") notes.push("chargeAge");
  if ("accountPictures" in when) notes.push("proxyMustBeSeen");
  return notes;
}
