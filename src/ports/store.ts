import type { Case } from "../core/case.ts";
import type { ChannelName, Conversation, LogBody, LogEntry } from "../core/conversation.ts";
import type { Message } from "../core/message.ts";

/**
 * Everything that must survive a crash. An implementation keeps all promises
 * of `test/contract/store.ts`. Every method may throw `StoreUnavailable`;
 * then nothing of the call has happened, and the same call may be repeated.
 */
export interface Store {
  /** The conversation as last committed. */
  load(conversationId: string): Promise<Conversation | undefined>;

  /**
   * Writes the next conversation, marks the inbound as handled, appends the
   * log, queues the replies, sets and cancels the timers and saves the cases:
   * all of it, or none of it. Durable when it returns.
   *
   * A repeat with the same `handled` key within 48 hours changes nothing and
   * answers "duplicate".
   *
   * @throws StaleConversation when `conversation.revision` is not one more
   *   than the stored one (0 for none). Load again and decide again.
   * @throws CaseNumberTaken when a new case's number belongs to another conversation.
   */
  commit(commit: Commit): Promise<"committed" | "duplicate">;

  /** The log after `afterSeq`, in order, at most `limit` entries. */
  readLog(conversationId: string, afterSeq: number, limit: number): Promise<LogEntry[]>;

  /**
   * Takes the oldest unsettled reply of each lane (one lane is one
   * conversation on one channel) that is due at `now`, at most `limit`, for
   * `leaseMs`. A lane never has two replies leased at once, so replies keep
   * their order. `attempts` counts this one; above 1 the send may have
   * happened before.
   */
  lease(now: number, leaseMs: number, limit: number): Promise<LeasedReply[]>;

  /**
   * Ends leases: `sent` removes the reply from its lane, `later` gives it back
   * until `retryAt`. Repeating it, or settling what is settled already,
   * changes nothing. A lease that has run out can still end as `sent`, which
   * is a fact; its `later` comes too late once the reply is leased again.
   */
  settle(settlements: readonly Settlement[]): Promise<void>;

  /** The timers due at `now`, oldest first, at most `limit`. They stay until a commit's `timers` cancel or fire them. */
  dueTimers(now: number, limit: number): Promise<DueTimer[]>;

  /** When the next timer is due or the next reply can be leased; undefined when nothing waits. */
  nextDueAt(): Promise<number | undefined>;

  findCase(number: string): Promise<Case | undefined>;

  /** Cases by `openedAt`, then `number`, the greatest first; only those less than `before` if given. */
  listCases(query: {
    before?: { openedAt: number; number: string };
    limit: number;
  }): Promise<Case[]>;

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

  /** Forgets keys handled before `before`. */
  forgetHandled(before: number): Promise<void>;

  close(): Promise<void>;
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
}

export type TimerChange =
  | { type: "set"; id: string; dueAt: number; event: string }
  /** Also how a fired timer goes; cancelling what is not set changes nothing. */
  | { type: "cancel"; id: string };

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

export interface LeasedReply {
  id: string;
  conversationId: string;
  channel: ChannelName;
  seq: number;
  message: Message;
  attempts: number;
}

export type Settlement =
  | { id: string; outcome: "sent" }
  /** `attempts` as leased: it says which lease ends. */
  | { id: string; outcome: "later"; attempts: number; retryAt: number };
