import type { ChannelName } from "./conversation.ts";
import type { Evidence } from "./evidence.ts";
import type { Language } from "./language.ts";

/** What a customer did, in a form that every channel can make. Nothing in it is trusted. */
export interface Inbound {
  /** The natural key of the platform's update; the same key is handled once. */
  key: string;
  conversationId: string;
  channel: ChannelName;
  /** What the platform or the browser says of the customer's language; counts for a new conversation only. */
  language?: Language;
  content: InboundContent;
}

export type InboundContent =
  /** Opened the chat without a word. */
  | { type: "started" }
  | { type: "text"; text: string }
  /** Pressed a button: its id and the revision of the message that it stood under. */
  | { type: "pressed"; choice: string; revision: number }
  | { type: "files"; files: readonly Evidence[]; caption?: string }
  /** Several free answers at once (a modal), by question. */
  | { type: "form"; answers: Readonly<Record<string, string>> }
  /** Changed an earlier text; `of` is the key of the inbound that brought it. */
  | { type: "edited"; of: string; text: string };
