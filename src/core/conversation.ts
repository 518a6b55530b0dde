import type { Language } from "./language.ts";
import type { Evidence } from "./evidence.ts";
import type { Message } from "./message.ts";

/** The platforms that customers write on. */
export type ChannelName = "web";

/** One customer's thread on one channel. */
export interface Conversation {
  /** Unguessable, at most 64 characters `[A-Za-z0-9_-]`. */
  id: string;
  channel: ChannelName;
  /** How many commits it has had; the next commit carries one more. */
  revision: number;
  language: Language;
  /** The flow and the version of it that wrote the snapshot. */
  flow: string;
  flowVersion: number;
  /** The machine's state, plain JSON. */
  snapshot: Snapshot;
  /** The state in which the customer stands, as the flow names it. */
  standing: string;
  /** The customer has gone silent there; the flow says after how long. */
  resting: boolean;
  /** The revision whose message the customer's buttons belong to; an older button may be stale. */
  promptedRevision: number;
}

export interface Snapshot {
  value: unknown;
  context: unknown;
}

/**
 * One line of a conversation's log, in order and never changed: what came in
 * (enough to replay it), what was said, what was assessed. `seq` counts from 1
 * in each conversation.
 */
export interface LogEntry {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  body: LogBody;
}

export type LogBody =
  /**
   * An event that the machine took. `said` is what a reader of the transcript
   * sees of it; timers say nothing. The first also has what the machine
   * began with, which nothing else would tell a replay.
   */
  | {
      type: "event";
      event: FlowEvent;
      by: "customer" | "timer";
      key: string;
      said?: Said;
      beganWith?: unknown;
    }
  | { type: "message"; id: string; message: Message }
  | { type: "assessment"; assessment: unknown }
  /**
   * The snapshot was brought to a newer version of the flow, making these
   * assessments on the way; a replay goes on from here. `unreadable` is the
   * one that could not be opened.
   */
  | {
      type: "upgraded";
      from: number;
      to: number;
      snapshot: Snapshot;
      assessments: readonly unknown[];
      unreadable?: Snapshot;
    };

/** What the customer typed, pressed or sent, for the transcript. Plain text. */
export interface Said {
  text?: string;
  files?: readonly Evidence[];
}

/**
 * What the machine takes: a past fact. `at` is when it came in, `dice` the
 * only source of chance: both are stored with it, so a replay is exact.
 */
export interface FlowEvent {
  type: string;
  at: number;
  /** 32 random bits, hex. */
  dice: string;
}
