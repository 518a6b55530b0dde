import type { Evidence } from "../../src/core/evidence.ts";
import type { HeldInbound } from "../../src/core/inbound.ts";
import type { Store } from "../../src/ports/store.ts";
import { aCase, commit, said } from "../contract/store.ts";

export const at = commit().at;
export const evidenceId = "EvidenceOfAnnasOrder0001";
const evidence: Evidence = {
  id: evidenceId,
  sha256: "0".repeat(64),
  type: "image/png",
  sizeBytes: 3,
  name: "é.png",
};

const held = (key: string, conversationId: string): HeldInbound => ({
  key,
  conversationId,
  channel: "telegram",
  address: "chat-1",
  content: { type: "attachments", files: [{ ref: { file: key }, name: "é\u0000", sizeBytes: 3 }] },
});

/** Puts something of every kind that a store can keep into one, in every state that it can be in. */
export async function fillStore(store: Store): Promise<void> {
  await conversations(store);
  await lanes(store);
  await store.hold({ inbound: held("telegram:1:message:7:1", "telegram-7"), at, readyAt: at + 5 });
  await store.hold({ inbound: held("telegram:1:message:7:2", "telegram-7"), at, readyAt: at + 1 });
  await store.hold({ inbound: held("telegram:1:message:8:1", "telegram-8"), at, readyAt: at });
  await store.postpone("telegram:1:message:7:1", at + 90, true);
  // Held, taken and let go of again: what remains is that it was handled.
  await store.hold({ inbound: held("telegram:1:message:9:1", "telegram-9"), at, readyAt: at });
  const taken = { handled: "telegram:1:message:9:1", releases: ["telegram:1:message:9:1"] };
  await store.commit(commit({ id: "telegram-9", channel: "telegram" }, taken));
  await desk(store);
}

async function conversations(store: Store): Promise<void> {
  const event = {
    type: "event",
    event: { type: "file-sent", at, dice: "0a1b2c3d" },
    by: "customer",
    key: "web:anna:1",
    said: { text: "Где «мой» заказ?\u2028\u0000 🧾 \ud800", files: [evidence] },
  } as const;
  await store.commit(
    commit(
      {},
      {
        log: [event, said("anna:1:0"), { type: "assessment", assessment: { row: "no-evidence" } }],
        timers: [
          { type: "set", id: "remind", dueAt: at + 60_000, event: "remind-passed" },
          { type: "set", id: "rest", dueAt: at - 5, event: "rest-passed" },
        ],
        cases: [aCase(), aCase({ number: "RF-22222", urgent: true, searchWords: "41 été" })],
        follows: ["telegram", "discord"],
      },
    ),
  );
  await store.commit(
    commit(
      { revision: 2, resting: true, unreachable: { at, reason: "blocked" } },
      {
        handled: "delivery:anna:1:0:unreachable:1",
        timers: [{ type: "cancel", id: "rest" }],
        log: Array.from({ length: 2500 }, (_, index) => said(`anna:2:${index}`)),
      },
    ),
  );
  await store.commit(
    commit(
      { id: "bo", language: "sv", standing: "asking.more" },
      {
        handled: "console:ida:press-1",
        cases: [
          aCase({
            number: "RF-33333",
            conversationId: "bo",
            status: "decided",
            owner: { id: "ida", name: "Ida" },
            openedAt: at + 7,
          }),
        ],
        follows: ["discord"],
      },
    ),
  );
}

/** Sent with and without receipt, given up, in doubt, given back, leased and never tried. */
async function lanes(store: Store): Promise<void> {
  const names = ["sent", "repeated", "failed", "doubt", "later", "leased", "fresh"];
  for (const id of names)
    await store.commit(
      commit(
        { id, channel: "discord", address: `room-${id}` },
        { log: [said(`${id}:1:0`), said(`${id}:1:1`)] },
      ),
    );
  const leased = await store.lease({ channel: "discord", now: at, leaseMs: 20_000, limit: 100 });
  for (const { id, attempts } of leased) {
    const [name = ""] = id.split(":");
    if (name === "sent") await store.settle([{ id, outcome: "sent", at, receipt: "r-1" }]);
    if (name === "repeated")
      await store.settle([{ id, outcome: "sent", at: at + 1, receipt: "r-2", repeated: true }]);
    if (name === "failed") await store.settle([{ id, outcome: "failed", at, reason: "tooLong" }]);
    if (name === "doubt")
      await store.settle([{ id, outcome: "unknown", attempts, retryAt: at + 30 }]);
    if (name === "later" || name === "fresh")
      await store.settle([{ id, outcome: "later", attempts, retryAt: at + 40 }]);
  }
}

async function desk(store: Store): Promise<void> {
  const query = { desk: "telegram", now: at + 10, leaseMs: 20_000, limit: 10 } as const;
  for (const one of await store.leaseFollowing(query))
    await store.keepFollowing({ ...one, place: '{"seq": 3}\n', next: "nothing" });
  await store.follow("telegram", "bo", at + 3);
  await store.leaseFollowing({ ...query, desk: "discord", limit: 1 });
  await store.secret("seals");
  await store.secret("visitors");
  await store.writeMarks([
    { name: "discord:room:1", value: '{"last":"9"}' },
    { name: "discord:room:é", value: "" },
    { name: "gone", value: "1" },
  ]);
  await store.writeMarks([{ name: "gone" }]);
  const session = { agentId: "ida", role: "admin", openedAt: at, seenAt: at + 1 } as const;
  await store.openSession({ hash: "hash-of-a-session", ...session });
  await Promise.all(
    Array.from({ length: 1005 }, (_, seq) =>
      store.audit({
        at: at + seq,
        surface: "console",
        what: "taken",
        outcome: "done",
        by: { id: "ida", name: "Ida {é}", role: "admin" },
        detail: `console:${seq}`,
      }),
    ),
  );
}
