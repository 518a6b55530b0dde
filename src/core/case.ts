import type { ChannelName } from "./conversation.ts";
import type { Language } from "./language.ts";

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
  status: "open" | "contested";
  urgent: boolean;
  topic: string;
  /** The assessment's kind and, for a review, its reason. */
  kind: string;
  reason?: string;
  /** The flow's decision record; the flow that wrote it reads it. */
  record: unknown;
}
