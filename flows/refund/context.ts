import type { Decision, DecisionDraft, WantedThing } from "../../src/core/act.ts";
import type { AlertType, Alerts, Satisfaction } from "../../src/core/case.ts";
import type { AgentRef } from "../../src/core/agent.ts";
import { countShown, type Evidence, type EvidenceRefusal } from "../../src/core/evidence.ts";
import type { UnsupportedKind } from "../../src/core/inbound.ts";
import type { Language } from "../../src/core/language.ts";
import type { FlowEvent, UnreachableReason } from "../../src/core/conversation.ts";
import type { Assessment } from "./assess.ts";
import type { Facts, Known } from "./facts.ts";
import type { Offer, RuleId, RuleTopic, Topic } from "./policy/rules.ts";
import type { Answers, QuestionId } from "./questions.ts";
import type { Fault } from "./read/reading.ts";

/** What a conversation remembers. Plain JSON and a stored format. */
export interface RefundContext {
  /** When the event in hand came in, milliseconds since 1970. */
  at: number;
  /** The chance that came with it, 32 bits in hex. */
  dice: string;
  timeZone: string;
  language: Language;
  topic?: RuleTopic | undefined;
  answers: Answers;
  /** The questions that count for the topic, in the order passed. What is answered but not on it counts for nothing. */
  path: readonly QuestionId[];
  /** The inbound that brought each answer, so that an edit of it corrects the answer. */
  sources: Partial<Record<QuestionId, string>>;
  /** Given in this dialogue, whatever the step. */
  evidence: readonly Evidence[];
  /** Answers in a row that were not understood. */
  misses: number;
  /** An answer under change, to put back when the customer thinks better of it. */
  changing?: Pick<Answers, QuestionId> | undefined;
  confirmed: boolean;
  rule?: RuleId | undefined;
  assessment?: Assessment | undefined;
  case?: OpenCase | undefined;
  pastCases: readonly OpenCase[];
  /** The agent who has the thread, and the case that they have it for. */
  owner?: (AgentRef & { caseNumber: string }) | undefined;
  /** What a start over threw away, for as long as it can be undone. */
  discarded?: Pick<RefundContext, "topic" | "answers" | "evidence"> | undefined;
}

/** A case that people have, with its decision record. */
export interface OpenCase {
  number: string;
  openedAt: number;
  /** Since the last decision, if there is one. */
  contested: boolean;
  closed: boolean;
  record: DecisionRecord;
  /** Raised with every change of what a decision rests on. */
  factsRevision: number;
  /** Waits for a second person. */
  proposal?: Decision | undefined;
  /** The latest. */
  decision?: Decision | undefined;
  waitsFor: "shop" | "customer";
  waitingSince: number;
  /** When a person first wrote to the customer about it. */
  firstAnsweredAt?: number;
  /** When an agent last gave it back. */
  releasedAt?: number;
  /** When it was contested after a decision or opened again. */
  resumedAt?: number;
  /** How long the shop was open in its turns since it was opened or resumed, the one in hand left out. */
  spentMs?: number | undefined;
  /** What its timer raised, each when last. */
  alerts?: Alerts;
  /** Once for ever. */
  satisfactionAsked?: true;
  satisfaction?: Satisfaction;
}

/** All that a decision rests on; replaying the log's events gives it again. A stored format. */
export interface DecisionRecord {
  topic: RuleTopic;
  assessment: Assessment;
  facts: Facts;
  answers: Answers;
  evidence: readonly Evidence[];
  timeZone: string;
  assessedAt: number;
  flowVersion: number;
  /** For a declared withdrawal: the customer's own words, or the button's. */
  declaration?: string;
  email?: string;
  /** What the customer wrote to the open case, in order. */
  additions: readonly { at: number; text: string }[];
}

/** What a customer did. */
export type CustomerEvent = FlowEvent &
  (
    | { type: "started" }
    /** `orderNumber`: what the link to the chat named beside the topic. */
    | { type: "topic-chosen"; topic: Topic; description?: string; orderNumber?: string }
    /** Words that name no topic; kept as the description. */
    | { type: "problem-told"; description: string }
    /** `understood`: an answer that could be read in two ways, to be said back. */
    | { type: "answered"; answers: Answers; source: string; understood?: QuestionId }
    | {
        type: "answer-refused";
        question?: QuestionId;
        fault: Fault | OwnFault;
        values?: Readonly<Record<string, string | number>>;
      }
    /** `answers`: what the files and the words with them answer where they came. */
    | {
        type: "evidence-given";
        files: readonly Evidence[];
        /** Of those that came along and could not be taken. */
        refused?: readonly EvidenceRefusal[];
        answers: Answers;
        source: string;
      }
    | { type: "evidence-refused"; refused: readonly EvidenceRefusal[] }
    | { type: "unsupported-sent"; kind: UnsupportedKind }
    | { type: "went-back" }
    | { type: "change-asked"; question: QuestionId }
    | { type: "confirmed" }
    | { type: "started-over" }
    | { type: "restored" }
    | { type: "language-asked" }
    | { type: "language-chosen"; language: Language }
    | { type: "help-asked" }
    | { type: "person-asked" }
    | { type: "offer-taken"; offer: Offer }
    | { type: "reminder-asked" }
    | { type: "withdrawal-asked" }
    | { type: "withdrawal-declared"; declaration: string }
    | { type: "status-asked" }
    | { type: "case-extended"; text: string }
    | { type: "addition-asked" }
    | { type: "email-asked" }
    | { type: "email-given"; email: string }
    | { type: "return-link-asked" }
    | { type: "contest-asked" }
    | { type: "contested"; text: string }
    | { type: "another-asked" }
    | { type: "satisfaction-given"; caseNumber: string; satisfaction: Satisfaction }
    /** A button whose time is over, or one pressed twice. */
    | { type: "stale-pressed" }
    /** An edit of something that is no longer open. */
    | { type: "edited-late" }
    /** Anything that comes in while an agent has the thread: for them to read. */
    | { type: "customer-wrote"; text?: string; files?: readonly Evidence[] }
  );

/** What ends the shop's turn, and how long the shop was open in it. */
interface TurnEnd {
  turnMs?: number;
}

/** What an agent did with a case. The dialogue stays where it is: who answers is another matter. */
export type AgentEvent = FlowEvent & { agent: AgentRef; caseNumber: string } & (
    | { type: "taken" }
    | { type: "released" }
    /** `answers` is the key of what the customer said, `quote` its beginning. */
    | ({
        type: "agent-said";
        text: string;
        files?: readonly Evidence[];
        answers?: string;
        quote?: string;
      } & TurnEnd)
    /** The files and what is quoted stay with the message. */
    | {
        type: "agent-reworded";
        message: string;
        text: string;
        files?: readonly Evidence[];
        quote?: string;
      }
    | { type: "agent-withdrew"; message: string }
    | { type: "agent-noted"; text: string }
    | ({ type: "agent-asked"; wanted: WantedThing } & TurnEnd)
    | ({ type: "agent-asked"; wanted: "question"; text: string } & TurnEnd)
    | { type: "fact-corrected"; answers: Answers; rule: RuleId }
    | ({ type: "decided"; decision: DecisionDraft } & TurnEnd)
    | { type: "decision-proposed"; decision: DecisionDraft }
    | ({ type: "decision-approved" } & TurnEnd)
    | { type: "decision-declined" }
    /** `asks`: how it was handled, which is asked once. */
    | { type: "case-closed"; asks?: true }
    | { type: "case-reopened" }
  );

/** What the platform says of the customer; the dialogue stays where it is. */
export type PlatformEvent = FlowEvent &
  (
    | { type: "customer-unreachable"; reason: UnreachableReason }
    | { type: "customer-reachable" }
    | { type: "customer-moved" }
    | { type: "message-undelivered"; message: string; reason: string }
    /** What was decided on it stays as it is. */
    | { type: "message-deleted"; of: string }
  );

/** What a case's timer raised: for the desk, never for the customer. */
export type AlertEvent = FlowEvent & { type: AlertType; caseNumber: string };

/** `rescued`: the conversation's snapshot was lost, and a person goes on with it. */
export type RefundEvent =
  | CustomerEvent
  | AgentEvent
  | AlertEvent
  | PlatformEvent
  | (FlowEvent & { type: "rescued" });

/** What can be wrong beside the readers' own faults; texts `bot:fault.<id>`. */
export type OwnFault =
  | "notAChoice"
  | "deliveredOverOrdered"
  | "goneOverDelivered"
  | "faultyOverOrdered"
  | "zero"
  | "needsTime"
  | "filesWanted"
  | "tooManyFiles"
  | "noTopic";

export function pick(answers: Answers, questions: readonly QuestionId[]): Answers {
  const picked = questions
    .filter((question) => answers[question] !== undefined)
    .map((question) => [question, answers[question]]);
  return Object.fromEntries(picked) as Answers;
}

/** What the facts are read from: the answers on the path and, while it is passed, the question in hand. */
export function knownOf(context: RefundContext, inHand?: QuestionId): Known {
  const { at, timeZone, evidence } = context;
  const counting = inHand === undefined ? context.path : [...context.path, inHand];
  return {
    answers: pick(context.answers, counting),
    evidenceCount: countShown(evidence),
    at,
    timeZone,
  };
}

/** What the bot says beside asking; texts in `render.ts`. */
export type SayTopic =
  | "welcome"
  | "handedOver"
  | "understood"
  | "fault"
  | "problemKept"
  | "evidenceKept"
  | "evidenceRefused"
  | "unsupported"
  | "assessment"
  | "receipt"
  | "reminderSet"
  | "waitOver"
  | "reminder"
  | "welcomeBack"
  | "languages"
  | "languageChosen"
  | "help"
  | "status"
  | "stale"
  | "editedLate"
  | "startedOver"
  | "returnLink"
  | "caseStays"
  | "caseExtended"
  | "contested"
  | "emailKept"
  | "personInformed"
  | "agentJoined"
  | "agentLeft"
  | "agentSaid"
  | "agentReworded"
  | "agentWithdrew"
  | "agentAsked"
  | "satisfactionAsked"
  | "satisfactionKept"
  | "decision";
