import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate as othersTurn } from "node:timers/promises";
import type { AuditCheck, AuditEntry, AuditRow } from "../../ports/audit.ts";

interface Stored {
  seq: number;
  at: number;
  body: string;
  hash: string;
}

const rowsAtOnce = 1000;

/** What comes before the first row. */
const beginning: Pick<Stored, "seq" | "hash"> = { seq: 0, hash: "" };

/** `append` is called inside a transaction. */
export function prepareAudit(db: DatabaseSync) {
  const insert = db.prepare("INSERT INTO audit (seq, at, body, hash) VALUES (?, ?, ?, ?)");
  const selectLast = db.prepare(
    "SELECT seq, hash FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
  );
  const selectBefore = db.prepare(
    "SELECT seq, at, body, hash FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?",
  );
  const selectAfter = db.prepare(
    "SELECT seq, at, body, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
  );

  return {
    append({ at, ...rest }: AuditEntry): void {
      const last = (selectLast.get() as Stored | undefined) ?? beginning;
      const row = { seq: last.seq + 1, at, body: JSON.stringify(rest) };
      insert.run(row.seq, row.at, row.body, hashOf(last.hash, row));
    },

    list(before: number, limit: number): AuditRow[] {
      // One more than is shown, which the last one's hash is of.
      const rows = selectBefore.all(before, limit + 1) as unknown as Stored[];
      return rows.slice(0, limit).map((row, index) => ({
        ...(JSON.parse(row.body) as Omit<AuditEntry, "at">),
        at: row.at,
        seq: row.seq,
        hash: row.hash,
        intact: follows(rows[index + 1] ?? beginning, row),
      }));
    },

    async check(): Promise<AuditCheck> {
      let last = beginning;
      let entries = 0;
      let brokenAt: number | undefined;
      for (;;) {
        const rows = selectAfter.all(last.seq, rowsAtOnce) as unknown as Stored[];
        for (const row of rows) {
          if (!follows(last, row)) brokenAt ??= Math.min(row.seq, last.seq + 1);
          last = row;
        }
        entries += rows.length;
        if (rows.length < rowsAtOnce) break;
        await othersTurn();
      }
      return {
        entries,
        ...(entries > 0 && { head: { seq: last.seq, hash: last.hash } }),
        ...(brokenAt !== undefined && { brokenAt }),
      };
    },
  };
}

const follows = (before: Pick<Stored, "seq" | "hash">, row: Stored): boolean =>
  row.seq === before.seq + 1 && row.hash === hashOf(before.hash, row);

/** The text as it is stored, so that no two ways of writing the same JSON matter. */
const hashOf = (before: string, { seq, at, body }: Omit<Stored, "hash">): string =>
  createHash("sha256").update(`${before}\n${seq}\n${at}\n${body}`).digest("hex");
