import type { DatabaseSync } from "node:sqlite";
import type { DeskName } from "../../core/desk.ts";
import type { FollowingQuery, KeptFollowing, LeasedFollowing } from "../../ports/store.ts";

/** What desks follow. Every function that writes is called inside a transaction. */
export interface Followings {
  follow(desk: DeskName, conversationId: string, at: number): void;
  /** Something was committed or settled. */
  changed(conversationId: string, at: number): void;
  lease(query: FollowingQuery): LeasedFollowing[];
  keep(kept: KeptFollowing): boolean;
  nextReadyAt(desk: DeskName): number | undefined;
}

export function prepareFollowings(db: DatabaseSync): Followings {
  const insert = db.prepare(
    "INSERT OR IGNORE INTO following (conversation_id, desk, ready_at) VALUES (?, ?, ?)",
  );
  const change = db.prepare(`
    UPDATE following SET ready_at = coalesce(ready_at, :at), changed_at = iif(leased, :at, NULL)
    WHERE conversation_id = :conversationId
  `);
  const selectReady = db.prepare(`
    SELECT desk, conversation_id AS conversationId, lease + 1 AS lease, place FROM following
    WHERE desk = :desk AND ready_at <= :now ORDER BY ready_at LIMIT :limit
  `);
  const take = db.prepare(`
    UPDATE following SET ready_at = ?, leased = 1, lease = ?, changed_at = NULL
    WHERE conversation_id = ? AND desk = ?
  `);
  const hold = db.prepare(`
    UPDATE following SET place = :place, ready_at = :readyAt
    WHERE conversation_id = :conversationId AND desk = :desk AND lease = :lease AND leased
  `);
  const end = db.prepare(`
    UPDATE following SET place = :place, ready_at = coalesce(:readyAt, changed_at), leased = 0, changed_at = NULL
    WHERE conversation_id = :conversationId AND desk = :desk AND lease = :lease AND leased
  `);
  const selectNext = db.prepare(
    "SELECT min(ready_at) AS at FROM following WHERE desk = ? AND ready_at IS NOT NULL",
  );

  return {
    follow: (desk, conversationId, at) => void insert.run(conversationId, desk, at),
    changed: (conversationId, at) => void change.run({ conversationId, at }),
    lease({ desk, now, leaseMs, limit }) {
      const rows = selectReady.all({ desk, now, limit }) as unknown as (LeasedFollowing & {
        place: string | null;
      })[];
      return rows.map(({ conversationId, lease, place }) => {
        take.run(now + leaseMs, lease, conversationId, desk);
        return { desk, conversationId, lease, ...(place !== null && { place }) };
      });
    },
    keep({ desk, conversationId, lease, place, next }) {
      const row = { desk, conversationId, lease, place };
      const { changes } =
        next !== "nothing" && "leasedUntil" in next
          ? hold.run({ ...row, readyAt: next.leasedUntil })
          : end.run({ ...row, readyAt: next === "nothing" ? null : next.retryAt });
      return changes === 1;
    },
    nextReadyAt: (desk) => (selectNext.get(desk) as { at: number | null }).at ?? undefined,
  };
}
