import type { ChannelName, Conversation } from "../core/conversation.ts";
import type { DeskName } from "../core/desk.ts";
import type { AuditTrail } from "./audit.ts";
import type { Delivery, Mark } from "./store.ts";
import type { SessionRecord } from "./sessions.ts";

/**
 * A conversation with all that a store keeps of it. What is stored as JSON
 * stays the text that it is. All lists are in the order given here.
 */
export interface WholeConversation {
  id: string;
  /** Absent where something is held for a conversation that has not begun. */
  conversation?: Conversation;
  /** By place, from 1 on without a gap. */
  log: readonly { at: number; body: string }[];
  /** By number. */
  cases: readonly { number: string; body: string }[];
  /** By id. */
  timers: readonly { id: string; dueAt: number; event: string }[];
  /** By channel, then place in the log. `readyAt` of a lane's oldest only. */
  unsent: readonly {
    channel: ChannelName;
    seq: number;
    messageId: string;
    attempts: number;
    uncertain: boolean;
    readyAt?: number;
  }[];
  /** By place in the log. */
  deliveries: readonly Omit<Delivery, "conversationId">[];
  /** In the order in which they came. */
  held: readonly { key: string; at: number; readyAt: number; attempts: number; body: string }[];
  /** By desk. */
  followings: readonly {
    desk: DeskName;
    lease: number;
    leased: boolean;
    readyAt?: number;
    changedAt?: number;
    place?: string;
  }[];
}

/** What belongs to no conversation, but for the audit log. */
export interface DeskBelongings {
  /** By name. */
  secrets: readonly { name: string; bytes: Uint8Array }[];
  /** By name. */
  marks: readonly Mark[];
  /** By hash. */
  sessions: readonly SessionRecord[];
}

export interface StoredAuditRow {
  seq: number;
  at: number;
  /** The rest of the entry, JSON, as its hash is of. */
  body: string;
  hash: string;
}

export interface StoreCounts {
  conversations: number;
  logEntries: number;
  unsent: number;
  timers: number;
  cases: number;
  held: number;
  handled: number;
  sessions: number;
  auditRows: number;
}

export interface HandledKey {
  key: string;
  at: number;
  /** The conversations whose ids are in it. */
  about: readonly string[];
}

/** A store of which everything is read, while nobody writes to it. */
export interface StoreSource {
  count(): StoreCounts;
  /** All that have anything, by id, those after `after`; at most `limit`. */
  conversationIds(after: string, limit: number): string[];
  readWhole(id: string): WholeConversation;
  /** By key, those after `after`; at most `limit`. */
  handledKeys(after: string, limit: number): HandledKey[];
  readDesk(): DeskBelongings;
  /** By `seq`, those after `after`; at most `limit`. */
  auditRows(after: number, limit: number): StoredAuditRow[];
  checkAudit: AuditTrail["checkAudit"];
  /** What the folder says of a move: whose it is, and whether it is finished. */
  readMove(): Move | undefined;
  /** Durable when it returns; from the first note on no bot starts on this store. */
  noteMove(move: Move): void;
  /** For a move that has changed nothing. */
  forgetMove(): void;
  close(): void;
}

export interface Move {
  id: string;
  /** Milliseconds since 1970. */
  begunAt: number;
  endedAt?: number;
}

/** A store into which everything is brought, before any bot uses it. Every method may be repeated. */
export interface StoreTarget {
  /**
   * Takes the store for a move; no bot starts on it until `end`. Answers
   * "ended" where this very move has ended before.
   *
   * @throws StoreOccupied when it has anything of another store's.
   */
  begin(moveId: string): Promise<"begun" | "ended">;
  /** Those of the conversations that have not been brought. */
  missing(ids: readonly string[]): Promise<string[]>;
  /** All of it or nothing; what has been brought is left alone. */
  bring(whole: WholeConversation): Promise<void>;
  /** Each is known from now on wherever the store may look for it. */
  bringHandled(keys: readonly HandledKey[]): Promise<void>;
  /** How many of the keys the store knows as handled at their time. */
  countHandled(keys: readonly HandledKey[]): Promise<number>;
  bringDesk(desk: DeskBelongings): Promise<void>;
  readDesk(): Promise<DeskBelongings>;
  /** How many rows of the audit log there are. */
  countAudit(): Promise<number>;
  /** Rows that follow those that are there. */
  bringAudit(rows: readonly StoredAuditRow[]): Promise<void>;
  checkAudit: AuditTrail["checkAudit"];
  /** What is found by indexes is found from now on. */
  index(): Promise<void>;
  /** As it was brought: timers are looked for by the ids in `expected`. */
  readWhole(expected: WholeConversation): Promise<WholeConversation>;
  count(): Promise<Omit<StoreCounts, "logEntries" | "unsent" | "handled">>;
  /** Bots may use the store from now on. */
  end(): Promise<void>;
  close(): Promise<void>;
}
