import type { DatabaseSync } from "node:sqlite";
import type { HeldInbound } from "../../core/inbound.ts";
import type { Held } from "../../ports/store.ts";

/** The inbounds that can't be taken yet. Every function that writes is called inside a transaction. */
export interface HeldInbounds {
  hold(held: { inbound: HeldInbound; at: number; readyAt: number }): "held" | "duplicate";
  isHolding(conversationId: string): boolean;
  due(now: number, limit: number): { conversationId: string; held: Held[] }[];
  postpone(key: string, readyAt: number, failed: boolean): void;
  release(key: string): void;
  nextReadyAt(): number | undefined;
}

export function prepareHeld(db: DatabaseSync): HeldInbounds {
  const insertHandled = db.prepare("INSERT OR IGNORE INTO handled (key, at) VALUES (?, ?)");
  const insert = db.prepare(`
    INSERT INTO held (key, conversation_id, at, oldest, ready_at, body)
    SELECT
      :key, :conversationId, :at, NOT EXISTS (SELECT 1 FROM held WHERE conversation_id = :conversationId),
      :readyAt, :body
    WHERE NOT EXISTS (SELECT 1 FROM handled WHERE handled.key = :key) -- taken without being held
    ON CONFLICT (key) DO NOTHING
  `);
  const selectOne = db.prepare("SELECT 1 FROM held WHERE conversation_id = ? LIMIT 1");
  const selectDue = db.prepare(`
    SELECT conversation_id AS conversationId FROM held
    WHERE oldest AND ready_at <= ? ORDER BY ready_at LIMIT ?
  `);
  const selectOf = db.prepare(
    "SELECT at, attempts, body FROM held WHERE conversation_id = ? ORDER BY position",
  );
  const selectNext = db.prepare("SELECT min(ready_at) AS readyAt FROM held WHERE oldest");
  const postpone = db.prepare(
    "UPDATE held SET ready_at = ?, attempts = attempts + ? WHERE key = ?",
  );
  const remove = db.prepare(
    "DELETE FROM held WHERE key = ? RETURNING conversation_id AS conversationId",
  );
  const readyNext = db.prepare(`
    UPDATE held SET oldest = 1
    WHERE position = (SELECT position FROM held WHERE conversation_id = ? ORDER BY position LIMIT 1)
  `);

  return {
    hold({ inbound, at, readyAt }) {
      const { key, conversationId } = inbound;
      // The key itself is the commit's that takes the inbound.
      if (insertHandled.run(`held:${key}`, at).changes === 0) return "duplicate";
      const body = JSON.stringify(inbound);
      const { changes } = insert.run({ key, conversationId, at, readyAt, body });
      return changes === 0 ? "duplicate" : "held";
    },
    isHolding: (conversationId) => selectOne.get(conversationId) !== undefined,
    due(now, limit) {
      const conversations = selectDue.all(now, limit) as unknown as { conversationId: string }[];
      return conversations.map(({ conversationId }) => ({
        conversationId,
        held: (
          selectOf.all(conversationId) as unknown as {
            at: number;
            attempts: number;
            body: string;
          }[]
        ).map(({ at, attempts, body }) => ({
          inbound: JSON.parse(body) as HeldInbound,
          at,
          attempts,
        })),
      }));
    },
    postpone: (key, readyAt, failed) => void postpone.run(readyAt, Number(failed), key),
    release(key) {
      const removed = remove.get(key) as { conversationId: string } | undefined;
      if (removed) readyNext.run(removed.conversationId);
    },
    nextReadyAt: () => (selectNext.get() as { readyAt: number | null }).readyAt ?? undefined,
  };
}
