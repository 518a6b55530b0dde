import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Conversation } from "../../core/conversation.ts";
import { StoreUnavailable } from "../../core/errors.ts";
import type { StoreCounts, StoreSource, WholeConversation } from "../../ports/transfer.ts";
import { prepareAudit } from "./audit.ts";
import { storeFailure } from "./failure.ts";
import { lockFolder } from "./lock.ts";
import { readMoveNote, removeMoveNote, writeMoveNote } from "./move-note.ts";
import { endLeases, openDatabase } from "./schema.ts";

/**
 * All that is in a bot's folder, to be moved elsewhere; undefined where there
 * is nothing. The folder is this process's until it is closed, older data is
 * brought up to date, and sends that were under way are in doubt, all as when
 * a bot starts.
 *
 * @throws StoreLocked while a bot runs on it.
 * @throws StoreTooNew when a newer bot has written it.
 */
export function openSqliteSource(folder: string): StoreSource | undefined {
  const path = join(folder, "ombud.sqlite");
  if (!existsSync(path)) return undefined;
  const release = lockFolder(folder);
  try {
    const db = openDatabase(path);
    endLeases(db);
    return createSource(db, folder, release);
  } catch (error) {
    release();
    throw storeFailure(`open ${folder}`, error);
  }
}

function createSource(db: DatabaseSync, folder: string, release: () => void): StoreSource {
  const selectIds = db.prepare(`
    SELECT id FROM (SELECT id FROM conversation UNION SELECT conversation_id FROM held)
    WHERE id > ? ORDER BY id LIMIT ?
  `);
  const selectOne = db.prepare(
    "SELECT 1 FROM conversation WHERE id = ? UNION SELECT 1 FROM held WHERE conversation_id = ?",
  );
  const selectHandled = db.prepare(
    "SELECT key, at FROM handled WHERE key > ? ORDER BY key LIMIT ?",
  );
  const selectAudit = db.prepare(
    "SELECT seq, at, body, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  return {
    count: () =>
      db
        .prepare(
          `
          SELECT
            (SELECT count(*) FROM conversation) AS conversations,
            (SELECT count(*) FROM log) AS logEntries,
            (SELECT count(*) FROM outbox) AS unsent,
            (SELECT count(*) FROM timer) AS timers,
            (SELECT count(*) FROM cases) AS cases,
            (SELECT count(*) FROM held) AS held,
            (SELECT count(*) FROM handled) AS handled,
            (SELECT count(*) FROM session) AS sessions,
            (SELECT count(*) FROM audit) AS auditRows
          `,
        )
        .get() as unknown as StoreCounts,
    conversationIds: (after, limit) =>
      (selectIds.all(after, limit) as unknown as { id: string }[]).map(({ id }) => id),
    readWhole: prepareWhole(db),
    handledKeys: (after, limit) =>
      rowsOf<{ key: string; at: number }>(selectHandled.all(after, limit)).map((one) => ({
        ...one,
        // An id has no colon, and keys have colons around one.
        about: one.key.split(":").filter((part) => selectOne.get(part, part) !== undefined),
      })),
    readDesk: () => ({
      secrets: rowsOf(db.prepare("SELECT name, bytes FROM secret ORDER BY name").all()),
      marks: rowsOf(db.prepare("SELECT name, value FROM mark ORDER BY name").all()),
      sessions: rowsOf(
        db
          .prepare(
            `SELECT hash, agent_id AS agentId, role, opened_at AS openedAt, seen_at AS seenAt
             FROM session ORDER BY hash`,
          )
          .all(),
      ),
    }),
    auditRows: (after, limit) => rowsOf(selectAudit.all(after, limit)),
    checkAudit: () => prepareAudit(db).check(),
    readMove: () => readMoveNote(folder),
    forgetMove: () => removeMoveNote(folder),
    noteMove: (move) => {
      try {
        writeMoveNote(folder, move);
      } catch (cause) {
        throw new StoreUnavailable(`write in ${folder}`, { cause });
      }
    },
    close() {
      db.close();
      release();
    },
  };
}

function prepareWhole(db: DatabaseSync): (id: string) => WholeConversation {
  const selectConversation = db.prepare("SELECT body FROM conversation WHERE id = ?");
  const selectLog = db.prepare("SELECT at, body FROM log WHERE conversation_id = ? ORDER BY seq");
  const selectCases = db.prepare(
    "SELECT number, body FROM cases WHERE conversation_id = ? ORDER BY number",
  );
  const selectTimers = db.prepare(
    "SELECT id, due_at AS dueAt, event FROM timer WHERE conversation_id = ? ORDER BY id",
  );
  const selectUnsent = db.prepare(`
    SELECT channel, seq, id AS messageId, attempts, uncertain, ready_at AS readyAt
    FROM outbox WHERE conversation_id = ? ORDER BY channel, seq
  `);
  const selectDeliveries = db.prepare(`
    SELECT message_id AS messageId, seq, state, receipt, reason, at
    FROM delivery WHERE conversation_id = ? ORDER BY seq
  `);
  const selectHeld = db.prepare(`
    SELECT key, at, ready_at AS readyAt, attempts, body
    FROM held WHERE conversation_id = ? ORDER BY position
  `);
  const selectFollowings = db.prepare(`
    SELECT desk, lease, leased, ready_at AS readyAt, changed_at AS changedAt, place
    FROM following WHERE conversation_id = ? ORDER BY desk
  `);

  return (id) => {
    const row = selectConversation.get(id) as { body: string } | undefined;
    return {
      id,
      ...(row && { conversation: JSON.parse(row.body) as Conversation }),
      log: rowsOf(selectLog.all(id)),
      cases: rowsOf(selectCases.all(id)),
      timers: rowsOf(selectTimers.all(id)),
      unsent: rowsOf<Stored<"unsent">>(selectUnsent.all(id)).map((one) => ({
        ...one,
        uncertain: one.uncertain === 1,
      })),
      deliveries: rowsOf(selectDeliveries.all(id)),
      held: rowsOf(selectHeld.all(id)),
      followings: rowsOf<Stored<"followings">>(selectFollowings.all(id)).map((one) => ({
        ...one,
        leased: one.leased === 1,
      })),
    };
  };
}

/** SQL has no booleans. */
type Stored<List extends "unsent" | "followings"> = {
  [
    Name in keyof WholeConversation[List][number]
  ]: WholeConversation[List][number][Name] extends boolean
    ? number
    : WholeConversation[List][number][Name];
};

/** SQL's NULL is an absent property. */
const rowsOf = <T>(rows: readonly unknown[]): T[] =>
  rows.map(
    (row) =>
      Object.fromEntries(Object.entries(row as object).filter(([, value]) => value !== null)) as T,
  );
