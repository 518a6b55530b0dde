import { daysBetween } from "../../src/core/calendar.ts";
import { figures } from "./policy/figures.ts";
import type { Answers, QuestionId } from "./questions.ts";
import type { Moment } from "./read/moment.ts";

/** What the rules look at, each with all the values that it can have. */
export const domains = {
  progress: ["notStarted", "inProgress", "completed", "stopped", "unknown"],
  startDue: ["passed", "notPassed", "unknown"],
  expectedTime: ["passed", "notPassed", "unknown"],
  arrived: ["nothing", "some", "unknown"],
  missing: ["none", "some", "unknown"],
  dropped: ["none", "some", "unknown"],
  /** `unverified` where the customer does not know the count at start: people check it. */
  belowStart: ["yes", "no", "unverified"],
  guarantee: ["within", "after", "unknown"],
  dropSize: ["small", "large"],
  dropWish: ["redeliver", "refund"],
  targeted: ["yes", "no", "unknown"],
  statistics: ["given", "none"],
  shownCountry: ["ordered", "partly", "wrong", "unknown"],
  automatic: ["yes", "no", "unknown"],
  purchaseAge: ["within", "over", "unknown"],
  autoWish: ["start", "refund"],
  loggedIn: ["yes", "no"],
  /** `none` is no proxy or a VPN, which is none. */
  proxyFit: ["fits", "otherCountry", "none", "unknown"],
  accountWish: ["replace", "refund"],
  claimAge: ["within", "over", "unknown"],
  accountPictures: ["all", "missing"],
  faultyShare: ["every", "some", "unknown"],
  autoCharged: ["yes", "no", "unknown"],
  latestPayment: ["yes", "no", "unknown"],
  periodUsed: ["yes", "no", "unknown"],
  cancelWish: ["cancel", "keep"],
  disputeOpened: ["yes", "no", "unknown"],
} as const;

export type FactName = keyof typeof domains;
export type Facts = { [F in FactName]?: (typeof domains)[F][number] };

/** Some facts, each with the value or values that fit. */
export type Conditions = {
  [F in FactName]?: (typeof domains)[F][number] | readonly (typeof domains)[F][number][];
};

/** What the facts are read from. */
export interface Known {
  answers: Answers;
  /** How many pictures and documents the customer has given. */
  evidenceCount: number;
  /** The time of the event in hand, milliseconds since 1970. */
  at: number;
  timeZone: string;
}

const hourMs = 3_600_000;

/** The fact's value, or undefined while a question that it needs is open. */
type Reader<F extends FactName> = (known: Known) => Facts[F] | undefined;

const readers: { [F in FactName]: Reader<F> } = {
  progress: ({ answers }) => answers.progress,
  startDue({ answers: { startDue }, at }) {
    if (startDue === undefined || startDue === "unknown" || startDue === "passed") return startDue;
    return startDue.latest <= at ? "passed" : "notPassed";
  },
  expectedTime: ({ answers }) => answers.expectedTime,
  arrived({ answers: { delivered, arrival, progress } }) {
    if (delivered === undefined)
      return arrival ?? (progress === "notStarted" ? "nothing" : undefined);
    if (delivered === "unknown") return "unknown";
    return delivered === "nothing" || delivered === 0 ? "nothing" : "some";
  },
  missing({ answers }) {
    const parts = quantities(answers);
    return someOrNone(parts.missing);
  },
  dropped: ({ answers }) => someOrNone(quantities(answers).dropped),
  belowStart({ answers: { countAtStart, countNow, gone } }) {
    if (typeof countAtStart === "number" && typeof countNow === "number")
      return countNow < countAtStart ? "yes" : "no";
    return gone === undefined ? undefined : "unverified";
  },
  guarantee({ answers: { progress, deliveryEnd }, timeZone }) {
    if (deliveryEnd === undefined) return progress === "inProgress" ? "within" : undefined;
    if (deliveryEnd === "unknown") return "unknown";
    if (typeof deliveryEnd === "string") return undefined;
    // When the customer spoke up counts, not when the dialogue ended.
    return daysBetween(deliveryEnd.latest, deliveryEnd.saidAt, timeZone) <= figures.guaranteeDays
      ? "within"
      : "after";
  },
  dropSize({ answers }) {
    const { dropped, delivered } = quantities(answers);
    if (typeof dropped !== "number" || typeof delivered !== "number") return undefined;
    return 100 * dropped <= figures.smallDropPercent * delivered ? "small" : "large";
  },
  dropWish: ({ answers }) => answers.dropWish,
  targeted: ({ answers }) => answers.targeted,
  statistics: ({ answers }) => answers.statistics,
  shownCountry: ({ answers }) => answers.shownCountry,
  automatic: ({ answers }) => answers.automatic,
  purchaseAge: ({ answers: { purchasedAt }, at }) => ageAt(purchasedAt, at, figures.autoStartHours),
  autoWish: ({ answers }) => answers.autoWish,
  loggedIn: ({ answers }) => answers.loggedIn,
  proxyFit({ answers: { proxy, accountTargeted, proxyCountry } }) {
    if (proxy === undefined || proxy === "unknown") return proxy;
    if (proxy === "none" || proxy === "vpn") return "none";
    if (accountTargeted === undefined || accountTargeted === "unknown") return accountTargeted;
    if (accountTargeted === "no") return "fits";
    return (
      proxyCountry &&
      ({ same: "fits", other: "otherCountry", unknown: "unknown" } as const)[proxyCountry]
    );
  },
  accountWish: ({ answers }) => answers.accountWish,
  claimAge: ({ answers: { accountsSentAt } }) =>
    typeof accountsSentAt === "object"
      ? ageAt(accountsSentAt, accountsSentAt.saidAt, figures.accountClaimHours)
      : ageAt(accountsSentAt, 0, figures.accountClaimHours),
  accountPictures({ answers: { accountPictures, accountsFaulty }, evidenceCount }) {
    if (accountPictures === undefined) return undefined;
    const needed = typeof accountsFaulty === "number" ? accountsFaulty : 1;
    return evidenceCount >= needed ? "all" : "missing";
  },
  faultyShare({ answers: { accountsOrdered, accountsFaulty } }) {
    if (accountsOrdered === "unknown" || accountsFaulty === "unknown") return "unknown";
    if (accountsOrdered === undefined || accountsFaulty === undefined) return undefined;
    return accountsFaulty >= accountsOrdered ? "every" : "some";
  },
  autoCharged: ({ answers }) => answers.autoCharged,
  latestPayment: ({ answers }) => answers.latestPayment,
  periodUsed: ({ answers }) => answers.periodUsed,
  cancelWish: ({ answers }) => answers.cancelWish,
  disputeOpened: ({ answers }) => answers.disputeOpened,
};

/** The questions whose facts can change while their answers do not: with the time, or with the files given. */
export const heldAgainstNow: readonly QuestionId[] = ["startDue", "purchasedAt", "accountPictures"];

export const factNames = Object.keys(domains) as FactName[];

export function readFact<F extends FactName>(fact: F, known: Known): Facts[F] | undefined {
  return readers[fact](known);
}

/** All facts that the answers settle. */
export function readFacts(known: Known): Facts {
  const settled = factNames
    .map((fact) => [fact, readFact(fact, known)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(settled) as Facts;
}

/** Whether every condition is known to hold. */
export function holds(
  conditions: Conditions,
  read: (fact: FactName) => string | undefined,
): boolean {
  return Object.entries(conditions).every(([fact, fitting]) => {
    const value = read(fact as FactName);
    return (
      value !== undefined &&
      (typeof fitting === "string" ? fitting === value : fitting.includes(value as never))
    );
  });
}

type Quantity = number | "unknown" | undefined;

/** The order's figures as the policy counts them: undefined while a question is open. */
export function quantities(
  answers: Answers,
): Record<"ordered" | "delivered" | "missing" | "dropped", Quantity> {
  const { ordered } = answers;
  const delivered = answers.delivered === "nothing" ? 0 : answers.delivered;
  return {
    ordered,
    delivered,
    missing: combine(ordered, delivered, (all, part) => Math.max(0, all - part)),
    dropped: droppedOf(answers, delivered),
  };
}

/** What was delivered and is gone, between nothing and all of it. */
function droppedOf(
  { dropNoticed, countAtStart, countNow, gone }: Answers,
  delivered: Quantity,
): Quantity {
  if (dropNoticed === "no") return 0;
  if (dropNoticed === "unknown") return "unknown";
  const within = (amount: number, most: number) => Math.min(Math.max(0, amount), most);
  if (gone !== undefined) return combine(gone, delivered, within);
  if (typeof countAtStart !== "number" || typeof countNow !== "number") return undefined;
  return combine(countNow - countAtStart, delivered, (growth, most) => within(most - growth, most));
}

function combine(a: Quantity, b: Quantity, result: (a: number, b: number) => number): Quantity {
  if (a === undefined || b === undefined) return undefined;
  return a === "unknown" || b === "unknown" ? "unknown" : result(a, b);
}

function someOrNone(amount: Quantity): "none" | "some" | "unknown" | undefined {
  if (amount === undefined || amount === "unknown") return amount;
  return amount > 0 ? "some" : "none";
}

/** Over only when it is certain: of the times that the words leave open the latest counts, in the customer's favour or until then. */
function ageAt(
  moment: Moment | string | undefined,
  at: number,
  hours: number,
): "within" | "over" | "unknown" | undefined {
  if (moment === undefined) return undefined;
  if (typeof moment === "string") return "unknown";
  return at - moment.latest > hours * hourMs ? "over" : "within";
}
