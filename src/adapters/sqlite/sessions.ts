import type { DatabaseSync } from "node:sqlite";
import type { SessionRecord } from "../../ports/sessions.ts";

/** Every function that writes is called inside a transaction. */
export function prepareSessions(db: DatabaseSync) {
  const insert = db.prepare(
    "INSERT INTO session (hash, agent_id, role, opened_at, seen_at) VALUES (?, ?, ?, ?, ?)",
  );
  const select = db.prepare(`
    SELECT hash, agent_id AS agentId, role, opened_at AS openedAt, seen_at AS seenAt
    FROM session WHERE hash = ?
  `);
  const touch = db.prepare("UPDATE session SET seen_at = max(seen_at, ?) WHERE hash = ?");
  const remove = db.prepare("DELETE FROM session WHERE hash = ?");
  const forget = db.prepare("DELETE FROM session WHERE opened_at < ? OR seen_at < ?");

  return {
    open({ hash, agentId, role, openedAt, seenAt }: SessionRecord, replaces?: string): void {
      if (replaces !== undefined) remove.run(replaces);
      insert.run(hash, agentId, role, openedAt, seenAt);
    },
    find(hash: string): SessionRecord | undefined {
      const row = select.get(hash) as SessionRecord | undefined;
      return row && { ...row };
    },
    touch: (hash: string, seenAt: number) => void touch.run(seenAt, hash),
    close: (hash: string) => void remove.run(hash),
    forget: (openedAt: number, seenAt: number) => void forget.run(openedAt, seenAt),
  };
}
