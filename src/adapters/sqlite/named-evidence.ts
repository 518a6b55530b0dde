import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Rows a look: about a millisecond, after which others have their turn. */
const rowsALook = 200;

/** Every piece of evidence is written with its SHA-256, so that most rows need not be taken out of the database. */
const naming = `iif(instr(body, '"sha256"'), body, NULL) AS body`;

interface Row {
  conversation: string;
  seq: number;
  body: string | null;
}

/** Those of the ids that neither a log entry nor a conversation names. */
export function prepareUnnamedEvidence(
  db: DatabaseSync,
): (ids: ReadonlySet<string>) => Promise<Set<string>> {
  const looks = [
    db.prepare(`
      SELECT conversation_id AS conversation, seq, ${naming} FROM log
      WHERE (conversation_id, seq) > (?, ?) ORDER BY conversation_id, seq LIMIT ${rowsALook}
    `),
    db.prepare(`
      SELECT id AS conversation, 0 AS seq, ${naming} FROM conversation
      WHERE (id, 0) > (?, ?) ORDER BY id LIMIT ${rowsALook}
    `),
  ];
  return async (ids) => {
    const unnamed = new Set(ids);
    for (const look of looks) {
      let rows: Row[] = [];
      do {
        const { conversation = "", seq = 0 } = rows.at(-1) ?? {};
        rows = look.all(conversation, seq) as unknown as Row[];
        for (const { body } of rows)
          for (const [, id = ""] of body?.matchAll(/"id":"([^"]+)"/gu) ?? []) unnamed.delete(id);
        await nextTurn();
      } while (rows.length === rowsALook && unnamed.size > 0);
    }
    return unnamed;
  };
}
