import type { ActType } from "../core/act.ts";
import type { Agent } from "../core/agent.ts";

/** What is recorded beside acts. */
export type AuditedThing = ActType | "loggedIn" | "loggedOut" | "pageOpened" | "requestSent";

/** One thing that somebody did or tried at the desk. A stored format: no customer text, no secret. */
export interface AuditEntry {
  at: number;
  surface: "console" | "telegram" | "discord";
  what: AuditedThing;
  /** `repeated`: it had been done before, under the same key. */
  outcome: "done" | "repeated" | "refused" | "failed";
  /** Absent for somebody who is not known. */
  by?: Agent;
  /** Why it was refused or failed: a word. */
  reason?: string;
  caseNumber?: string;
  conversationId?: string;
  /** What identifies it further: an act's key, a stranger's issuer and subject, a path. */
  detail?: string;
}

export interface AuditRow extends AuditEntry {
  seq: number;
  /** Of this entry and, through the one before it, of all before; 64 hexadecimal digits. */
  hash: string;
  /** Whether the hash is that of what stands here after the row before it. */
  intact: boolean;
}

export interface AuditCheck {
  entries: number;
  /** The last row's; note it elsewhere, and the next check can begin from it. Undefined where nothing is recorded. */
  head?: { seq: number; hash: string };
  /** The first entry that is not what was recorded, or is missing. */
  brokenAt?: number;
}

/**
 * What was done at the desk, in a chain: each row's hash covers the one
 * before. Nothing here changes or removes a row, and the store refuses both.
 */
export interface AuditTrail {
  /** Appends; durable when it returns. */
  audit(entry: AuditEntry): Promise<void>;
  /** The latest first; only those below `before` if given. */
  listAudit(query: { before?: number; limit: number }): Promise<AuditRow[]>;
  /** Looks at every row, a part at a time so that others get their turn. */
  checkAudit(): Promise<AuditCheck>;
}
