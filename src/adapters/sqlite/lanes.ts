import type { DatabaseSync } from "node:sqlite";
import type { ChannelName, LogBody } from "../../core/conversation.ts";
import type { Followings } from "./followings.ts";
import type {
  Delivery,
  LeasedReply,
  LeaseQuery,
  Settlement,
  UnsentReply,
} from "../../ports/store.ts";

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
  lease(query: LeaseQuery): LeasedReply[];
  /** Leases one that was queued at `at`, unless another is before it. */
  leaseNew(id: string, at: number, until: number): LeasedReply | undefined;
  settle(settlement: Settlement): void;
  /** A conversation's oldest reply is due at once, unless it is leased. */
  resume(conversationId: string, at: number): void;
  deliveriesOf(conversationId: string): Delivery[];
  unsentOf(conversationId: string): UnsentReply[];
  troubledDeliveries(before: { at: number; messageId: string }, limit: number): Delivery[];
}

export function prepareLanes(db: DatabaseSync, followings: Followings): Lanes {
  const insert = db.prepare(`
    INSERT INTO outbox (id, conversation_id, channel, seq, ready_at)
    VALUES (
      :id, :conversationId, :channel, :seq,
      iif(EXISTS (SELECT 1 FROM outbox WHERE conversation_id = :conversationId AND channel = :channel), NULL, :at)
    )
  `);
  const replies = `
    SELECT
      outbox.id, conversation_id AS conversationId, outbox.channel, seq, log.body,
      conversation.body ->> 'address' AS address, conversation.body ->> '$.unreachable.at' AS unreachableAt,
      attempts + 1 AS attempts, uncertain OR leased AS uncertain,
      (
        SELECT receipt FROM delivery
        WHERE delivery.conversation_id = outbox.conversation_id AND receipt IS NOT NULL
        ORDER BY delivery.seq DESC LIMIT 1
      ) AS lastReceipt
    FROM outbox JOIN log USING (conversation_id, seq) JOIN conversation ON conversation.id = conversation_id
  `;
  const selectReady = db.prepare(
    `${replies} WHERE outbox.channel = :channel AND ready_at <= :now ORDER BY ready_at LIMIT :limit`,
  );
  const selectNew = db.prepare(`${replies} WHERE outbox.id = ? AND ready_at = ?`);
  // A lease that is followed by another has ended without a word.
  const take = db.prepare(`
    UPDATE outbox SET ready_at = :leasedUntil, uncertain = uncertain OR leased, leased = 1, attempts = attempts + 1
    WHERE id = :id
  `);
  // What was never leased can't have been sent; what was leased is its lane's oldest.
  const removeLeased = db.prepare(
    "DELETE FROM outbox WHERE id = ? AND attempts > 0 RETURNING conversation_id AS conversationId, channel, seq",
  );
  const readyNext = db.prepare(`
    UPDATE outbox SET ready_at = (SELECT at FROM log WHERE conversation_id = outbox.conversation_id AND seq = outbox.seq)
    WHERE id = (
      SELECT id FROM outbox WHERE conversation_id = :conversationId AND channel = :channel ORDER BY seq LIMIT 1
    )
  `);
  const giveBack = db.prepare(`
    UPDATE outbox SET ready_at = :retryAt, leased = 0, uncertain = uncertain OR :unknown
    WHERE id = :id AND leased = 1 AND attempts = :attempts
  `);
  const resumeLane = db.prepare(
    "UPDATE outbox SET ready_at = :at WHERE conversation_id = :conversationId AND ready_at > :at AND leased = 0",
  );
  const insertDelivery = db.prepare(`
    INSERT INTO delivery (conversation_id, seq, message_id, state, receipt, reason, at)
    VALUES (:conversationId, :seq, :id, :state, :receipt, :reason, :at)
  `);
  const columns =
    "message_id AS messageId, conversation_id AS conversationId, seq, state, receipt, reason, at";
  const selectDeliveries = db.prepare(
    `SELECT ${columns} FROM delivery WHERE conversation_id = ? ORDER BY seq`,
  );
  const selectUnsent = db.prepare(`
    SELECT id AS messageId, seq, iif(uncertain OR leased, 'unknown', 'waiting') AS state
    FROM outbox WHERE conversation_id = ? ORDER BY channel, seq
  `);
  const selectReceipt = db.prepare(
    "SELECT receipt FROM delivery WHERE conversation_id = ? AND message_id = ? AND receipt IS NOT NULL",
  );
  const selectTroubled = db.prepare(`
    SELECT ${columns} FROM delivery WHERE state <> 'sent' AND (at, message_id) < (?, ?)
    ORDER BY at DESC, message_id DESC LIMIT ?
  `);

  function lease({ channel, now, leaseMs, limit }: LeaseQuery): LeasedReply[] {
    const rows = selectReady.all({ channel, now, limit }) as unknown as ReplyRow[];
    return rows.map(leasing(now + leaseMs));
  }

  function leaseNew(id: string, at: number, until: number): LeasedReply | undefined {
    const row = selectNew.get(id, at) as unknown as ReplyRow | undefined;
    return row && leasing(until)(row);
  }

  const leasing =
    (leasedUntil: number) =>
    ({ body, uncertain, ...reply }: ReplyRow): LeasedReply => {
      take.run({ id: reply.id, leasedUntil });
      const { message } = JSON.parse(body) as LogBody & { type: "message" };
      const replaced =
        message.replaces === undefined
          ? undefined
          : (selectReceipt.get(reply.conversationId, message.replaces) as
              | { receipt: string }
              | undefined);
      return {
        ...withoutNull(reply),
        message,
        uncertain: uncertain === 1,
        ...(replaced && { replacesReceipt: replaced.receipt }),
      };
    };

  function settle(settlement: Settlement): void {
    const { id, outcome } = settlement;
    if (outcome === "later" || outcome === "unknown") {
      const { attempts, retryAt } = settlement;
      giveBack.run({ id, attempts, retryAt, unknown: Number(outcome === "unknown") });
      return;
    }
    const removed = removeLeased.get(id) as
      | { conversationId: string; channel: string; seq: number }
      | undefined;
    if (!removed) return;
    const { conversationId, channel, seq } = removed;
    readyNext.run({ conversationId, channel });
    followings.changed(conversationId, settlement.at);
    const state = outcome === "sent" && settlement.repeated ? "repeated" : outcome;
    const receipt = outcome === "sent" ? (settlement.receipt ?? null) : null;
    const reason = outcome === "failed" ? settlement.reason : null;
    if (state === "sent" && receipt === null) return;
    insertDelivery.run({ conversationId, seq, id, state, receipt, reason, at: settlement.at });
  }

  const deliveries = (rows: unknown[]) => rows.map((row) => withoutNull({ ...(row as Delivery) }));

  return {
    queue: (reply) => void insert.run(reply),
    lease,
    leaseNew,
    settle,
    resume: (conversationId, at) => void resumeLane.run({ conversationId, at }),
    deliveriesOf: (conversationId) => deliveries(selectDeliveries.all(conversationId)),
    unsentOf: (conversationId) =>
      selectUnsent.all(conversationId).map((row) => ({ ...row }) as unknown as UnsentReply),
    troubledDeliveries: ({ at, messageId }, limit) =>
      deliveries(selectTroubled.all(at, messageId, limit)),
  };
}

type ReplyRow = Omit<LeasedReply, "message" | "uncertain"> & { body: string; uncertain: number };

/** SQL's NULL is an absent property. */
const withoutNull = <T extends object>(row: T): T =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
