import type { Agent, Role } from "../core/agent.ts";

/** Who is logged in to the console. Only the hash of a session's id is kept: whoever reads the store can't come in with it. */
export interface SessionRecords {
  /** Keeps a new session and forgets the one it takes the place of: both, or none. */
  openSession(session: SessionRecord, replaces?: string): Promise<void>;
  findSession(hash: string): Promise<SessionRecord | undefined>;
  /** Later than what is kept, or nothing changes; so it is for a session that is gone. */
  touchSession(hash: string, seenAt: number): Promise<void>;
  /** Closing what is not open changes nothing. */
  closeSession(hash: string): Promise<void>;
  /** Forgets those that were opened before `openedAt` or seen last before `seenAt`. */
  forgetSessions(before: { openedAt: number; seenAt: number }): Promise<void>;
}

export interface SessionRecord {
  /** SHA-256 of the id, as base64url. */
  hash: string;
  agentId: Agent["id"];
  /** With another role than this it is void. */
  role: Role;
  openedAt: number;
  seenAt: number;
}
