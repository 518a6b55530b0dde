import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import type { Conversation, LogEntry } from "../../../src/core/conversation.ts";
import type { Delivery } from "../../../src/ports/store.ts";
import type { LoggedCall } from "../telegram/calls.ts";

/** One run of the process. */
export interface Life {
  startedAt: number;
  endedAt: number;
  signal: "SIGKILL" | "SIGTERM";
  exitCode: number | null;
  exitMs: number;
  /** The replies that the store says were being sent when the process was gone. */
  leased: ReadonlySet<string>;
}

/** All that is known when a storm is over, from the customers, from the platform and from the store. */
export interface Evidence {
  /** What each customer did, by chat. */
  acts: ReadonlyMap<number, readonly string[]>;
  /** Every message that the platform took from the bot, by chat, in order. */
  arrivals: ReadonlyMap<number, readonly LoggedCall[]>;
  /** Requests that could be told nothing certain of, by chat. */
  unanswered: ReadonlyMap<number, readonly LoggedCall[]>;
  lives: readonly Life[];
  /** When all connections to the platform broke. */
  cuts: readonly number[];
  /** Times in which what was sent could not always be kept, or a process stood still with a reply in hand. */
  troubles?: readonly { from: number; to: number }[];
  /** Presses and messages of one customer came by ways of their own, as they do to a webhook. */
  areLanesApart?: boolean;
  left: Left;
  /** What Telegram would have refused. */
  faults: readonly string[];
  /** What the bot wrote at level error. */
  errorLines: string;
}

export interface Left {
  conversations: ReadonlyMap<
    number,
    { stored: Conversation; log: LogEntry[]; deliveries: Delivery[] }
  >;
  /** That failed or may have come twice, as the console lists them. */
  troubled: readonly Delivery[];
  waiting: { replies: number; held: number; timers: number };
}

const databaseIn = (dataDir: string) =>
  new DatabaseSync(join(dataDir, "ombud.sqlite"), { readOnly: true });

const count = (db: DatabaseSync, table: string) =>
  (db.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;

/** While no bot runs: the next one makes all of them free again. */
export function leasedIn(dataDir: string): ReadonlySet<string> {
  const db = databaseIn(dataDir);
  try {
    const rows = db.prepare("SELECT id FROM outbox WHERE leased = 1").all() as { id: string }[];
    return new Set(rows.map(({ id }) => id));
  } finally {
    db.close();
  }
}

/** How many replies and held inbounds wait, beside a running bot. */
export function openCounter(dataDir: string) {
  const db = databaseIn(dataDir);
  return {
    waiting: () => count(db, "outbox") + count(db, "held"),
    close: () => db.close(),
  };
}

export async function readLeft(dataDir: string): Promise<Left> {
  const db = databaseIn(dataDir);
  const ids = db.prepare("SELECT id FROM conversation").all() as { id: string }[];
  const waiting = { replies: count(db, "outbox"), held: count(db, "held") };
  db.close();
  const store = openSqliteStore(dataDir);
  try {
    const conversations = new Map<
      number,
      { stored: Conversation; log: LogEntry[]; deliveries: Delivery[] }
    >();
    for (const { id } of ids)
      conversations.set(Number(id.replace("telegram-", "")), {
        stored: (await store.load(id)) as Conversation,
        log: await store.readLog(id, 0, 1_000_000),
        deliveries: await store.readDeliveries(id),
      });
    return {
      conversations,
      troubled: await store.listTroubledDeliveries({ limit: 1_000_000 }),
      waiting: { ...waiting, timers: (await store.dueTimers(Date.now(), 100)).length },
    };
  } finally {
    await store.close();
  }
}
