import type { ChannelName, UnreachableReason } from "./conversation.ts";
import type { Evidence, EvidenceRefusal } from "./evidence.ts";
import type { Language } from "./language.ts";

/** What a customer did, or the platform says of a customer, in a form that every channel can make. Nothing in it is trusted. */
export interface Inbound {
  /** The natural key of the platform's update; the same key is handled once. */
  key: string;
  conversationId: string;
  channel: ChannelName;
  /** Where answers go from now on. */
  address?: string;
  /** What the platform or the browser says of the customer's language; counts for a new conversation only. */
  language?: Language;
  /** The beginning of the message that it answers, at most 200 characters. */
  quote?: string;
  content: InboundContent;
}

export type InboundContent =
  /** Opened the chat without a word; `payload` is what the link to it brought along: a topic, an order number, or both with `_` or `-` between. */
  | { type: "started"; payload?: string }
  /** Asked by a command of the platform for what a button or word does. */
  | { type: "command"; command: Command }
  | { type: "text"; text: string }
  /** Pressed a button: its id and the revision of the message that it stood under. */
  | { type: "pressed"; choice: string; revision: number }
  | {
      type: "files";
      files: readonly Evidence[];
      /** Of the files that came along and could not be taken. */
      refused?: readonly EvidenceRefusal[];
      caption?: string;
    }
  /** Something that says nothing to the bot, such as a voice message. */
  | { type: "unsupported"; kind: UnsupportedKind }
  /** Several free answers at once (a modal), by question. */
  | { type: "form"; answers: Readonly<Record<string, string>> }
  /** Changed an earlier text; `of` is the key of the inbound that brought it. */
  | { type: "edited"; of: string; text: string }
  /** Took an earlier message back; `of` is the key of the inbound that brought it. */
  | { type: "deleted"; of: string }
  /** Nothing can be sent to the customer any more. */
  | { type: "unreachable"; reason: UnreachableReason }
  /** It can again. */
  | { type: "reachable" }
  /** The chat has the inbound's address from now on. */
  | { type: "moved" }
  /** A message was given up; `reason` is a word of the channel's. */
  | { type: "undelivered"; message: string; reason: string };

export const commands = ["startOver", "person", "help", "status", "language"] as const;

export type Command = (typeof commands)[number];

export const unsupportedKinds = [
  "voice",
  "video",
  "sticker",
  "location",
  "contact",
  "other",
] as const;

/** Each is a locale key under `bot:unsupported`. */
export type UnsupportedKind = (typeof unsupportedKinds)[number];

/** A file that the platform holds; whoever named it can fetch it. */
export interface FileRef {
  /** In the channel's own terms, plain JSON. */
  ref: unknown;
  /** What the customer's device called it, empty if nothing. */
  name: string;
  /** As the platform says. */
  sizeBytes?: number;
}

/**
 * An inbound that can't be taken before its files are fetched, or that came
 * behind one. Parts of one album have the same `album`.
 */
export type HeldContent =
  | { type: "attachments"; files: readonly FileRef[]; caption?: string; album?: string }
  | InboundContent;

export type HeldInbound = Omit<Inbound, "content"> & { content: HeldContent };
