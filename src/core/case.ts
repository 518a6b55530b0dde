import type { Decision } from "./act.ts";
import type { AgentRef } from "./agent.ts";
import type { ChannelName } from "./conversation.ts";
import type { Evidence } from "./evidence.ts";
import type { Language } from "./language.ts";
import type { AssessmentBlock } from "./message.ts";

/** A customer's problem that people look at, as the desk lists it. */
export interface Case {
  /** Can be read over a phone: `RF-` and five characters without look-alikes. Opens nothing by itself. */
  number: string;
  conversationId: string;
  channel: ChannelName;
  language: Language;
  openedAt: number;
  /** When the customer last did something to it. */
  updatedAt: number;
  status: CaseStatus;
  /** Who has the thread. */
  owner?: AgentRef;
  /** Whose turn it is, and since when. */
  waitsFor: "shop" | "customer";
  waitingSince: number;
  urgent: boolean;
  topic: string;
  /** The assessment's kind and, for a review, its reason. */
  kind: string;
  reason?: string;
  /** Raised with every change of what a decision rests on. */
  factsRevision: number;
  /** Waits for a second person. */
  proposal?: Decision;
  /** The latest that was made. */
  decision?: Decision;
  /** When a person of the shop first wrote to the customer about it. */
  firstAnsweredAt?: number;
  /** When an agent last gave it back. */
  releasedAt?: number;
  /** Since when the shop's targets count, where that is later than the opening: contested after a decision, or opened again. */
  resumedAt?: number;
  /** How long the shop was open in its turns since then, the one in hand left out. */
  spentMs?: number;
  /** When the shop's targets end; each absent where it is met, and while it is the customer's turn. */
  dueAt?: { firstAnswer?: number; resolution?: number };
  /** What its timer raised, and when; what is over is left out. */
  alerts?: Alerts;
  /** What the customer said of how it was handled, asked once when it was closed. */
  satisfaction?: Satisfaction;
  /** What a search finds it by beside its number, in small letters: order number, service, link. */
  searchWords?: string;
  /** The flow's decision record; the flow that wrote it reads it. */
  record: unknown;
}

export const caseStatuses = ["open", "contested", "proposed", "decided", "closed"] as const;

/** `proposed`: a decision waits for a second person. */
export type CaseStatus = (typeof caseStatuses)[number];

/** From the best; each is a locale key under `bot:satisfaction`. */
export const satisfactions = ["good", "fair", "poor"] as const;

export type Satisfaction = (typeof satisfactions)[number];

/**
 * What a case's timer raises, as the log's events have it beside the case's
 * number: nobody took it (`escalated`: to the leads), a target is near (four
 * fifths are over) or missed.
 */
export const alertTypes = [
  "unclaimed-noticed",
  "unclaimed-escalated",
  "first-answer-neared",
  "first-answer-missed",
  "resolution-neared",
  "resolution-missed",
] as const;

export type AlertType = (typeof alertTypes)[number];

export type Alerts = Readonly<Partial<Record<AlertType, number>>>;

export interface DescribedFact {
  label: string;
  value: string;
  /** How an agent corrects it; absent where nobody can. `isFree` takes words beside the choices. */
  correction?: {
    question: string;
    choices: readonly { id: string; label: string }[];
    isFree: boolean;
  };
}

/** A decision record as people read it, in the language of whoever reads. */
export interface CaseDescription {
  topic: string;
  /** The assessment's kind, in a few words. */
  outcome: string;
  facts: readonly DescribedFact[];
  assessment: AssessmentBlock;
  /** The rule and the versions of policy and flow by which it was assessed. */
  versions: string;
  evidence: readonly Evidence[];
  /** What the customer added afterwards, in order. */
  notes: readonly string[];
}
