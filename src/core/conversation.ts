import type { ActType } from "./act.ts";
import type { AgentRef } from "./agent.ts";
import type { Language } from "./language.ts";
import type { Evidence, EvidenceRefusal } from "./evidence.ts";
import type { Message } from "./message.ts";

/** The platforms that customers write on. */
export const channelNames = ["web", "telegram", "discord"] as const;

export type ChannelName = (typeof channelNames)[number];

/** One customer's thread on one channel. */
export interface Conversation {
  /** Unguessable, at most 64 characters `[A-Za-z0-9_-]`. */
  id: string;
  channel: ChannelName;
  /** Where the channel reaches the customer, in its own terms (a chat, a thread); absent where the conversation says it. */
  address?: string;
  /** Since the platform said that the customer can't be reached (blocked the bot, left), and why. */
  unreachable?: { at: number; reason: UnreachableReason };
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

export const unreachableReasons = ["blocked", "deactivated", "neverStarted", "gone"] as const;

/** Why nothing can be sent to a customer any more; each is a locale key under `console:unreachable`. */
export type UnreachableReason = (typeof unreachableReasons)[number];

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
   * An event that the machine took, from the customer, a timer or the
   * platform (a customer who can't be reached, a message that could not be
   * delivered). `said` is what a reader of the transcript sees of it. The
   * first also has what the machine began with, which nothing else would tell
   * a replay.
   */
  | {
      type: "event";
      event: FlowEvent;
      by: EventSource;
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

export type EventSource = "customer" | "timer" | "platform" | "agent";

/** What the customer typed, pressed or sent, for the transcript. Plain text. */
export interface Said {
  text?: string;
  files?: readonly Evidence[];
  /** Files that could not be taken, and why. */
  refused?: readonly EvidenceRefusal[];
  /** The beginning of the message that it answers. */
  quote?: string;
  /** It changes what was said under this key. */
  edits?: string;
  /** It takes back what was said under this key. */
  deletes?: string;
  /** Who of the shop did it, and what. */
  agent?: AgentRef;
  act?: ActType;
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
