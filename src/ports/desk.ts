import type { ActContent, ActRefusal, DecisionDraft } from "../core/act.ts";
import type { Agent } from "../core/agent.ts";
import type { Case } from "../core/case.ts";
import type { DeskCard, DeskName, DeskPost } from "../core/desk.ts";
import type { Evidence, EvidenceRefusal } from "../core/evidence.ts";
import type { Language } from "../core/language.ts";
import type { Message } from "../core/message.ts";
import type { Allowance } from "../core/token-bucket.ts";
import type { EvidenceStore } from "./evidence.ts";

/**
 * A forum in which agents work. Every method that sends may throw
 *
 * - RateLimited, PlatformUnavailable: it was certainly not done;
 * - OutcomeUnknown: it may have been done;
 * - ThreadGone: the thread is not there any more;
 * - Undeliverable: the platform will never take this.
 */
export interface Desk {
  name: DeskName;
  /** How many threads are worked at at once. */
  concurrency: number;
  /** How many messages the whole forum takes; absent where only each thread counts. */
  pace?: Allowance;
  /** Of a post, in characters. */
  longestPost: number;
  /**
   * Opens a case's thread and says how the desk finds it, at most 100
   * characters. `again`: it may have been opened before, and is found then.
   */
  open(card: DeskCard, again: boolean): Promise<string>;
  /** Puts the card into its thread, or brings the one that stands there (`shown`) up to date; says how it is found. */
  show(thread: string, card: DeskCard, shown: string | undefined, again: boolean): Promise<string>;
  /** `id` is the same for a repeat, which `again` tells. */
  post(thread: string, post: DeskPost, id: string, again: boolean): Promise<void>;
}

/** What somebody does in a thread. */
export interface DeskDeed {
  desk: DeskName;
  thread: string;
  userId: string;
  content: ActContent;
  /** Why the platform says that they may not, such as having left the group. */
  why?: DeskRefusal;
}

export type Refused = ActRefusal | { reason: DeskRefusal };

/** What an agent's hand finds behind a thread. Everything is looked up anew at each call. */
export interface DeskHand {
  /** The case of this thread; undefined where it is none. */
  caseIn(desk: DeskName, thread: string): Promise<Case | undefined>;
  /** Who this is in the shop's list of agents. */
  agentOf(desk: DeskName, userId: string): Promise<Agent | undefined>;
  /** Carries out what somebody did, once for each `key`, and records it; undefined when it is done. */
  act(deed: DeskDeed & { key: string }): Promise<Refused | undefined>;
  /**
   * What an act would come to now, without doing it; a refusal is recorded.
   * `messages` are those that the customer would read.
   */
  foresee(deed: DeskDeed): Promise<Refused | { messages: readonly Message[] }>;
  /** The id of the message that an act under this key has sent; undefined where it sent none, or more than one. */
  sentUnder(desk: DeskName, thread: string, key: string): Promise<string | undefined>;
  /** The key of the customer's message whose words stand in what a thread shows; undefined where none do, or several messages'. */
  heardIn(desk: DeskName, thread: string, shown: string): Promise<string | undefined>;
  /** What a decision may cite, with titles in this language. */
  clauses(language: Language): readonly { id: string; title: string }[];
  /** The decision that the assessment suggests. */
  draft(entry: Case): DecisionDraft;
  /** The formal update as the customer would read it. */
  preview(
    entry: Case,
    draft: DecisionDraft,
    by: Agent,
  ): { message: Message; needsSecond: boolean } | { refused: ActRefusal };
}

/** How a desk is worked at. */
export interface DeskWork {
  hand: DeskHand;
  /** Only what is marked as a reply goes to the customer; otherwise all but what is marked as a note. */
  repliesAreMarked: boolean;
  /** Of the threads. */
  language: Language;
  evidence: Pick<EvidenceStore, "original" | "view">;
  /** Looks into what an agent sends and keeps it; `name` is what their device calls it. */
  keepEvidence: (
    bytes: Uint8Array,
    name: string,
  ) => Promise<Evidence | { refused: EvidenceRefusal }>;
}

/** Why somebody may do nothing at a desk; each is a locale key under `desk:refused`. */
export type DeskRefusal =
  /** Not in the shop's list of agents. */
  | "stranger"
  /** Writes as the group or as a channel, so that nobody knows who it is. */
  | "anonymous"
  /** No member of the group, or without the role, by now. */
  | "notMember"
  /** No case's thread. */
  | "noThread"
  /** What was begun by somebody else. */
  | "notTheirs";
