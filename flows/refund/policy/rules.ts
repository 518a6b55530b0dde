import type { Conditions } from "../facts.ts";
import type { Clause } from "./clauses.ts";

export const topics = [
  "notDelivered",
  "slowDelivery",
  "drop",
  "partial",
  "wrongCountry",
  "stopDelivery",
  "changedMind",
  "autoService",
  "account",
  "recurring",
  "dispute",
  "other",
  "human",
] as const;

/** What a customer may come with. */
export type Topic = (typeof topics)[number];

/** A topic, or the withdrawal that may be declared in any of them. */
export type RuleTopic = Topic | "withdrawal";

export type Remedy =
  | "redeliver"
  | "speedUp"
  | "startManually"
  | "restart"
  | "stop"
  | "replaceService"
  | "replaceAccount"
  | "cancelSubscription";

export type ReviewReason =
  | "caseByCase"
  | "policySilent"
  | "needsRecords"
  | "missingEvidence"
  | "disputeOpened"
  | "withdrawalDeclared"
  | "customerAsked";

/** Another way that a clarification shows. */
export const offers = ["stopRequest", "partialCheck", "examination", "topics"] as const;

export type Offer = (typeof offers)[number];

/** The part of the order that a partial refund is reckoned from. */
export type RefundedPart = "missing" | "dropped" | "droppedInGuarantee" | "faultyAccounts";

export type Outcome =
  | { kind: "fullRefund"; remedies?: readonly Remedy[] }
  | { kind: "partialRefund"; estimate: readonly RefundedPart[]; remedies?: readonly Remedy[] }
  | {
      kind: "resolution";
      remedies: readonly Remedy[];
      /** A partial refund that follows; its estimate where there is enough to reckon it from. */
      thenRefund?: { estimate?: readonly RefundedPart[] };
      refundExcluded?: true;
      urgent?: true;
    }
  | {
      kind: "humanReview";
      reason: ReviewReason;
      /** What people may choose. */
      remedies?: readonly Remedy[];
      refunds?: readonly ("full" | "part")[];
      urgent?: true;
    }
  | { kind: "clarification"; offers?: readonly Offer[] }
  | { kind: "wait"; until: "startDue" | "autoStart" };

/** A row of the policy's table. Every combination of a topic's facts meets exactly one. */
export interface Rule {
  topic: RuleTopic;
  when: Conditions;
  /** The outcome, or the topic whose rules decide with the same answers. */
  outcome: Outcome | { see: "notDelivered" | "drop" };
  clauses: readonly Clause[];
}

const needsRecords = { kind: "humanReview", reason: "needsRecords" } as const;
const policySilent = { kind: "humanReview", reason: "policySilent" } as const;
const missingEvidence = { kind: "humanReview", reason: "missingEvidence" } as const;
const clarification = { kind: "clarification" } as const;
const queuedOrRunning = ["notStarted", "inProgress"] as const;
const finishedOrStopped = ["completed", "stopped"] as const;

// One row a line, as in the policy’s table.
// oxfmt-ignore
const table = {
  // Nothing has come (5.1).
  "notDelivered.start-late": rule("notDelivered", { progress: "notStarted", startDue: "passed" }, { kind: "fullRefund" }, ["5.1"]),
  "notDelivered.start-ahead": rule("notDelivered", { progress: "notStarted", startDue: "notPassed" }, { kind: "wait", until: "startDue" }, ["5.1", "5.2"]),
  "notDelivered.start-unknown": rule("notDelivered", { progress: "notStarted", startDue: "unknown" }, needsRecords, ["5.1", "4"]),
  "notDelivered.completed": rule("notDelivered", { progress: "completed" }, { kind: "fullRefund" }, ["5.1"]),
  "notDelivered.stopped": rule("notDelivered", { progress: "stopped" }, { kind: "fullRefund" }, ["5.1"]),
  "notDelivered.in-progress": rule("notDelivered", { progress: "inProgress" }, { kind: "humanReview", reason: "caseByCase", remedies: ["speedUp", "stop"] }, ["5.3"]),
  "notDelivered.progress-unknown": rule("notDelivered", { progress: "unknown" }, needsRecords, ["5.1", "4"]),

  // A change of mind, no benefit, quality (5.2).
  "changedMind.running": rule("changedMind", { progress: queuedOrRunning }, { kind: "clarification", offers: ["stopRequest"] }, ["5.2", "5.7"]),
  "changedMind.finished": rule("changedMind", { progress: finishedOrStopped }, { kind: "clarification", offers: ["partialCheck"] }, ["5.2", "5.10"]),
  "changedMind.progress-unknown": rule("changedMind", { progress: "unknown" }, needsRecords, ["5.2"]),

  // Longer than expected (5.3).
  "slowDelivery.in-time": rule("slowDelivery", { expectedTime: "notPassed" }, { kind: "clarification", offers: ["examination"] }, ["5.3"]),
  "slowDelivery.late": rule("slowDelivery", { expectedTime: ["passed", "unknown"] }, { kind: "humanReview", reason: "caseByCase", remedies: ["speedUp", "stop"], refunds: ["full", "part"] }, ["5.3"]),

  // Drops (5.4a, 5.4b, 5.5).
  "drop.nothing-delivered": rule("drop", { arrived: "nothing" }, { see: "notDelivered" }, ["5.1"]),
  "drop.delivered-unknown": rule("drop", { arrived: "unknown" }, needsRecords, ["5.5"]),
  "drop.none": rule("drop", { arrived: "some", dropped: "none" }, clarification, ["5.5"]),
  "drop.size-unknown": rule("drop", { arrived: "some", dropped: "unknown" }, needsRecords, ["5.5"]),
  "drop.time-unknown": rule("drop", { arrived: "some", dropped: "some", guarantee: "unknown" }, needsRecords, ["5.5"]),
  "drop.guaranteed-below-start": rule("drop", { arrived: "some", dropped: "some", guarantee: "within", belowStart: "yes" }, { kind: "resolution", remedies: ["redeliver"], refundExcluded: true }, ["5.4b", "5.5"]),
  "drop.guaranteed-redeliver": rule("drop", { arrived: "some", dropped: "some", guarantee: "within", belowStart: ["no", "unverified"], dropWish: "redeliver" }, { kind: "resolution", remedies: ["redeliver"] }, ["5.5"]),
  "drop.guaranteed-refund": rule("drop", { arrived: "some", dropped: "some", guarantee: "within", belowStart: ["no", "unverified"], dropWish: "refund" }, { kind: "partialRefund", estimate: ["dropped"], remedies: ["redeliver"] }, ["5.5", "5.10"]),
  "drop.later-below-start": rule("drop", { arrived: "some", dropped: "some", guarantee: "after", belowStart: "yes" }, clarification, ["5.4b"]),
  "drop.later-small": rule("drop", { arrived: "some", dropped: "some", guarantee: "after", belowStart: ["no", "unverified"], dropSize: "small" }, clarification, ["5.4a"]),
  "drop.later-large": rule("drop", { arrived: "some", dropped: "some", guarantee: "after", belowStart: ["no", "unverified"], dropSize: "large" }, policySilent, ["5.4a"]),

  // The wrong country (5.6).
  "wrongCountry.not-targeted": rule("wrongCountry", { targeted: "no" }, clarification, ["5.6"]),
  "wrongCountry.targeting-unknown": rule("wrongCountry", { targeted: "unknown" }, needsRecords, ["5.6"]),
  "wrongCountry.no-statistics": rule("wrongCountry", { targeted: "yes", statistics: "none" }, missingEvidence, ["5.6"]),
  "wrongCountry.as-ordered": rule("wrongCountry", { targeted: "yes", statistics: "given", shownCountry: "ordered" }, clarification, ["5.6"]),
  "wrongCountry.completely": rule("wrongCountry", { targeted: "yes", statistics: "given", shownCountry: "wrong" }, { kind: "humanReview", reason: "caseByCase", remedies: ["restart", "redeliver"], refunds: ["full", "part"] }, ["5.6"]),
  "wrongCountry.partly": rule("wrongCountry", { targeted: "yes", statistics: "given", shownCountry: "partly" }, policySilent, ["5.6"]),
  "wrongCountry.unclear": rule("wrongCountry", { targeted: "yes", statistics: "given", shownCountry: "unknown" }, needsRecords, ["5.6"]),

  // Stopping a delivery (5.7, 5.8).
  "stopDelivery.finished": rule("stopDelivery", { progress: finishedOrStopped }, { kind: "clarification", offers: ["partialCheck"] }, ["5.7"]),
  "stopDelivery.progress-unknown": rule("stopDelivery", { progress: "unknown" }, needsRecords, ["5.7"]),
  "stopDelivery.automatic-begun": rule("stopDelivery", { progress: queuedOrRunning, automatic: "yes", arrived: "some" }, clarification, ["5.8"]),
  "stopDelivery.running": rule("stopDelivery", { progress: queuedOrRunning, automatic: "no" }, stopThenRefund(), ["5.7", "5.10"]),
  "stopDelivery.untouched": rule("stopDelivery", { progress: queuedOrRunning, automatic: ["yes", "unknown"], arrived: "nothing" }, stopThenRefund(), ["5.7", "5.10"]),
  "stopDelivery.arrival-unknown": rule("stopDelivery", { progress: queuedOrRunning, automatic: ["yes", "unknown"], arrived: "unknown" }, needsRecords, ["5.7", "5.8"]),
  "stopDelivery.service-unknown": rule("stopDelivery", { progress: queuedOrRunning, automatic: "unknown", arrived: "some" }, needsRecords, ["5.7", "5.8"]),

  // Automatic services (5.8).
  "autoService.early": rule("autoService", { arrived: "nothing", purchaseAge: "within" }, { kind: "wait", until: "autoStart" }, ["5.8"]),
  "autoService.late-start": rule("autoService", { arrived: "nothing", purchaseAge: "over", autoWish: "start" }, { kind: "resolution", remedies: ["startManually"] }, ["5.8"]),
  "autoService.late-refund": rule("autoService", { arrived: "nothing", purchaseAge: "over", autoWish: "refund" }, { kind: "humanReview", reason: "caseByCase" }, ["5.8", "5.1"]),
  "autoService.age-unknown": rule("autoService", { arrived: "nothing", purchaseAge: "unknown" }, needsRecords, ["5.8"]),
  "autoService.begun-refund": rule("autoService", { arrived: "some", autoWish: "refund" }, clarification, ["5.8"]),
  "autoService.post-missed": rule("autoService", { arrived: "some", autoWish: "start" }, { kind: "resolution", remedies: ["startManually"] }, ["5.8"]),
  "autoService.arrival-unknown": rule("autoService", { arrived: "unknown" }, needsRecords, ["5.8"]),

  // Bought accounts (5.9).
  "account.logged-in": rule("account", { loggedIn: "yes" }, clarification, ["5.9d"]),
  "account.no-proxy-refund": rule("account", { loggedIn: "no", proxyFit: "none", accountWish: "refund" }, clarification, ["5.9b"]),
  "account.no-proxy-replace": rule("account", { loggedIn: "no", proxyFit: "none", accountWish: "replace" }, policySilent, ["5.9b"]),
  "account.other-country": rule("account", { loggedIn: "no", proxyFit: "otherCountry" }, policySilent, ["5.9b"]),
  "account.proxy-unknown": rule("account", { loggedIn: "no", proxyFit: "unknown" }, needsRecords, ["5.9b"]),
  "account.replace-late": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "replace", claimAge: "over" }, clarification, ["5.9a"]),
  "account.replace": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "replace", claimAge: "within" }, { kind: "resolution", remedies: ["replaceAccount"] }, ["5.9a"]),
  "account.refund-late": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "refund", claimAge: "over" }, policySilent, ["5.9a"]),
  "account.age-unknown": rule("account", { loggedIn: "no", proxyFit: "fits", claimAge: "unknown" }, needsRecords, ["5.9a"]),
  "account.no-pictures": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "refund", claimAge: "within", accountPictures: "missing" }, missingEvidence, ["5.9c"]),
  "account.every-faulty": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "refund", claimAge: "within", accountPictures: "all", faultyShare: "every" }, { kind: "fullRefund" }, ["5.9c"]),
  "account.some-faulty": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "refund", claimAge: "within", accountPictures: "all", faultyShare: "some" }, { kind: "partialRefund", estimate: ["faultyAccounts"] }, ["5.9c", "5.10"]),
  "account.share-unknown": rule("account", { loggedIn: "no", proxyFit: "fits", accountWish: "refund", claimAge: "within", accountPictures: "all", faultyShare: "unknown" }, needsRecords, ["5.9c"]),

  // Only a part has come (5.10).
  "partial.not-started": rule("partial", { progress: "notStarted" }, { see: "notDelivered" }, ["5.1"]),
  "partial.nothing-yet": rule("partial", { progress: ["inProgress", "unknown"], arrived: "nothing" }, { see: "notDelivered" }, ["5.1"]),
  "partial.nothing-finished": rule("partial", { progress: finishedOrStopped, arrived: "nothing" }, { kind: "fullRefund" }, ["5.1"]),
  "partial.complete": rule("partial", { ...begun(), arrived: "some", missing: "none", dropped: "none" }, clarification, ["5.10"]),
  "partial.dropped": rule("partial", { ...begun(), arrived: "some", missing: "none", dropped: "some" }, { see: "drop" }, ["5.5"]),
  "partial.drop-unknown": rule("partial", { ...begun(), arrived: "some", missing: "none", dropped: "unknown" }, needsRecords, ["5.10"]),
  "partial.running": rule("partial", { progress: "inProgress", arrived: "some", missing: "some" }, { kind: "resolution", remedies: ["stop"], thenRefund: { estimate: ["missing"] } }, ["5.7", "5.10"]),
  "partial.finished": rule("partial", { progress: finishedOrStopped, arrived: "some", missing: "some" }, { kind: "partialRefund", estimate: ["missing", "droppedInGuarantee"] }, ["5.10"]),
  "partial.progress-unknown": rule("partial", { progress: "unknown", arrived: "some", missing: "some" }, needsRecords, ["5.10"]),
  "partial.missing-unknown": rule("partial", { ...begun(), arrived: "some", missing: "unknown" }, needsRecords, ["5.10"]),
  "partial.arrival-unknown": rule("partial", { ...begun(), arrived: "unknown" }, needsRecords, ["5.10"]),

  // Recurring payments (5.11).
  "recurring.not-automatic": rule("recurring", { autoCharged: "no" }, policySilent, ["5.11"]),
  "recurring.charge-unknown": rule("recurring", { autoCharged: "unknown" }, needsRecords, ["5.11"]),
  "recurring.earlier": rule("recurring", { autoCharged: "yes", latestPayment: "no" }, clarification, ["5.11"]),
  "recurring.payment-unknown": rule("recurring", { autoCharged: "yes", latestPayment: "unknown" }, needsRecords, ["5.11"]),
  "recurring.used": rule("recurring", { autoCharged: "yes", latestPayment: "yes", periodUsed: "yes" }, clarification, ["5.11"]),
  "recurring.use-unknown": rule("recurring", { autoCharged: "yes", latestPayment: "yes", periodUsed: "unknown" }, needsRecords, ["5.11"]),
  "recurring.kept": rule("recurring", { autoCharged: "yes", latestPayment: "yes", periodUsed: "no", cancelWish: "keep" }, clarification, ["5.11"]),
  "recurring.cancelled": rule("recurring", { autoCharged: "yes", latestPayment: "yes", periodUsed: "no", cancelWish: "cancel" }, { kind: "fullRefund", remedies: ["cancelSubscription"] }, ["5.11"]),

  // A dispute with the bank (6).
  "dispute.opened": rule("dispute", { disputeOpened: "yes" }, { kind: "humanReview", reason: "disputeOpened", urgent: true }, ["6"]),
  "dispute.not-opened": rule("dispute", { disputeOpened: "no" }, { kind: "clarification", offers: ["topics"] }, ["2", "6"]),
  "dispute.unknown": rule("dispute", { disputeOpened: "unknown" }, needsRecords, ["6"]),

  "withdrawal.declared": rule("withdrawal", {}, { kind: "humanReview", reason: "withdrawalDeclared" }, ["law"]),
  "human.asked": rule("human", {}, { kind: "humanReview", reason: "customerAsked" }, ["3"]),
  "other.described": rule("other", {}, policySilent, ["3"]),
} as const satisfies Record<string, Rule>;

/** The row's name in records and golden transcripts: `<topic>.<what holds>`. A stored format. */
export type RuleId = keyof typeof table;

export const rules: Readonly<Record<RuleId, Rule>> = table;

export const ruleIds = Object.keys(table) as RuleId[];

export const rulesOf = (topic: RuleTopic): RuleId[] =>
  ruleIds.filter((id) => rules[id].topic === topic);

export function opensCase({ kind }: Pick<Outcome, "kind">): boolean {
  return kind !== "clarification" && kind !== "wait";
}

function rule(
  topic: RuleTopic,
  when: Conditions,
  outcome: Rule["outcome"],
  clauses: readonly Clause[],
): Rule {
  return { topic, when, outcome, clauses };
}

function stopThenRefund(): Outcome {
  return { kind: "resolution", remedies: ["stop", "replaceService"], thenRefund: {}, urgent: true };
}

/** The order is past the queue, as far as is known. */
function begun() {
  return { progress: ["inProgress", "completed", "stopped", "unknown"] } as const;
}
