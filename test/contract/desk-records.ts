import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/ports/audit.ts";
import type { SessionRecord } from "../../src/ports/sessions.ts";
import type { Store } from "../../src/ports/store.ts";

const at = Date.UTC(2026, 9, 3, 12);
const session = (hash: string, changes: Partial<SessionRecord> = {}): SessionRecord => ({
  hash,
  agentId: "ida",
  role: "admin",
  openedAt: at,
  seenAt: at,
  ...changes,
});
const entry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  at,
  surface: "console",
  what: "taken",
  outcome: "done",
  by: { id: "ida", name: "Ida", role: "admin" },
  caseNumber: "RF-7K2QM",
  conversationId: "anna",
  detail: "console:1",
  ...changes,
});

/** The promises of `ports/sessions.ts` and `ports/audit.ts`; `reopen` as in the store's contract. */
export function deskRecordsContract(
  name: string,
  open: () => Promise<Store>,
  reopen?: (store: Store) => Promise<Store>,
): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describe("a session", () => {
      it("is found as it was opened, until it is closed", async () => {
        expect(await store.findSession("a")).toBeUndefined();
        await store.openSession(session("a"));
        expect(await store.findSession("a")).toEqual(session("a"));
        expect(await store.findSession("A")).toBeUndefined();
        await store.closeSession("a");
        await store.closeSession("a");
        expect(await store.findSession("a")).toBeUndefined();
      });

      it("takes the place of another", async () => {
        await store.openSession(session("a"));
        await store.openSession(session("b"), "a");
        expect(await store.findSession("a")).toBeUndefined();
        expect(await store.findSession("b")).toEqual(session("b"));
      });

      it("is never seen earlier than it was, and not brought back", async () => {
        await store.openSession(session("a"));
        await store.touchSession("a", at + 5);
        await store.touchSession("a", at + 3);
        expect(await store.findSession("a")).toMatchObject({ openedAt: at, seenAt: at + 5 });
        await store.closeSession("a");
        await store.touchSession("a", at + 9);
        expect(await store.findSession("a")).toBeUndefined();
      });

      it("is forgotten when it is too old or was not seen for too long", async () => {
        await store.openSession(session("old", { openedAt: at - 1, seenAt: at + 9 }));
        await store.openSession(session("idle", { seenAt: at + 4 }));
        await store.openSession(session("good", { seenAt: at + 5 }));
        await store.forgetSessions({ openedAt: at, seenAt: at + 5 });
        expect(await store.findSession("old")).toBeUndefined();
        expect(await store.findSession("idle")).toBeUndefined();
        expect(await store.findSession("good")).toBeDefined();
      });
    });

    describe("the audit log", () => {
      it("begins empty and whole", async () => {
        expect(await store.listAudit({ limit: 9 })).toEqual([]);
        expect(await store.checkAudit()).toEqual({ entries: 0 });
      });

      it("has every entry as it was given, the latest first, a page at a time", async () => {
        const entries = [
          entry(),
          entry({ outcome: "refused", reason: "ownedBy", at: at - 1 }),
          { at, surface: "console", what: "loggedIn", outcome: "refused" } as const,
        ];
        for (const one of entries) await store.audit(one);
        const rows = await store.listAudit({ limit: 9 });
        expect(rows.map(({ seq, hash: _, intact, ...one }) => [seq, intact, one])).toEqual(
          entries.map((one, index) => [index + 1, true, one]).toReversed(),
        );
        expect(await store.listAudit({ limit: 1 })).toEqual([rows[0]]);
        expect(await store.listAudit({ before: 3, limit: 1 })).toEqual([rows[1]]);
        expect(await store.listAudit({ before: 1, limit: 9 })).toEqual([]);
      });

      it("keeps one chain when many write at once", async () => {
        await Promise.all(Array.from({ length: 300 }, () => store.audit(entry())));
        const [last] = await store.listAudit({ limit: 1 });
        expect(await store.checkAudit()).toEqual({
          entries: 300,
          head: { seq: 300, hash: last?.hash },
        });
      });
    });

    if (!reopen) return;

    it("outlive a restart", async () => {
      await store.openSession(session("a"));
      await store.audit(entry());
      const rows = await store.listAudit({ limit: 9 });
      store = await reopen(store);
      expect(await store.findSession("a")).toEqual(session("a"));
      await store.audit(entry({ at: at + 1 }));
      expect((await store.listAudit({ limit: 9 })).slice(1)).toEqual(rows);
      expect(await store.checkAudit()).toMatchObject({ entries: 2, head: { seq: 2 } });
    });
  });
}
