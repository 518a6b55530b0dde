import { createHash, randomUUID } from "node:crypto";
import type { AuditEntry, AuditRow, AuditTrail } from "../../ports/audit.ts";
import type { SessionRecord, SessionRecords } from "../../ports/sessions.ts";
import type { Client } from "./client.ts";
import { deskShard } from "./keys.ts";

const part = deskShard;
const rowsAtOnce = 1000;
/** How often others may have been quicker to append. */
const mostTries = 100;

export function createSessions(client: Client): SessionRecords {
  const key = `${part}:sessions`;
  return {
    async openSession({ hash, agentId, role, openedAt, seenAt }, replaces = "") {
      const kept = `${openedAt} ${seenAt} ${JSON.stringify([agentId, role])}`;
      const args = ["open", hash, kept, replaces];
      await client.run("open a session", "sessions", { part, args });
    },
    async findSession(hash) {
      const stored = await client.send<string | null>("find a session", part, ["HGET", key, hash]);
      const [, openedAt, seenAt, rest = ""] = /^(\d+) (\d+) (.*)$/u.exec(stored ?? "") ?? [];
      if (openedAt === undefined) return undefined;
      const [agentId, role] = JSON.parse(rest) as [string, SessionRecord["role"]];
      return { hash, agentId, role, openedAt: Number(openedAt), seenAt: Number(seenAt) };
    },
    async touchSession(hash, seenAt) {
      await client.run("touch a session", "sessions", { part, args: ["touch", hash, seenAt] });
    },
    async closeSession(hash) {
      await client.send("close a session", part, ["HDEL", key, hash]);
    },
    async forgetSessions({ openedAt, seenAt }) {
      const args = ["forget", openedAt, seenAt];
      await client.run("forget sessions", "sessions", { part, args });
    },
  };
}

interface Row {
  hash: string;
  at: number;
  body: string;
}

const beginning: Pick<Row, "hash"> = { hash: "" };

/**
 * A list of rows `hash nonce at body`. Each row's hash needs the one before,
 * so a row is made for a length of the list and appended only at that length;
 * what waits meanwhile goes together.
 */
export function createAudit(client: Client): AuditTrail {
  const key = `${part}:audit`;
  const nonce = randomUUID();
  let made = 0;
  let last: { length: number; hash: string } | undefined;
  let waiting: AuditEntry[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();

  /** All that is asked for while one append is under way is the next one. */
  function append(entry: AuditEntry): Promise<void> {
    waiting.push(entry);
    next ??= running = running
      .catch(() => undefined)
      .then(() => {
        const entries = waiting;
        waiting = [];
        next = undefined;
        return write(entries);
      });
    return next;
  }

  async function write(entries: readonly AuditEntry[]): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      last ??= await readLast();
      const { length } = last;
      let { hash } = last;
      const rows = entries.map(({ at, ...rest }, index) => {
        const body = JSON.stringify(rest);
        hash = hashOf(hash, length + index + 1, at, body);
        return `${hash} ${nonce}${made++} ${at} ${body}`;
      });
      const written = { length: length + rows.length, hash };
      // Not known until it is answered.
      last = undefined;
      const [row, others] = await client.run<[string, number]>("write the audit log", "audit", {
        part,
        args: [length, ...rows],
      });
      last = row === "" ? written : { length: others, hash: rowIn(row).hash };
      if (row === "") return;
    }
    throw new Error("the audit log is written by others without a pause");
  }

  async function readLast() {
    const what = "read the audit log";
    const length = await client.send<number>(what, part, ["LLEN", key]);
    const row =
      length > 0 ? await client.send<string>(what, part, ["LINDEX", key, `${length - 1}`]) : "";
    return { length, hash: row === "" ? "" : rowIn(row).hash };
  }

  const read = async (first: number, end: number): Promise<Row[]> =>
    end < first
      ? []
      : (
          await client.send<string[]>("read the audit log", part, [
            "LRANGE",
            key,
            `${first}`,
            `${end}`,
          ])
        ).map(rowIn);

  return {
    audit: append,
    async listAudit({ before = Number.MAX_SAFE_INTEGER, limit }) {
      const length = await client.send<number>("read the audit log", part, ["LLEN", key]);
      const end = Math.min(length, before - 1);
      const first = Math.max(0, end - limit);
      // One more than is shown, which the first one's hash is of.
      const from = Math.max(0, first - 1);
      const rows = await read(from, end - 1);
      return rows
        .map(({ hash, at, body }, index): AuditRow => {
          const seq = from + index + 1;
          const previous = seq === 1 ? beginning : rows[index - 1];
          return {
            ...(JSON.parse(body) as Omit<AuditEntry, "at">),
            at,
            seq,
            hash,
            intact: hash === hashOf(previous?.hash ?? "", seq, at, body),
          };
        })
        .slice(first - from)
        .toReversed();
    },
    async checkAudit() {
      let hash = "";
      let entries = 0;
      let brokenAt: number | undefined;
      for (;;) {
        const rows = await read(entries, entries + rowsAtOnce - 1);
        for (const row of rows) {
          entries++;
          if (row.hash !== hashOf(hash, entries, row.at, row.body)) brokenAt ??= entries;
          ({ hash } = row);
        }
        if (rows.length < rowsAtOnce) break;
      }
      return {
        entries,
        ...(entries > 0 && { head: { seq: entries, hash } }),
        ...(brokenAt !== undefined && { brokenAt }),
      };
    },
  };
}

function rowIn(stored: string): Row {
  const [hash = "", , at] = stored.split(" ", 3);
  const body = stored.slice(stored.indexOf("{"));
  return { hash, at: Number(at), body };
}

/** As in SQLite, so that a chain can be moved. */
const hashOf = (before: string, seq: number, at: number, body: string): string =>
  createHash("sha256").update(`${before}\n${seq}\n${at}\n${body}`).digest("hex");
