import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createAuditedAct } from "../../src/app/audited-act.ts";
import type { Receiver } from "../../src/app/receive.ts";
import type { Act } from "../../src/core/act.ts";
import { ActRefused, StoreUnavailable } from "../../src/core/errors.ts";
import type { Store } from "../../src/ports/store.ts";

const at = Date.UTC(2026, 9, 3, 12);
const clock = { now: () => at, random: () => new Uint8Array() };
const agent = { id: "ida", name: "Ida", role: "agent" } as const;
const said: Act = {
  key: "console:1",
  conversationId: "anna",
  caseNumber: "RF-7K2QM",
  agent,
  content: { type: "said", text: "what a customer reads" },
};
let store: Store;
let complaints: string[];

beforeEach(() => {
  store = openSqliteStore(":memory:");
  complaints = [];
});
afterEach(() => store.close());

const audited = (act: Receiver["act"]) => {
  const tell = (_: object, message: string) => void complaints.push(message);
  const log = { info: tell, warn: tell, error: tell };
  return createAuditedAct({ act, trail: store, clock, log, surface: "console" });
};
const outcomes = async () =>
  (await store.listAudit({ limit: 9 })).map(({ outcome, reason }) => [outcome, reason]);

test("records what was carried out, once as done and then as repeated, without its words", async () => {
  expect(await audited(async () => "committed")(said)).toBe("committed");
  expect(await audited(async () => "duplicate")(said)).toBe("duplicate");
  const rows = await store.listAudit({ limit: 9 });
  expect(rows[1]).toMatchObject({
    at,
    surface: "console",
    what: "said",
    outcome: "done",
    by: agent,
    caseNumber: "RF-7K2QM",
    conversationId: "anna",
    detail: "console:1",
  });
  expect(rows[0]).toMatchObject({ outcome: "repeated" });
  expect(JSON.stringify(rows)).not.toContain("what a customer reads");
});

test("records what was refused or failed, and lets the reason through", async () => {
  const refusal = new ActRefused("anna", { reason: "notAllowed" });
  await expect(audited(() => Promise.reject(refusal))(said)).rejects.toBe(refusal);
  const failure = new StoreUnavailable("commit");
  await expect(audited(() => Promise.reject(failure))(said)).rejects.toBe(failure);
  await expect(audited(() => Promise.reject(new TypeError("bug")))(said)).rejects.toThrow("bug");
  expect(await outcomes()).toEqual([
    ["failed", "unexpected"],
    ["failed", "store-unavailable"],
    ["refused", "notAllowed"],
  ]);
});

test("an act that was carried out stays so when its line can't be written", async () => {
  const act = audited(async () => "committed");
  store.audit = () => Promise.reject(new StoreUnavailable("write the audit log"));
  expect(await act(said)).toBe("committed");
  expect(complaints).toEqual(["an act is missing in the audit log"]);
});
