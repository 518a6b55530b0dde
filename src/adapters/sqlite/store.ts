import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import {
  channelNames,
  type Conversation,
  type LogBody,
  type LogEntry,
} from "../../core/conversation.ts";
import { deskNames } from "../../core/desk.ts";
import { FolderUnwritable } from "../../core/errors.ts";
import type { DueTimer, Mark, Store } from "../../ports/store.ts";
import { prepareAudit } from "./audit.ts";
import { prepareCases } from "./cases.ts";
import { prepareCommit } from "./commit.ts";
import { isUnwritable, storeFailure } from "./failure.ts";
import { prepareFollowings } from "./followings.ts";
import { createPrivateFile, createPrivateFolder } from "./folder.ts";
import { prepareHeld } from "./held.ts";
import { prepareLanes } from "./lanes.ts";
import { lockFolder } from "./lock.ts";
import { refuseMoved } from "./move-note.ts";
import { prepareUnnamedEvidence } from "./named-evidence.ts";
import { endLeases, openDatabase } from "./schema.ts";
import { prepareSessions } from "./sessions.ts";
import { createWriter } from "./writer.ts";

/**
 * The store in a folder of this machine (`ombud.sqlite`; never on a network
 * file system, where locks don't hold), or in `:memory:` for tests. One
 * process at a time has the folder.
 *
 * @throws StoreLocked when another process has the folder.
 * @throws FolderUnwritable when it can't be made or written.
 * @throws StoreMoved when its data was moved elsewhere.
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreUnavailable when the disk is full or broken.
 */
export function openSqliteStore(folderOrMemory: string): Store {
  if (folderOrMemory === ":memory:") return createSqliteStore(openDatabase(":memory:"));
  try {
    return openFolder(folderOrMemory);
  } catch (error) {
    throw openFailure(folderOrMemory, error);
  }
}

function openFolder(folder: string): Store {
  createPrivateFolder(folder);
  const release = lockFolder(folder);
  try {
    refuseMoved(folder);
    const path = join(folder, "ombud.sqlite");
    createPrivateFile(path);
    const db = openDatabase(path);
    endLeases(db);
    return createSqliteStore(db, release);
  } catch (error) {
    release();
    throw error;
  }
}

function openFailure(folder: string, error: unknown): unknown {
  const isSystemCall = typeof (error as NodeJS.ErrnoException).syscall === "string";
  if (isSystemCall || isUnwritable(error)) return new FolderUnwritable(folder, { cause: error });
  return storeFailure(`open ${folder}`, error);
}

/** The store on an open database, which it closes; `release` is called after that. */
export function createSqliteStore(db: DatabaseSync, release?: () => void): Store {
  const writer = createWriter(db);
  const followings = prepareFollowings(db);
  const lanes = prepareLanes(db, followings);
  const held = prepareHeld(db);
  const cases = prepareCases(db);
  const commit = prepareCommit(db, { lanes, held, followings });
  const sessions = prepareSessions(db);
  const audit = prepareAudit(db);

  const selectConversation = db.prepare("SELECT body FROM conversation WHERE id = ?");
  const selectLog = db.prepare(
    "SELECT seq, at, body FROM log WHERE conversation_id = ? AND seq > ? ORDER BY seq LIMIT ?",
  );
  const selectDueTimers = db.prepare(`
    SELECT conversation_id AS conversationId, channel, timer.id, due_at AS dueAt, event
    FROM timer JOIN conversation ON conversation.id = conversation_id
    WHERE due_at <= ? ORDER BY due_at, conversation_id, timer.id LIMIT ?
  `);
  const selectNextTimer = db.prepare("SELECT min(due_at) AS at FROM timer");
  const selectNextReply = db.prepare(
    "SELECT min(ready_at) AS at FROM outbox WHERE channel = ? AND ready_at IS NOT NULL",
  );
  const selectStandings = db.prepare(
    `
    SELECT flow_version AS flowVersion, standing, resting, count(*) AS count
    FROM conversation WHERE flow = ? GROUP BY flow_version, standing, resting
  `,
  );
  const unnamedEvidence = prepareUnnamedEvidence(db);
  const insertSecret = db.prepare("INSERT OR IGNORE INTO secret (name, bytes) VALUES (?, ?)");
  const selectSecret = db.prepare("SELECT bytes FROM secret WHERE name = ?");
  // GLOB of a prefix would read its brackets as a pattern; no name has the last code point.
  const selectMarks = db.prepare(
    "SELECT name, value FROM mark WHERE name >= ? AND name < ? || char(1114111) ORDER BY name",
  );
  const claimRole = db.prepare(`
    INSERT INTO role (name, owner, until) VALUES (:role, :owner, :until)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE owner = excluded.owner OR until <= :now
  `);
  const unclaimRole = db.prepare("DELETE FROM role WHERE name = ? AND owner = ?");
  const selectMark = db.prepare("SELECT value FROM mark WHERE name = ?");
  const replaceMark = db.prepare("INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)");
  const deleteMark = db.prepare("DELETE FROM mark WHERE name = ?");
  const deleteHandled = db.prepare("DELETE FROM handled WHERE at < ?");

  async function read<T>(what: string, work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      throw storeFailure(what, error);
    }
  }

  return {
    load: (conversationId) =>
      read("load a conversation", () => {
        const row = selectConversation.get(conversationId) as { body: string } | undefined;
        return row && (JSON.parse(row.body) as Conversation);
      }),

    async commit(turn, lease) {
      const work = () => commit(turn, lease?.until);
      const { outcome, leased } = await writer.write("commit", work);
      if (leased) lease?.take(leased);
      return outcome;
    },

    readLog: (conversationId, afterSeq, limit) =>
      read("read a log", () => {
        const rows = selectLog.all(conversationId, afterSeq, limit) as unknown as (LogEntry & {
          body: string;
        })[];
        return rows.map(({ seq, at, body }) => ({ seq, at, body: JSON.parse(body) as LogBody }));
      }),

    lease: (query) => writer.write("lease replies", () => lanes.lease(query)),

    settle: (settlements) =>
      writer.write("settle replies", () => {
        for (const settlement of settlements) lanes.settle(settlement);
      }),

    readDeliveries: (conversationId) =>
      read("read deliveries", () => lanes.deliveriesOf(conversationId)),

    readUnsent: (conversationId) => read("read replies", () => lanes.unsentOf(conversationId)),

    listTroubledDeliveries: ({ before = { at: Number.MAX_SAFE_INTEGER, messageId: "" }, limit }) =>
      read("list deliveries", () => lanes.troubledDeliveries(before, limit)),

    follow: (desk, conversationId, at) =>
      writer.write("follow a conversation", () => followings.follow(desk, conversationId, at)),
    leaseFollowing: (query) =>
      writer.write("lease what a desk follows", () => followings.lease(query)),
    keepFollowing: (kept) =>
      writer.write("keep how far a desk has come", () => followings.keep(kept)),

    hold: (one) => writer.write("hold a message", () => held.hold(one)),
    isHolding: (conversationId) =>
      read("look for held messages", () => held.isHolding(conversationId)),
    dueHeld: (now, limit) => read("read held messages", () => held.due(now, limit)),
    postpone: (key, readyAt, failed) =>
      writer.write("postpone a message", () => held.postpone(key, readyAt, failed)),

    dueTimers: (now, limit) =>
      read("read timers", () =>
        selectDueTimers.all(now, limit).map((row) => ({ ...row }) as unknown as DueTimer),
      ),

    nextDueAt: (channels = channelNames, desks = deskNames) =>
      read("read what is due", () => {
        const next = [
          selectNextTimer.get() as { at: number | null },
          ...channels.map((channel) => selectNextReply.get(channel) as { at: number | null }),
        ].map(({ at }) => at ?? undefined);
        const times = [
          ...next,
          ...desks.map((desk) => followings.nextReadyAt(desk)),
          held.nextReadyAt(),
        ].filter((at) => at !== undefined);
        return times.length > 0 ? Math.min(...times) : undefined;
      }),

    findCase: (number) => read("find a case", () => cases.findCase(number)),
    listCases: (query) => read("list cases", () => cases.listCases(query)),
    listQueue: (query) => read("list cases", () => cases.listQueue(query)),
    countCases: (filter) => read("count cases", () => cases.countCases(filter)),
    casesOf: (conversationId) => read("list cases", () => cases.casesOf(conversationId)),
    caseFigures: async (since) => {
      try {
        return await cases.caseFigures(since);
      } catch (error) {
        throw storeFailure("count cases", error);
      }
    },

    countStandings: (flow) =>
      read("count standings", () => {
        const rows = selectStandings.all(flow) as unknown as {
          flowVersion: number;
          standing: string;
          resting: number;
          count: number;
        }[];
        return rows.map(({ resting, ...row }) => ({ ...row, resting: resting === 1 }));
      }),

    unnamedEvidence: async (ids) => {
      try {
        return await unnamedEvidence(ids);
      } catch (error) {
        throw storeFailure("look for evidence", error);
      }
    },

    secret: (name) =>
      writer.write("make a secret", () => {
        insertSecret.run(name, randomBytes(32));
        return (selectSecret.get(name) as { bytes: Uint8Array }).bytes;
      }),

    claim: (role, owner, now, forMs) =>
      writer.write("claim a role", () => {
        const { changes } = claimRole.run({ role, owner, now, until: now + forMs });
        return changes === 1;
      }),
    unclaim: (role, owner) =>
      writer.write("give a role back", () => void unclaimRole.run(role, owner)),

    readMark: (name) =>
      read("read a mark", () => (selectMark.get(name) as { value: string } | undefined)?.value),

    readMarks: (prefix) =>
      read("read marks", () =>
        selectMarks.all(prefix, prefix).map((row) => ({ ...row }) as unknown as Mark),
      ),

    writeMarks: (marks) =>
      writer.write("write marks", () => {
        for (const mark of marks)
          if ("value" in mark) replaceMark.run(mark.name, mark.value);
          else deleteMark.run(mark.name);
      }),

    forgetHandled: (before) =>
      writer.write("forget handled keys", () => void deleteHandled.run(before)),

    openSession: (session, replaces) =>
      writer.write("open a session", () => sessions.open(session, replaces)),
    findSession: (hash) => read("find a session", () => sessions.find(hash)),
    touchSession: (hash, seenAt) =>
      writer.write("touch a session", () => sessions.touch(hash, seenAt)),
    closeSession: (hash) => writer.write("close a session", () => sessions.close(hash)),
    forgetSessions: ({ openedAt, seenAt }) =>
      writer.write("forget sessions", () => sessions.forget(openedAt, seenAt)),

    audit: (entry) => writer.write("write the audit log", () => audit.append(entry)),
    listAudit: ({ before = Number.MAX_SAFE_INTEGER, limit }) =>
      read("read the audit log", () => audit.list(before, limit)),
    checkAudit: async () => {
      try {
        return await audit.check();
      } catch (error) {
        throw storeFailure("check the audit log", error);
      }
    },

    async close() {
      if (!db.isOpen) return;
      writer.flush();
      db.close();
      release?.();
    },
  };
}
