import type { LogBody } from "../core/conversation.ts";
import type { Store } from "./store.ts";

/** A look at a bot's data, beside the bot. Every call sees what is committed when it is made. */
export interface StoreReader extends Pick<
  Store,
  "load" | "findCase" | "readLog" | "listAudit" | "checkAudit"
> {
  /** All that was ever assessed, each conversation's in order. */
  assessments(): AsyncIterable<RecordedAssessment>;
  close(): Promise<void>;
}

export interface RecordedAssessment {
  conversationId: string;
  assessment: unknown;
  /** What was taken in the same turn. */
  event: LogBody & { type: "event" };
}
