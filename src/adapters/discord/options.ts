import type { HeldInbound } from "../../core/inbound.ts";
import type { Language } from "../../core/language.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DeskWork } from "../../ports/desk.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Lead } from "../../ports/lead.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import type { Prompted } from "./modal.ts";

export interface DiscordSettings {
  token: string;
  /** Without a version and without a slash at the end. */
  apiRoot: string;
  /** The channel under which private threads are opened; without one, conversations run in direct messages. */
  supportChannel?: string;
  shards: Shards;
}

/** `count` of all processes together; absent for as many as Discord advises. `ids` are this process's. */
export interface Shards {
  count?: number;
  ids?: { start: number; end: number };
}

export interface DiscordOptions extends DiscordSettings {
  /** Durable when it resolves; throws when nothing was written. */
  accept: (inbound: HeldInbound) => Promise<void>;
  /** What the conversation is asked now. */
  prompt: (conversationId: string) => Promise<Prompted | undefined>;
  /** Sees to it that one process serves these shards; absent where there is one. */
  lead?: Lead;
  store: Pick<Store, "load" | "readMark" | "readMarks" | "writeMarks" | "claim" | "unclaim">;
  /** What agents send. */
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  clock: Clock;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
  /** The forum channel in whose posts agents work; absent where they don't. */
  desk?: { channel: string } & DeskWork;
  shopName: string;
  defaultLanguage: Language;
}
