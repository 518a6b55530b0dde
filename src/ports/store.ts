import type { Case } from "../core/case.ts";
import type { ChannelName, Conversation, LogBody, LogEntry } from "../core/conversation.ts";
import type { DeskName } from "../core/desk.ts";
import type { HeldInbound } from "../core/inbound.ts";
import type { Language } from "../core/language.ts";
import type { Message } from "../core/message.ts";
import type { AuditTrail } from "./audit.ts";
import type { SessionRecords } from "./sessions.ts";

/**
 * Everything that must survive a crash. An implementation keeps all promises
 * of `test/contract/store.ts`, `test/contract/followings.ts` and
 * `test/contract/desk-records.ts`. Every method may throw `StoreUnavailable`;
 * then nothing of the call has happened or, where an answer was lost on the
 * way, all of it: the same call may be repeated, and what had happened is not
 * done twice.
 */
export interface Store extends SessionRecords, AuditTrail {
  /**
   * The conversation as last committed. `orOlder`: or as this process saw it
   * last, which spares a way, for who commits on top of it: `commit` refuses what is old.
   */
  load(conversationId: string, orOlder?: "orOlder"): Promise<Conversation | undefined>;

  /**
   * Writes the next conversation, marks the inbound as handled, appends the
   * log, queues the replies, sets and cancels the timers and saves the cases:
   * all of it, or none of it. Durable when it returns.
   *
   * A repeat with the same `handled` key within 48 hours releases what was
   * held, changes nothing else and answers "duplicate". With `unlessHolding` a
   * conversation that holds an inbound is left alone, and the answer is "holding".
   *
   * With `lease` the first reply is leased with it, as by `lease()`, where none
   * is before it in its lane and it takes no other's place.
   *
   * @throws StaleConversation when `conversation.revision` is not one more
   *   than the stored one (0 for none). Load again and decide again.
   * @throws CaseNumberTaken when a new case's number belongs to another conversation.
   */
  commit(commit: Commit, lease?: CommitLease): Promise<Committed>;

  /** The log after `afterSeq`, in order, at most `limit` entries. */
  readLog(conversationId: string, afterSeq: number, limit: number): Promise<LogEntry[]>;

  /**
   * Takes the oldest unsettled reply of each lane (one lane is one
   * conversation on one channel) of a channel that is due at `now`, at most
   * `limit`, for `leaseMs`. A lane never has two replies leased at once, so
   * replies keep their order. `attempts` counts this one; `uncertain` once a
   * lease of it ended without a word, or `unknown`: then the send may have
   * happened before.
   */
  lease(query: LeaseQuery): Promise<LeasedReply[]>;

  /**
   * Ends leases: `sent` and `failed` remove the reply from its lane and keep
   * what became of it, `later` and `unknown` give it back until `retryAt`.
   * Repeating it, or settling what is settled already, changes nothing. A
   * lease that has run out can still end as `sent` or `failed`, which are
   * facts; its `later` comes too late once the reply is leased again.
   */
  settle(settlements: readonly Settlement[]): Promise<void>;

  /** What became of a conversation's messages, of those that failed or may have come twice and of those with a receipt, in order. */
  readDeliveries(conversationId: string): Promise<Delivery[]>;

  /** A conversation's messages that are still in their lanes, in order. What is neither here nor among the deliveries was sent. */
  readUnsent(conversationId: string): Promise<UnsentReply[]>;

  /** The messages that failed or may have come twice, in all conversations, the latest first; only those before `before` if given. */
  listTroubledDeliveries(query: {
    before?: { at: number; messageId: string };
    limit: number;
  }): Promise<Delivery[]>;

  /** Lets a desk follow a conversation from its beginning on, due at `at`; one that it follows already is left alone. */
  follow(desk: DeskName, conversationId: string, at: number): Promise<void>;

  /**
   * Takes what a desk follows and is due at `now`, the longest due first, at
   * most `limit`, for `leaseMs`. Each has one lease at a time.
   */
  leaseFollowing(query: FollowingQuery): Promise<LeasedFollowing[]>;

  /**
   * Keeps how far a desk has come and ends the lease, or holds on to it. False,
   * and nothing is changed, where another lease has followed.
   */
  keepFollowing(kept: KeptFollowing): Promise<boolean>;

  /**
   * Keeps an inbound that can't be taken yet behind those that its
   * conversation has held already, until a commit's `releases` names it.
   * Durable when it returns. A repeat of the key within 48 hours changes
   * nothing and answers "duplicate", whether it is still held, was released
   * or was taken without being held.
   */
  hold(held: { inbound: HeldInbound; at: number; readyAt: number }): Promise<"held" | "duplicate">;

  isHolding(conversationId: string): Promise<boolean>;

  /** The conversations whose oldest held inbound is ready at `now`, with all that they have held, in order; at most `limit`. */
  dueHeld(now: number, limit: number): Promise<{ conversationId: string; held: Held[] }[]>;

  /** Makes a held inbound ready at `readyAt` only, and counts a failed attempt if told; one that is not held any more is left alone. */
  postpone(key: string, readyAt: number, failed: boolean): Promise<void>;

  /** The timers due at `now`, oldest first, at most `limit`. They stay until a commit's `timers` cancel or fire them. */
  dueTimers(now: number, limit: number): Promise<DueTimer[]>;

  /**
   * When the next timer is due, the next reply on these channels can be leased,
   * these desks have something to follow (all if absent) or the next held
   * inbound is ready; undefined when nothing waits. Where several processes
   * share the store it may be earlier than that for some seconds, never later.
   */
  nextDueAt(
    channels?: readonly ChannelName[],
    desks?: readonly DeskName[],
  ): Promise<number | undefined>;

  findCase(number: string): Promise<Case | undefined>;

  /** Cases by `openedAt`, then `number`, the greatest first; only those less than `before` and of the filter if given. */
  listCases(query: {
    filter?: CaseFilter;
    before?: { openedAt: number; number: string };
    limit: number;
  }): Promise<Case[]>;

  /** Cases as they are to be worked at: urgent ones first, then whoever waits longest, then by number; only those behind `after` if given. */
  listQueue(query: {
    filter: CaseFilter;
    after?: Pick<Case, "urgent" | "waitingSince" | "number">;
    limit: number;
  }): Promise<Case[]>;

  countCases(filter: CaseFilter): Promise<number>;

  /** What is counted of the cases that were opened or decided at `since` or later, in no order. Lets others get their turn: for a page that may take a while. */
  caseFigures(since: number): Promise<CaseFigures[]>;

  /** A conversation's cases, the last opened first. */
  casesOf(conversationId: string): Promise<Case[]>;

  /** How many conversations of a flow stand in each state, by the version that last touched them; states where none stand are left out. In no order. */
  countStandings(flow: string): Promise<StandingCount[]>;

  /**
   * Those of these pieces of evidence that neither a log entry nor a
   * conversation names. Looks at everything that was ever written, a part at a
   * time so that others get their turn: for the background.
   */
  unnamedEvidence(ids: ReadonlySet<string>): Promise<Set<string>>;

  /** 32 random bytes under this name, made at the first call, the same ever after in every process. */
  secret(name: string): Promise<Uint8Array>;

  /**
   * Gives a role that one process has at a time to `owner` until `now + forMs`,
   * or lets it keep it; false where another has it for longer than `now`.
   */
  claim(role: string, owner: string, now: number, forMs: number): Promise<boolean>;

  /** Gives a role back; one that another has is left alone. */
  unclaim(role: string, owner: string): Promise<void>;

  readMark(name: string): Promise<string | undefined>;

  /** What a channel knows of its own connection (a session, the last message seen), of all names that begin with `prefix`, by name. */
  readMarks(prefix: string): Promise<Mark[]>;

  /** Keeps each under its name, or forgets it: all of them, or none. Durable when it returns. */
  writeMarks(marks: readonly (Mark | { name: string })[]): Promise<void>;

  /** Forgets keys handled before `before`. */
  forgetHandled(before: number): Promise<void>;

  /**
   * `changed` is called with the conversations that another process has
   * committed to, or with none where it can't be told which: never the truth,
   * only a reason to look. Word may come late or twice; lost word is made up
   * for within seconds. Absent where one process has the store.
   */
  watch?(changed: (conversationIds: readonly string[]) => void): void;

  /** The time by which all processes on the store go, milliseconds since 1970; absent where there is one. */
  now?: () => number;

  close(): Promise<void>;
}

export type Committed = "committed" | "duplicate" | "holding";

export interface CommitLease {
  until: number;
  /** Called before the commit resolves. */
  take: (reply: LeasedReply) => void;
}

export interface Commit {
  conversation: Conversation;
  /** The inbound's natural key. */
  handled: string;
  /** When the commit is made, milliseconds since 1970. */
  at: number;
  /** Appended in order; the store numbers them. A `message`, whose id no other may have, is queued for sending as well. */
  log: readonly LogBody[];
  /** The timer that fires: where it is no longer set for then, nothing is written and the answer is "duplicate". */
  fires?: { id: string; dueAt: number };
  /** Carried out in this order: a cancel may come before a set of the same id. */
  timers: readonly TimerChange[];
  /** Replaced by number. */
  cases: readonly Case[];
  /** The keys of the held inbounds that this turn took. */
  releases?: readonly string[];
  /** What is held comes first. */
  unlessHolding?: boolean;
  /** The conversation's replies that wait for a later try are due at once. */
  resumes?: boolean;
  /** The desks that follow the conversation from its first case on. */
  follows?: readonly DeskName[];
}

export type TimerChange =
  | { type: "set"; id: string; dueAt: number; event: string }
  /** Also how a fired timer goes; cancelling what is not set changes nothing. */
  | { type: "cancel"; id: string };

/** Every condition that is given must hold. */
export interface CaseFilter {
  /** `toDo` waits for the shop or a second person, `waiting` for the customer before any decision. */
  stage?: "toDo" | "waiting" | "decided" | "closed";
  /** The id of the agent who has the thread; null for those that nobody has. */
  owner?: string | null;
  language?: Language;
  topic?: string;
  /** Each of these words is in the number or the search words, in any case of letters. */
  words?: string;
}

export type CaseFigures = Pick<
  Case,
  "number" | "openedAt" | "topic" | "kind" | "firstAnsweredAt" | "decision" | "satisfaction"
>;

export interface StandingCount extends Pick<Conversation, "flowVersion" | "standing" | "resting"> {
  count: number;
}

export interface DueTimer {
  conversationId: string;
  channel: ChannelName;
  id: string;
  dueAt: number;
  /** The machine event to feed. */
  event: string;
}

export interface LeaseQuery {
  channel: ChannelName;
  now: number;
  leaseMs: number;
  limit: number;
}

export interface LeasedReply {
  id: string;
  conversationId: string;
  channel: ChannelName;
  /** Where the conversation says that the customer is reached. */
  address?: string;
  /** Since when the conversation says that they can't be. */
  unreachableAt?: number;
  seq: number;
  message: Message;
  attempts: number;
  uncertain: boolean;
  /** Of the last message in the lane that has one. */
  lastReceipt?: string;
  /** Of the message that this one takes the place of, if it has one. */
  replacesReceipt?: string;
}

export type Settlement =
  /** `receipt`: how the channel finds the message again, plain text; `repeated`: an earlier try may have come through as well. */
  | { id: string; outcome: "sent"; at: number; receipt?: string; repeated?: boolean }
  /** Given up; `reason` is a word. */
  | { id: string; outcome: "failed"; at: number; reason: string }
  /** Not sent. `attempts` as leased: it says which lease ends. */
  | { id: string; outcome: "later"; attempts: number; retryAt: number }
  /** Whether it was sent can't be known. */
  | { id: string; outcome: "unknown"; attempts: number; retryAt: number };

export interface Delivery {
  messageId: string;
  conversationId: string;
  seq: number;
  state: "sent" | "repeated" | "failed";
  receipt?: string;
  reason?: string;
  at: number;
}

/** A desk follows a conversation: everything committed or settled there since it was last kept makes it due, unless it waits already. */
export interface LeasedFollowing {
  desk: DeskName;
  conversationId: string;
  /** Says which lease it is; grows. */
  lease: number;
  /** What was kept last, in the desk's own terms; absent at first. */
  place?: string;
}

export interface FollowingQuery {
  desk: DeskName;
  now: number;
  leaseMs: number;
  limit: number;
}

export interface KeptFollowing extends LeasedFollowing {
  place: string;
  /** The lease is held on to, ends until a time, or ends until something is committed or settled (which may have been by now). */
  next: { leasedUntil: number } | { retryAt: number } | "nothing";
}

export interface UnsentReply {
  messageId: string;
  seq: number;
  /** `waiting` was certainly not sent, `unknown` may have been or is being sent. */
  state: "waiting" | "unknown";
}

export interface Mark {
  name: string;
  value: string;
}

export interface Held {
  inbound: HeldInbound;
  /** When it came. */
  at: number;
  /** Failed attempts to take it. */
  attempts: number;
}
