import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";

const at = Date.UTC(2026, 9, 3, 12);
let folder: string;

/** Six entries, and then somebody with a shell. */
async function tamper(sql: string) {
  const store = openSqliteStore(folder);
  for (let index = 0; index < 6; index++)
    await store.audit({ at, surface: "console", what: "taken", outcome: "done" });
  const before = await store.checkAudit();
  await store.close();
  const db = new DatabaseSync(join(folder, "ombud.sqlite"));
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
  const opened = openSqliteStore(folder);
  const rows = await opened.listAudit({ limit: 9 });
  const check = await opened.checkAudit();
  await opened.close();
  return { before, check, broken: rows.filter(({ intact }) => !intact).map(({ seq }) => seq) };
}

const withoutTriggers = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed;";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ombud-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(["UPDATE audit SET at = 0 WHERE seq = 3", "DELETE FROM audit WHERE seq = 6"])(
  "the audit log refuses %s",
  async (sql) => {
    await expect(tamper(sql)).rejects.toThrow("only appended to");
  },
);

test.each([
  ["a changed moment", "UPDATE audit SET at = 0 WHERE seq = 3", 3],
  ["a changed word", "UPDATE audit SET body = replace(body, 'done', 'none') WHERE seq = 3", 3],
  ["a changed hash", "UPDATE audit SET hash = '' WHERE seq = 3", 3],
  ["a removed row", "DELETE FROM audit WHERE seq = 3", 3],
  ["a removed beginning", "DELETE FROM audit WHERE seq < 3", 1],
])("finds %s, with the triggers out of the way", async (_, sql, brokenAt) => {
  const { check, broken } = await tamper(`${withoutTriggers} ${sql}`);
  expect(check.brokenAt).toBe(brokenAt);
  expect(broken.length).toBeGreaterThan(0);
});

test("a removed end shows against what was noted before", async () => {
  const { before, check } = await tamper(`${withoutTriggers} DELETE FROM audit WHERE seq > 4`);
  expect(before.head?.seq).toBe(6);
  expect(check).toMatchObject({ entries: 4, head: { seq: 4 } });
});
