import { DatabaseSync } from "node:sqlite";
import { StoreTooNew } from "../../core/errors.ts";

/**
 * How long a write waits for another program (an operator's shell) to end
 * its transaction. The event loop stands still meanwhile, so it is short.
 */
const busyTimeoutMs = 1000;

/**
 * One entry per schema version, carried out once each, in order. An entry
 * that has been released is never changed.
 */
const migrations = [
  `
  CREATE TABLE conversation (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    revision INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    body TEXT NOT NULL -- the whole conversation, JSON
  ) STRICT;

  CREATE TABLE log (
    conversation_id TEXT NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (conversation_id, seq)
  ) STRICT; -- with rowids, so that it grows at its end: half the size and twice as fast

  CREATE TABLE handled (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX handled_at ON handled (at);

  -- The replies that have not been sent. Their text is in the log.
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    ready_at INTEGER, -- when the lane's oldest can be leased (again); NULL for those behind it
    FOREIGN KEY (conversation_id, seq) REFERENCES log (conversation_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX outbox_lane ON outbox (conversation_id, channel, seq);
  CREATE INDEX outbox_ready ON outbox (ready_at) WHERE ready_at IS NOT NULL;

  CREATE TABLE timer (
    conversation_id TEXT NOT NULL REFERENCES conversation (id),
    id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (conversation_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX timer_due ON timer (due_at);

  CREATE TABLE cases (
    number TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversation (id),
    opened_at INTEGER NOT NULL,
    body TEXT NOT NULL -- the whole case, JSON
  ) STRICT;
  CREATE INDEX cases_opened ON cases (opened_at, number);

  CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Where each customer stands, for counting. Version 1 had it in the snapshot
  // alone: `dialogue` was a state's name, or nested objects of one key each.
  `
  ALTER TABLE conversation ADD COLUMN flow TEXT NOT NULL DEFAULT '';
  ALTER TABLE conversation ADD COLUMN flow_version INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE conversation ADD COLUMN standing TEXT NOT NULL DEFAULT '';
  ALTER TABLE conversation ADD COLUMN resting INTEGER NOT NULL DEFAULT 0;

  UPDATE conversation SET
    flow = body ->> '$.flow',
    flow_version = body ->> '$.flowVersion',
    standing = coalesce(
      (
        SELECT substr(fullkey || '.' || atom, length('$.snapshot.value.dialogue.') + 1)
        FROM json_tree(body, '$.snapshot.value.dialogue') WHERE atom IS NOT NULL
      ),
      ''
    ),
    resting = coalesce(body ->> '$.snapshot.value.silence' = 'resting', 0);
  UPDATE conversation SET body =
    json_set(body, '$.standing', standing, '$.resting', json(iif(resting, 'true', 'false')));

  CREATE INDEX conversation_standing ON conversation (flow, flow_version, standing, resting);
  `,
  // Platforms that can lose an answer, and files that have to be fetched.
  `
  ALTER TABLE outbox ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0; -- an earlier try may have come through
  DROP INDEX outbox_ready;
  CREATE INDEX outbox_ready ON outbox (channel, ready_at) WHERE ready_at IS NOT NULL;

  -- What became of messages; none is a message that was sent on a channel without receipts.
  CREATE TABLE delivery (
    conversation_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    state TEXT NOT NULL, -- sent, repeated, failed
    receipt TEXT,
    reason TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_troubled ON delivery (at, message_id) WHERE state <> 'sent';

  -- What customers sent that can't be taken yet, in the order in which it came.
  CREATE TABLE held (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    oldest INTEGER NOT NULL, -- of its conversation: the only one whose ready_at counts
    ready_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL -- the inbound, JSON
  ) STRICT;
  CREATE INDEX held_conversation ON held (conversation_id, position);
  CREATE INDEX held_ready ON held (ready_at) WHERE oldest;

  CREATE INDEX cases_of ON cases (conversation_id, opened_at, number);
  `,
  // Where a platform's connection stands: sessions, known rooms.
  `
  CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // The desk's queue. Both indexes carry all that a filter looks at, so that
  // no case's body is read but those of the page.
  `
  UPDATE cases SET body = json_set(
    body,
    '$.waitsFor', coalesce(body ->> '$.waitsFor', 'shop'),
    '$.waitingSince', coalesce(body ->> '$.waitingSince', opened_at),
    '$.factsRevision', coalesce(body ->> '$.factsRevision', 1),
    '$.searchWords', coalesce(body ->> '$.searchWords', lower(concat_ws(
      ' ',
      nullif(body ->> '$.record.answers.orderNumber', 'unknown'),
      nullif(body ->> '$.record.answers.service', 'unknown'),
      nullif(body ->> '$.record.answers.links', 'unknown')
    )))
  );
  ALTER TABLE cases ADD COLUMN calm INTEGER NOT NULL DEFAULT 1; -- not urgent
  ALTER TABLE cases ADD COLUMN waiting_since INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE cases ADD COLUMN stage TEXT NOT NULL DEFAULT 'toDo';
  ALTER TABLE cases ADD COLUMN owner TEXT;
  ALTER TABLE cases ADD COLUMN language TEXT NOT NULL DEFAULT '';
  ALTER TABLE cases ADD COLUMN topic TEXT NOT NULL DEFAULT '';
  ALTER TABLE cases ADD COLUMN search TEXT NOT NULL DEFAULT '';
  ALTER TABLE cases ADD COLUMN decided_at INTEGER;
  UPDATE cases SET
    calm = iif(body ->> '$.urgent', 0, 1),
    waiting_since = body ->> '$.waitingSince',
    language = body ->> '$.language',
    topic = body ->> '$.topic',
    search = lower(number) || ' ' || (body ->> '$.searchWords');

  DROP INDEX cases_opened;
  CREATE INDEX cases_opened ON cases (opened_at, number, stage, owner, language, topic, search);
  CREATE INDEX cases_queue ON cases (calm, waiting_since, number, stage, owner, language, topic, search);
  CREATE INDEX cases_decided ON cases (decided_at) WHERE decided_at IS NOT NULL;
  `,
  // Who is logged in at the desk, and what was done there.
  `
  CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL,
    role TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_opened ON session (opened_at);
  CREATE INDEX session_seen ON session (seen_at);

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    body TEXT NOT NULL, -- the rest of the entry, JSON
    hash TEXT NOT NULL -- SHA-256 of the hash before it and of this row
  ) STRICT;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
  CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
  `,
  // How far each desk has come in the logs that it follows.
  `
  CREATE TABLE following (
    conversation_id TEXT NOT NULL REFERENCES conversation (id),
    desk TEXT NOT NULL,
    ready_at INTEGER, -- NULL while there is nothing new; while it is leased, the lease's end
    leased INTEGER NOT NULL DEFAULT 0,
    lease INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER, -- something new since the lease began
    place TEXT,
    PRIMARY KEY (conversation_id, desk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX following_ready ON following (desk, ready_at) WHERE ready_at IS NOT NULL;

  -- Who has what one process does at a time.
  CREATE TABLE role (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/**
 * Opens the database file (or `:memory:`) and brings it to the schema of today.
 *
 * @throws StoreTooNew when a newer bot has written it.
 */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // synchronous=FULL syncs the WAL at each COMMIT: a commit outlives a power cut.
    // secure_delete overwrites what is deleted with zeros.
    // A WAL of up to 16 MB (in pages) writes a page that changes often to the file once.
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA cache_size = -16384;
    `);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whoever leased anything is gone: nobody else can have had the folder. */
export function endLeases(db: DatabaseSync): void {
  db.exec(`
    UPDATE outbox SET leased = 0, uncertain = 1, ready_at = 0 WHERE leased = 1;
    UPDATE following SET ready_at = 0 WHERE leased = 1;
    DELETE FROM role;
  `);
}

/**
 * Opens the database file to be read, as it is; undefined where it has not
 * come to the schema of today.
 *
 * @throws StoreTooNew when a newer bot has written it.
 */
export function openDatabaseToRead(path: string): DatabaseSync | undefined {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    if (versionOf(db) === migrations.length) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}

/** @throws StoreTooNew when a newer bot has written it. */
function versionOf(db: DatabaseSync): number {
  const { user_version: found } = db.prepare("PRAGMA user_version").get() as {
    user_version: number;
  };
  if (found > migrations.length) throw new StoreTooNew(found, migrations.length);
  return found;
}

function migrate(db: DatabaseSync): void {
  const found = versionOf(db);
  if (found === migrations.length) return;
  db.exec(`
    BEGIN IMMEDIATE;
    ${migrations.slice(found).join("")}
    PRAGMA user_version = ${migrations.length};
    COMMIT;
  `);
}
