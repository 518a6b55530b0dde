import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/adapters/sqlite/schema.ts";
import { createSqliteStore, openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import {
  FolderUnwritable,
  StoreLocked,
  StoreTooNew,
  StoreUnavailable,
} from "../../../src/core/errors.ts";
import type { Conversation } from "../../../src/core/conversation.ts";
import type { Store } from "../../../src/ports/store.ts";
import { deskRecordsContract } from "../../contract/desk-records.ts";
import { followingsContract } from "../../contract/followings.ts";
import { commit, said, storeContract } from "../../contract/store.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ombud-sqlite-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

storeContract(
  "the SQLite store in a folder",
  async () => openSqliteStore(join(root, "data")),
  async (store: Store) => {
    await store.close();
    return openSqliteStore(join(root, "data"));
  },
);

deskRecordsContract(
  "the SQLite store's records of the desk, in a folder",
  async () => openSqliteStore(join(root, "data")),
  async (store: Store) => {
    await store.close();
    return openSqliteStore(join(root, "data"));
  },
);

followingsContract(
  "what desks follow in the SQLite store, in a folder",
  async () => openSqliteStore(join(root, "data")),
  async (store: Store) => {
    await store.close();
    return openSqliteStore(join(root, "data"));
  },
);

describe("the folder", () => {
  it("gives back at once what a bot that is gone had leased", async () => {
    const at = commit().at;
    const first = openSqliteStore(root);
    await first.commit(commit({}, { log: [said("first")] }));
    expect(
      await first.lease({ channel: "web", now: at, leaseMs: 3_600_000, limit: 10 }),
    ).toHaveLength(1);
    await first.close();
    const second = openSqliteStore(root);
    expect(
      await second.lease({ channel: "web", now: at, leaseMs: 3_600_000, limit: 10 }),
    ).toMatchObject([{ attempts: 2 }]);
    await second.close();
  });

  it("is made for its owner alone, and so are the files", async () => {
    const folder = join(root, "made", "here");
    const store = openSqliteStore(folder);
    await store.commit(commit());
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe("700");
    expect(
      Object.fromEntries(readdirSync(folder).map((file) => [file, mode(join(folder, file))])),
    ).toEqual({
      "lock.sqlite": "600",
      "ombud.sqlite": "600",
      "ombud.sqlite-shm": "600",
      "ombud.sqlite-wal": "600",
    });
    await store.close();
  });

  it("leaves no WAL behind when it is closed", async () => {
    const store = openSqliteStore(root);
    await store.commit(commit());
    await store.close();
    expect(readdirSync(root).toSorted()).toEqual(["lock.sqlite", "ombud.sqlite"]);
  });

  it.each([
    ["a file has its name", () => join(root, "file")],
    ["a file is above it", () => join(root, "file", "data")],
    ["nobody can make it", () => "/proc/ombud/data"],
  ])("is refused when %s", (_, folder) => {
    writeFileSync(join(root, "file"), "");
    expect(() => openSqliteStore(folder())).toThrow(FolderUnwritable);
  });

  it("is refused when its database can't be opened, and left unlocked", async () => {
    mkdirSync(join(root, "ombud.sqlite"));
    expect(() => openSqliteStore(root)).toThrow(FolderUnwritable);
    rmdirSync(join(root, "ombud.sqlite"));
    await openSqliteStore(root).close();
  });

  it("is refused when a newer bot wrote it, and stays as it is", async () => {
    const store = openSqliteStore(root);
    await store.close();
    const raw = new DatabaseSync(join(root, "ombud.sqlite"));
    raw.exec("PRAGMA user_version = 999");
    raw.close();
    expect(() => openSqliteStore(root)).toThrow(StoreTooNew);
    expect(() => openSqliteStore(root)).toThrow(/version 999, this bot knows up to \d/u);
  });
});

/** Takes away what the versions after 3 brought. */
const toVersion3 = (db: DatabaseSync) =>
  db.exec(`
    DROP TABLE following;
    DROP TABLE role;
    DROP TABLE mark;
    DROP TABLE session;
    DROP TABLE audit;
    DROP INDEX cases_decided;
    DROP INDEX cases_queue;
    DROP INDEX cases_opened;
    CREATE INDEX cases_opened ON cases (opened_at, number);
    ALTER TABLE cases DROP COLUMN calm;
    ALTER TABLE cases DROP COLUMN waiting_since;
    ALTER TABLE cases DROP COLUMN stage;
    ALTER TABLE cases DROP COLUMN owner;
    ALTER TABLE cases DROP COLUMN language;
    ALTER TABLE cases DROP COLUMN topic;
    ALTER TABLE cases DROP COLUMN search;
    ALTER TABLE cases DROP COLUMN decided_at;
    PRAGMA user_version = 3;
  `);

/** Takes away what the versions after 2 brought. */
function toVersion2(db: DatabaseSync): void {
  toVersion3(db);
  db.exec(`
    DROP TABLE delivery;
    DROP TABLE held;
    DROP INDEX cases_of;
    DROP INDEX outbox_ready;
    ALTER TABLE outbox DROP COLUMN uncertain;
    CREATE INDEX outbox_ready ON outbox (ready_at) WHERE ready_at IS NOT NULL;
    PRAGMA user_version = 2;
  `);
}

describe("a database of version 3", () => {
  it("opens, and its cases are found in the queue by what they say of themselves", async () => {
    const db = openDatabase(join(root, "ombud.sqlite"));
    const before = createSqliteStore(db);
    await before.commit(commit());
    toVersion3(db);
    const body = {
      number: "RF-7K2QM",
      urgent: true,
      language: "sv",
      topic: "drop",
      status: "open",
      record: {
        answers: { orderNumber: "48213", service: "Instagram", links: ["instagram.com/Anna"] },
      },
    };
    db.prepare(
      "INSERT INTO cases (number, conversation_id, opened_at, body) VALUES (?, ?, ?, ?)",
    ).run("RF-7K2QM", "anna", 5, JSON.stringify(body));
    await before.close();
    const store = openSqliteStore(root);
    const found = await store.listQueue({
      filter: {
        stage: "toDo",
        language: "sv",
        topic: "drop",
        words: "48213 instagram.com/anna rf-7k",
      },
      limit: 2,
    });
    expect(found).toMatchObject([
      { number: "RF-7K2QM", waitsFor: "shop", waitingSince: 5, factsRevision: 1 },
    ]);
    await store.close();
  });
});

describe("a database of version 2", () => {
  it("opens, and its replies go out in their order; of one that was leased nobody knows", async () => {
    const { at } = commit();
    const lease = { channel: "web", now: at, leaseMs: 3_600_000, limit: 10 } as const;
    const db = openDatabase(join(root, "ombud.sqlite"));
    const before = createSqliteStore(db);
    await before.commit(commit({}, { log: [said("a-1"), said("a-2")] }));
    await before.lease(lease);
    await before.commit(commit({ id: "bo" }, { log: [said("b-1"), said("b-2")] }));
    toVersion2(db);
    await before.close();

    const store = openSqliteStore(root);
    const leased = await store.lease(lease);
    expect(
      leased
        .map(({ id, attempts, uncertain }) => ({ id, attempts, uncertain }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ).toEqual([
      { id: "a-1", attempts: 2, uncertain: true },
      { id: "b-1", attempts: 1, uncertain: false },
    ]);
    await store.settle([
      { id: "a-1", outcome: "failed", at, reason: "tooLong" },
      { id: "b-1", outcome: "sent", at, receipt: "r" },
    ]);
    const next = await store.lease(lease);
    expect(next.map(({ id }) => id).toSorted()).toEqual(["a-2", "b-2"]);
    expect(await store.listTroubledDeliveries({ limit: 10 })).toHaveLength(1);
    const inbound = {
      key: "k",
      conversationId: "bo",
      channel: "telegram",
      content: { type: "attachments", files: [] },
    } as const;
    expect(await store.hold({ inbound, at, readyAt: at })).toBe("held");
    await store.close();
  });
});

describe("a database of version 1", () => {
  const context = { text: "\u0000 \ud800 é 'x' \\" };

  /** What version 1 kept: no standing, neither in a column nor in the body. */
  const asVersion1 = (values: readonly unknown[]) => {
    const db = openDatabase(join(root, "ombud.sqlite"));
    toVersion2(db);
    db.exec("DROP INDEX conversation_standing");
    for (const column of ["flow", "flow_version", "standing", "resting"])
      db.exec(`ALTER TABLE conversation DROP COLUMN ${column}`);
    const insert = db.prepare("INSERT INTO conversation VALUES (?, 'web', 1, 0, ?)");
    for (const [index, value] of values.entries()) {
      const stored: Partial<Conversation> = {
        ...commit({ id: `c-${index}` }).conversation,
        snapshot: { value, context },
      };
      delete stored.standing;
      delete stored.resting;
      insert.run(`c-${index}`, JSON.stringify(stored));
    }
    db.exec("PRAGMA user_version = 1");
    db.close();
  };

  it("learns where each customer stands from the snapshots, which stay as they were", async () => {
    const values = [
      { dialogue: "choosingTopic", silence: "fresh" },
      { dialogue: { filling: { drop: "askingOrdered" } }, silence: "resting" },
      { dialogue: { filling: "askingPrice" }, silence: "reminded" },
      "not one of ours",
    ];
    asVersion1(values);
    const store = openSqliteStore(root);
    expect((await store.countStandings("refund")).toSorted(byStanding)).toEqual([
      { flowVersion: 1, standing: "", resting: false, count: 1 },
      { flowVersion: 1, standing: "choosingTopic", resting: false, count: 1 },
      { flowVersion: 1, standing: "filling.askingPrice", resting: false, count: 1 },
      { flowVersion: 1, standing: "filling.drop.askingOrdered", resting: true, count: 1 },
    ]);
    const { conversation } = commit({ id: "c-1" });
    expect(await store.load("c-1")).toEqual({
      ...conversation,
      snapshot: { value: values[1], context },
      standing: "filling.drop.askingOrdered",
      resting: true,
    });
    await store.commit(commit({ id: "c-1", revision: 2, standing: "choosingTopic" }));
    expect(await store.countStandings("refund")).toContainEqual({
      flowVersion: 1,
      standing: "choosingTopic",
      resting: false,
      count: 2,
    });
    await store.close();
  });

  const byStanding = (a: { standing: string }, b: { standing: string }) =>
    a.standing < b.standing ? -1 : 1;
});

describe("one process has the folder", () => {
  it("refuses a second store in the same process, until the first is closed", async () => {
    const store = openSqliteStore(root);
    expect(() => openSqliteStore(root)).toThrow(StoreLocked);
    // The refusal must not have dropped the lock (POSIX drops it at any close of the file).
    expect(await startCommitter().ended).toMatchObject({
      code: 1,
      complaint: expect.stringContaining("StoreLocked"),
    });
    await store.close();
    await openSqliteStore(root).close();
  });

  it("refuses at once while another process runs, and not after its kill -9", async () => {
    const other = startCommitter();
    await other.hasCommitted;
    const began = performance.now();
    expect(() => openSqliteStore(root)).toThrow(StoreLocked);
    expect(performance.now() - began).toBeLessThan(500);
    await other.kill();
    await openSqliteStore(root).close();
  });

  it("lets a reader look at the data meanwhile", async () => {
    const store = openSqliteStore(root);
    await store.commit(commit());
    const reader = new DatabaseSync(join(root, "ombud.sqlite"), { readOnly: true });
    expect(reader.prepare("SELECT id FROM conversation").all()).toMatchObject([{ id: "anna" }]);
    reader.close();
    await store.close();
  });
});

/** A process that commits on `root`, see `committer.ts`. */
function startCommitter() {
  const child = spawn(process.execPath, [join(import.meta.dirname, "committer.ts"), root]);
  let told = "";
  let complaint = "";
  const hasCommitted = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes("committed")) resolve();
    });
  });
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, complaint }));
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
    // The last line may be cut off by the kill.
    return told.slice(0, told.lastIndexOf("\n")).split("\n");
  };
  return { hasCommitted, ended, kill };
}

/** A generator of numbers from 0 to 1 that are the same in every run (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("kill -9", () => {
  it("loses nothing that was acknowledged, 20 times over", { timeout: 120_000 }, async () => {
    const random = dice(41);
    const committed = new Map<string, number>();
    const sending = new Set<string>();
    const sent = new Set<string>();

    for (let round = 0; round < 20; round++) {
      const process = startCommitter();
      await process.hasCommitted;
      await new Promise((resolve) => setTimeout(resolve, random() * 150));
      for (const line of await process.kill()) {
        const [step, id = "", revision] = line.split(" ");
        if (step === "committed") committed.set(id, Number(revision));
        else (step === "sent" ? sent : sending).add(id);
      }
      await openSqliteStore(root).close();
      expectNothingLost();
    }
    expect([...committed.values()].every((revision) => revision > 20)).toBe(true);
    expect(sent.size).toBeGreaterThan(100);

    function expectNothingLost(): void {
      const db = new DatabaseSync(join(root, "ombud.sqlite"));
      expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      expect(db.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
      const stored = db.prepare("SELECT id, revision FROM conversation ORDER BY id").all() as {
        id: string;
        revision: number;
      }[];
      for (const [id, revision] of committed) {
        expect(stored.find((one) => one.id === id)?.revision).toBeGreaterThanOrEqual(revision);
      }
      const column = (sql: string) =>
        db
          .prepare(sql)
          .all()
          .map((row) => String(Object.values(row)[0]));
      const expected = stored.flatMap(({ id, revision }) =>
        Array.from(
          { length: 2 * revision },
          (_, index) => `${id}:${Math.floor(index / 2) + 1}:${index % 2}`,
        ),
      );
      const logged = column("SELECT body ->> 'id' FROM log ORDER BY conversation_id, seq");
      expect(logged).toEqual(expected);
      const handled = column("SELECT count(*) FROM handled");
      expect(handled).toEqual([String(expected.length / 2)]);
      const waiting = new Set(column("SELECT id FROM outbox"));
      expect([...sent].filter((id) => waiting.has(id))).toEqual([]);
      expect(logged.filter((id) => !waiting.has(id) && !sending.has(id))).toEqual([]);
      const heads = "SELECT count(*) FROM outbox WHERE ready_at IS NOT NULL";
      expect(column(heads)).toEqual(column("SELECT count(DISTINCT conversation_id) FROM outbox"));
      db.close();
    }
  });
});

describe("a disk that refuses", () => {
  const big = (id: string) => said(id, "x".repeat(20_000));

  it("is unavailable while it is full, changes nothing, and takes the same call when there is room", async () => {
    const db = openDatabase(join(root, "ombud.sqlite"));
    const store = createSqliteStore(db);
    await store.commit(commit());
    const { page_count: pages } = db.prepare("PRAGMA page_count").get() as { page_count: number };
    db.exec(`PRAGMA max_page_count = ${pages + 3}`);

    const next = commit({ revision: 2 }, { log: [said("small"), big("large")] });
    const refused = await Promise.allSettled([
      store.commit(next),
      store.commit(commit({ id: "bo" })),
    ]);
    for (const one of refused)
      expect(one).toMatchObject({ status: "rejected", reason: expect.any(StoreUnavailable) });
    expect(refused[0]).toMatchObject({
      reason: { cause: { errcode: 13 }, message: "the store can't commit" },
    });
    expect(await store.load("anna")).toMatchObject({ revision: 1 });
    expect(await store.load("bo")).toBeUndefined();
    expect(await store.readLog("anna", 0, 10)).toEqual([]);
    expect(
      await store.lease({ channel: "web", now: Number.MAX_SAFE_INTEGER, leaseMs: 0, limit: 10 }),
    ).toEqual([]);

    db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
    expect(await Promise.all([store.commit(next), store.commit(commit({ id: "bo" }))])).toEqual([
      "committed",
      "committed",
    ]);
    expect(await store.readLog("anna", 0, 10)).toHaveLength(2);
    await store.close();
  });

  it("acknowledges nothing when it fails as late as at COMMIT", async () => {
    const db = openDatabase(join(root, "ombud.sqlite"));
    let isBroken = true;
    const prepare = db.prepare.bind(db);
    db.prepare = (sql: string) => {
      const statement = prepare(sql);
      const run = statement.run.bind(statement);
      if (sql === "COMMIT") {
        statement.run = () => {
          if (isBroken) throw Object.assign(new Error("disk I/O error"), { errcode: 1034 });
          return run();
        };
      }
      return statement;
    };
    const store = createSqliteStore(db);
    const both = () => [
      store.commit(commit({}, { log: [said("m")] })),
      store.commit(commit({ id: "bo" })),
    ];
    for (const one of await Promise.allSettled(both())) {
      expect(one).toMatchObject({ status: "rejected", reason: expect.any(StoreUnavailable) });
    }
    expect(await store.load("anna")).toBeUndefined();
    isBroken = false;
    expect(await Promise.all(both())).toEqual(["committed", "committed"]);
    await store.close();
  });

  it("is unavailable while another program writes, and takes the same call after", async () => {
    const store = openSqliteStore(root);
    const other = new DatabaseSync(join(root, "ombud.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    const refused = store.commit(commit());
    await expect(refused).rejects.toThrow(StoreUnavailable);
    await expect(refused).rejects.toMatchObject({ cause: { errcode: 5 } });
    expect(await store.load("anna")).toBeUndefined();
    other.exec("ROLLBACK");
    expect(await store.commit(commit())).toBe("committed");
    other.close();
    await store.close();
  });
});

it("finds everything by an index: no statement reads or sorts a whole table", async () => {
  const db = openDatabase(":memory:");
  const statements: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = (sql: string) => {
    statements.push(sql);
    return prepare(sql);
  };
  const store = createSqliteStore(db);
  const plans = statements
    .filter((sql) => !/^(BEGIN|COMMIT|ROLLBACK)/.test(sql))
    .flatMap((sql) =>
      prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((row) => `${String(row.detail)} <- ${sql}`),
    );
  expect(plans.length).toBeGreaterThan(20);
  expect(plans.filter((plan) => /^SCAN(?! CONSTANT ROW)|TEMP B-TREE/.test(plan))).toEqual([]);
  await store.close();
});
