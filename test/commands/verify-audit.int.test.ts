import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";

const command = fileURLToPath(new URL("../../src/commands/verify-audit.ts", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-verify-audit-"));
  const store = openSqliteStore(folder);
  for (let index = 0; index < 3; index++)
    await store.audit({ at: index, surface: "console", what: "taken", outcome: "done" });
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

function verify(...noted: string[]) {
  const env = { ...process.env, DATA_DIR: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...noted], {
    env,
    encoding: "utf8",
  });
  return { status, told: stdout + stderr };
}

function tamper(sql: string) {
  const db = new DatabaseSync(join(folder, "ombud.sqlite"));
  db.exec(`DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed; ${sql}`);
  db.close();
}

const headIn = (told: string) => /\d+:[\da-f]{64}/u.exec(told)?.[0] ?? "";

test("says that nothing was changed, and what to note", () => {
  const { status, told } = verify();
  expect([status, told.includes("3 entries")]).toEqual([0, true]);
  expect(verify(headIn(told)).status).toBe(0);
});

test("says from where on the log is not as it was written", () => {
  tamper("UPDATE audit SET at = 9 WHERE seq = 2");
  expect(verify()).toMatchObject({ status: 1, told: expect.stringContaining("from entry 2 on") });
});

test("finds an end that was cut off, by what was noted", () => {
  const head = headIn(verify().told);
  tamper("DELETE FROM audit WHERE seq = 3");
  expect(verify().status).toBe(0);
  expect(verify(head)).toMatchObject({ status: 1, told: expect.stringContaining("entry 3") });
});

test("asks for a note that it can read", () => {
  expect(verify("x").status).toBe(1);
});
