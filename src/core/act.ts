import type { Agent, AgentRef, Role } from "./agent.ts";
import type { Evidence, EvidenceRefusal } from "./evidence.ts";
import type { Message } from "./message.ts";

/** What an agent did to a conversation, in a form that every desk can make. */
export interface Act {
  /** Of the desk's own event; the same key is carried out once. */
  key: string;
  conversationId: string;
  /** The customer's case that it is about. */
  caseNumber: string;
  agent: Agent;
  content: ActContent;
  /** Ids of everybody whose role allows it, as the list of agents was at the moment of the act: filled in by `app/receive`. */
  able?: readonly string[];
}

export const wantedThings = ["screenshot", "profileLink", "timestamp"] as const;

/** What an agent may ask a customer for beside a question of their own (clause 3); each is a locale key under `bot:wanted`. */
export type WantedThing = (typeof wantedThings)[number];

export const decisionOutcomes = [
  "fullRefund",
  "partialRefund",
  "redelivery",
  "correction",
  "otherRemedy",
  "noRefund",
] as const;

/** How a case may end (clause 4); each is a locale key under `bot:decision`. */
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** What people decide of a case. Money is moved by the shop, never by the bot. */
export interface DecisionDraft {
  outcome: DecisionOutcome;
  /** Of a refund, in the currency's minor unit. */
  amountMinor?: number;
  /** ISO 4217. */
  currency?: string;
  /** Ids of the policy's clauses, at least one. */
  clauses: readonly string[];
  /** In the customer's language, as the customer reads it. */
  reasons: string;
}

/** A decision as it was made, and on which facts. A stored format. */
export interface Decision extends DecisionDraft {
  factsRevision: number;
  by: AgentRef;
  at: number;
  approvedBy?: AgentRef;
}

export type ActContent =
  /** `over`: from the colleague who has it. */
  | { type: "taken"; over?: boolean }
  | { type: "released" }
  /** To the customer. The text may be empty where there are files; `answers` is the key of the customer's message that it answers. */
  | { type: "said"; text: string; files?: readonly Evidence[]; answers?: string }
  /** Other words for what the agent said in the message of this id. */
  | { type: "reworded"; message: string; text: string }
  /** The agent's own message of this id is taken back. */
  | { type: "withdrawn"; message: string }
  /** For colleagues. */
  | { type: "noted"; text: string }
  | { type: "asked"; wanted: WantedThing }
  /** A question in the agent's own words, in the customer's language. */
  | { type: "asked"; wanted: "question"; text: string }
  /** A fact that the customer got wrong, in words as the customer would say it. */
  | { type: "corrected"; question: string; text: string }
  /** `seen`: the revision of the facts that it rests on. */
  | { type: "decided"; decision: DecisionDraft; seen: number }
  | { type: "approved"; seen: number }
  | { type: "declined" }
  | { type: "closed" }
  | { type: "reopened" };

export type ActType = ActContent["type"];

/** What an act refers to, as it stands in the conversation's log. */
export interface Referred {
  /** The beginning of the customer's message that is answered. */
  quote?: string;
  /** The agent's own message that is reworded or withdrawn, as it was sent. */
  message?: Message;
}

/**
 * Who may do what. Complete, as the compiler sees to it: an act without a
 * rule is no act.
 */
export const leastRole: Readonly<Record<ActType, Role>> = {
  taken: "agent",
  released: "agent",
  said: "agent",
  reworded: "agent",
  withdrawn: "agent",
  noted: "agent",
  asked: "agent",
  corrected: "agent",
  decided: "agent",
  approved: "lead",
  declined: "lead",
  closed: "agent",
  reopened: "agent",
};

/** Why an act is not carried out; each is a locale key under `console:refused`. */
export type ActRefusal =
  | { reason: "notAllowed" }
  | { reason: "noCase" }
  /** Take the thread first. */
  | { reason: "notTaken" }
  | { reason: "ownedBy"; name: string }
  | { reason: "isClosed" }
  | { reason: "notClosed" }
  /** The facts are others than those that were seen: look again. */
  | { reason: "factsChanged" }
  | { reason: "clauseMissing" }
  | { reason: "amountMissing" }
  | { reason: "reasonsMissing" }
  | { reason: "nothingProposed" }
  /** A second person is another person. */
  | { reason: "samePerson" }
  /** Contested: whoever decided leaves it to somebody else, where there is somebody. */
  | { reason: "ownDecision" }
  /** The words are empty or too long. */
  | { reason: "wordsMissing" }
  /** Something in the words is still to be filled in. */
  | { reason: "gapLeft" }
  /** Only what one has said oneself, and not withdrawn, can be changed. */
  | { reason: "notYours" }
  /** A file that can't be taken, by its name. */
  | { reason: "fileRefused"; file: string; refusal: EvidenceRefusal }
  /** Not understood as an answer to that question. */
  | { reason: "notUnderstood" }
  /** With it the policy's table has no row: more must be known. */
  | { reason: "undecidable" };
