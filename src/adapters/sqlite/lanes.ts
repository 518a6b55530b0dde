import type { DatabaseSync } from "node:sqlite";
import type { ChannelName, LogBody } from "../../core/conversation.ts";
import type { LeasedReply, Settlement } from "../../ports/store.ts";

/**
 * The replies that wait to be sent. Only the oldest of a lane has a
 * `ready_at`, so finding what can be leased never looks at the ones behind.
 * While it is leased, `ready_at` is the lease's end. Every function is called
 * inside a transaction.
 */
export interface Lanes {
  queue(reply: {
    id: string;
    conversationId: string;
    channel: ChannelName;
    seq: number;
    at: number;
  }): void;
  lease(now: number, leaseMs: number, limit: number): LeasedReply[];
  settle(settlement: Settlement): void;
}

export function prepareLanes(db: DatabaseSync): Lanes {
  const insert = db.prepare(`
    INSERT INTO outbox (id, conversation_id, channel, seq, ready_at)
    VALUES (
      :id, :conversationId, :channel, :seq,
      iif(EXISTS (SELECT 1 FROM outbox WHERE conversation_id = :conversationId AND channel = :channel), NULL, :at)
    )
  `);
  const selectReady = db.prepare(`
    SELECT outbox.id, conversation_id AS conversationId, channel, seq, log.body, attempts + 1 AS attempts
    FROM outbox JOIN log USING (conversation_id, seq)
    WHERE ready_at <= :now ORDER BY ready_at LIMIT :limit
  `);
  const take = db.prepare(
    "UPDATE outbox SET ready_at = :leasedUntil, leased = 1, attempts = attempts + 1 WHERE id = :id",
  );
  // What was never leased can't have been sent; what was leased is its lane's oldest.
  const removeLeased = db.prepare(
    "DELETE FROM outbox WHERE id = ? AND attempts > 0 RETURNING conversation_id AS conversationId, channel",
  );
  const readyNext = db.prepare(`
    UPDATE outbox SET ready_at = (SELECT at FROM log WHERE conversation_id = outbox.conversation_id AND seq = outbox.seq)
    WHERE id = (
      SELECT id FROM outbox WHERE conversation_id = :conversationId AND channel = :channel ORDER BY seq LIMIT 1
    )
  `);
  const giveBack = db.prepare(
    "UPDATE outbox SET ready_at = :retryAt, leased = 0 WHERE id = :id AND leased = 1 AND attempts = :attempts",
  );

  function lease(now: number, leaseMs: number, limit: number): LeasedReply[] {
    const rows = selectReady.all({ now, limit }) as unknown as (Omit<LeasedReply, "message"> & {
      body: string;
    })[];
    return rows.map(({ body, ...reply }) => {
      take.run({ id: reply.id, leasedUntil: now + leaseMs });
      const { message } = JSON.parse(body) as LogBody & { type: "message" };
      return { ...reply, message };
    });
  }

  function settle(settlement: Settlement): void {
    if (settlement.outcome === "later") {
      const { id, attempts, retryAt } = settlement;
      giveBack.run({ id, attempts, retryAt });
      return;
    }
    const removed = removeLeased.get(settlement.id) as
      | { conversationId: string; channel: string }
      | undefined;
    if (removed) readyNext.run({ ...removed });
  }

  return { queue: (reply) => void insert.run(reply), lease, settle };
}
