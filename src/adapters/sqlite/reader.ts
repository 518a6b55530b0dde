import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { LogBody } from "../../core/conversation.ts";
import { StoreUnavailable } from "../../core/errors.ts";
import type { RecordedAssessment, StoreReader } from "../../ports/store-reader.ts";
import { isUnwritable, storeFailure } from "./failure.ts";
import { openDatabaseToRead } from "./schema.ts";
import { createSqliteStore } from "./store.ts";

const pageSize = 500;

/**
 * Opens the data in a bot's folder, whether the bot runs or not: no lock is
 * taken, the bot's writes are not held up, and the data's file is never
 * written (SQLite may leave its two empty companions beside the file of a bot
 * that does not run; the bot's next start takes them over).
 *
 * Undefined where there is no data of today's schema: none at all, or older
 * data that the bot has not brought up to date yet.
 *
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreUnavailable when this user may not read it.
 */
export function openSqliteReader(folder: string): StoreReader | undefined {
  const path = join(folder, "ombud.sqlite");
  if (!existsSync(path)) return undefined;
  try {
    const db = openDatabaseToRead(path);
    return db && createReader(db);
  } catch (error) {
    if (!isUnwritable(error)) throw storeFailure(`read ${folder}`, error);
    const wayOut = `open ${folder}: run this as the user that the bot runs as`;
    throw new StoreUnavailable(wayOut, { cause: error });
  }
}

function createReader(db: DatabaseSync): StoreReader {
  const store = createSqliteStore(db);
  const selectAssessments = db.prepare(`
    SELECT rowid AS position, conversation_id AS conversationId, body, (
      SELECT body FROM log AS earlier
      WHERE earlier.conversation_id = log.conversation_id AND earlier.seq < log.seq
        AND earlier.body ->> 'type' = 'event'
      ORDER BY seq DESC LIMIT 1
    ) AS event
    FROM log WHERE rowid > ? AND body ->> 'type' = 'assessment' ORDER BY rowid LIMIT ?
  `);

  return {
    load: (conversationId) => store.load(conversationId),
    findCase: (number) => store.findCase(number),
    readLog: (conversationId, afterSeq, limit) => store.readLog(conversationId, afterSeq, limit),
    listAudit: (query) => store.listAudit(query),
    checkAudit: () => store.checkAudit(),
    close: () => store.close(),
    async *assessments() {
      for (let after = 0; ;) {
        const page = readPage(after);
        yield* page.map(({ assessment }) => assessment);
        const last = page.at(-1);
        if (!last) return;
        after = last.position;
      }
    },
  };

  function readPage(after: number): { position: number; assessment: RecordedAssessment }[] {
    try {
      const rows = selectAssessments.all(after, pageSize) as unknown as {
        position: number;
        conversationId: string;
        body: string;
        event: string;
      }[];
      return rows.map(({ position, conversationId, body, event }) => ({
        position,
        assessment: {
          conversationId,
          assessment: (JSON.parse(body) as LogBody & { type: "assessment" }).assessment,
          event: JSON.parse(event) as LogBody & { type: "event" },
        },
      }));
    } catch (error) {
      throw storeFailure("read assessments", error);
    }
  }
}
