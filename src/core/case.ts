import type { ChannelName } from "./conversation.ts";
import type { Evidence } from "./evidence.ts";
import type { Language } from "./language.ts";
import type { AssessmentBlock } from "./message.ts";

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

/** A decision record as people read it, in the language of whoever reads. */
export interface CaseDescription {
  topic: string;
  /** The assessment's kind, in a few words. */
  outcome: string;
  facts: readonly { label: string; value: string }[];
  assessment: AssessmentBlock;
  /** The rule and the versions of policy and flow by which it was assessed. */
  versions: string;
  evidence: readonly Evidence[];
  /** What the customer added afterwards, in order. */
  notes: readonly string[];
}
