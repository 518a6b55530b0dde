import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteReader } from "../../../src/adapters/sqlite/reader.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import type { FlowEvent, LogBody } from "../../../src/core/conversation.ts";
import { StoreTooNew } from "../../../src/core/errors.ts";
import { commit, said } from "../../contract/store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ombud-reader-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "ombud.sqlite");
const bytesOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

const event = (name: string): LogBody & { type: "event" } => {
  const taken: FlowEvent = { type: name, at: 1, dice: "00000001" };
  return { type: "event", event: taken, by: "customer", key: name };
};
const assessment = (name: string): LogBody => ({ type: "assessment", assessment: { name } });

function opened() {
  const reader = openSqliteReader(folder);
  if (!reader) throw new Error("nothing to read");
  return reader;
}

describe("a look at the data", () => {
  it("sees what a running bot commits, and holds up none of it", async () => {
    const store = openSqliteStore(folder);
    const reader = opened();
    expect(await reader.load("anna")).toBeUndefined();
    await store.commit(commit({}, { log: [said("m")] }));
    expect(await reader.load("anna")).toMatchObject({ revision: 1 });
    expect(await reader.readLog("anna", 0, 10)).toHaveLength(1);
    await store.commit(commit({ revision: 2 }));
    expect(await reader.load("anna")).toMatchObject({ revision: 2 });
    await reader.close();
    await store.commit(commit({ revision: 3 }));
    await store.close();
  });

  it("leaves the data of a bot that has ended as it is, and its next start unhindered", async () => {
    const store = openSqliteStore(folder);
    await store.commit(commit());
    await store.close();
    const before = bytesOf(file());
    const reader = opened();
    expect(await reader.load("anna")).toMatchObject({ revision: 1 });
    await reader.close();
    expect(bytesOf(file())).toBe(before);
    const again = openSqliteStore(folder);
    await again.commit(commit({ revision: 2 }));
    await again.close();
  });

  it("reads what a killed bot committed and never brought to the file", async () => {
    const store = openSqliteStore(folder);
    await store.commit(commit());
    const killed = mkdtempSync(join(tmpdir(), "ombud-killed-"));
    for (const name of ["ombud.sqlite", "ombud.sqlite-wal"])
      writeFileSync(join(killed, name), readFileSync(join(folder, name)));
    await store.close();
    const reader = openSqliteReader(killed);
    expect(await reader?.load("anna")).toMatchObject({ revision: 1 });
    await reader?.close();
    rmSync(killed, { recursive: true });
  });
});

describe("assessments", () => {
  it("go through all conversations in the order of writing, each with its turn's event", async () => {
    const store = openSqliteStore(folder);
    const log = (name: string): LogBody[] => [event(name), assessment(name), said(`to ${name}`)];
    await store.commit(commit({ id: "anna" }, { log: log("a1") }));
    await store.commit(commit({ id: "bo" }, { log: [event("b1"), said("to b1")] }));
    await store.commit(commit({ id: "bo", revision: 2 }, { log: log("b2") }));
    await store.commit(commit({ id: "anna", revision: 2 }, { log: log("a2") }));
    const reader = opened();
    const found: string[] = [];
    for await (const one of reader.assessments())
      found.push(`${one.conversationId} ${JSON.stringify(one.assessment)} ${one.event.key}`);
    expect(found).toEqual([
      'anna {"name":"a1"} a1',
      'bo {"name":"b2"} b2',
      'anna {"name":"a2"} a2',
    ]);
    await reader.close();
    await store.close();
  });
});

describe("there is nothing to read", () => {
  it("where no bot has written", () => {
    expect(openSqliteReader(folder)).toBeUndefined();
    expect(openSqliteReader(join(folder, "missing"))).toBeUndefined();
    writeFileSync(file(), "");
    expect(openSqliteReader(folder)).toBeUndefined();
  });

  it("where a newer bot has, which is said", async () => {
    await openSqliteStore(folder).close();
    const raw = new DatabaseSync(file());
    raw.exec("PRAGMA user_version = 999");
    raw.close();
    expect(() => openSqliteReader(folder)).toThrow(StoreTooNew);
  });

  it("where an older bot has, until its data is brought up to date", async () => {
    await openSqliteStore(folder).close();
    const raw = new DatabaseSync(file());
    raw.exec("PRAGMA user_version = 1");
    raw.close();
    expect(openSqliteReader(folder)).toBeUndefined();
  });
});
