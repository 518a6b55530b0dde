import type { HeldInbound } from "../../core/inbound.ts";
import type { Language } from "../../core/language.ts";
import type { Message } from "../../core/message.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DeskWork } from "../../ports/desk.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Lead } from "../../ports/lead.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import type { Webhook } from "./bot-profile.ts";

export interface TelegramOptions {
  token: string;
  /** Without a slash at the end. */
  apiRoot: string;
  /** Absent for long polling. */
  webhook?: Webhook;
  pace: { perSecond: number; chatPerSecond: number; groupPerMinute: number };
  /** The group in whose topics agents work; absent where they don't. */
  desk?: { chat: string } & DeskWork;
  defaultLanguage: Language;
  /** Durable when it resolves. */
  accept: (inbound: HeldInbound) => Promise<void>;
  /** What is asked where a conversation stands, as it would be said now. */
  prompt: (conversationId: string) => Promise<{ message: Message; revision: number } | undefined>;
  /** Sees to it that one process polls; absent where there is one. */
  lead?: Lead;
  store: Pick<Store, "load" | "readMark" | "readMarks" | "writeMarks">;
  /** What agents send. */
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  clock: Pick<Clock, "now">;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}
