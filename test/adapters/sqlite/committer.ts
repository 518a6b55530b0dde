/**
 * A process to be killed: on the folder given, commits and settles as fast as
 * it can and writes down each step, synchronously, as
 * `committed <conversation> <revision>`, `sending <reply>` and `sent <reply>`.
 */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";

const [folder = ""] = process.argv.slice(2);
const store = openSqliteStore(folder);
const tell = (step: string, ...words: (string | number)[]) =>
  writeSync(1, `${step} ${words.join(" ")}\n`);
const leaseMs = 1000;
/** Later than every lease of the process that was killed before. */
let now = ((await store.nextDueAt()) ?? 0) + leaseMs;

async function converse(id: string): Promise<never> {
  for (;;) {
    const revision = ((await store.load(id))?.revision ?? 0) + 1;
    const snapshot = { value: "asking", context: { text: "x".repeat(revision % 3000) } };
    const about = { id, channel: "web", language: "fr", flow: "refund", flowVersion: 1 } as const;
    const message = {
      language: "fr",
      blocks: [{ type: "text", text: `${revision}` }],
      choices: [],
    } as const;
    await store.commit({
      conversation: {
        ...about,
        revision,
        snapshot,
        standing: "asking",
        resting: false,
        promptedRevision: revision,
      },
      handled: `${id}:${revision}`,
      at: now,
      log: [0, 1].map((index) => ({ type: "message", id: `${id}:${revision}:${index}`, message })),
      timers: [{ type: "set", id: "remind", dueAt: revision, event: "reminded" }],
      cases: [],
    });
    tell("committed", id, revision);
  }
}

async function deliver(): Promise<never> {
  for (;;) {
    const replies = await store.lease({ channel: "web", now: now++, leaseMs, limit: 4 });
    for (const { id } of replies) tell("sending", id);
    await store.settle(replies.map(({ id }) => ({ id, outcome: "sent", at: now })));
    for (const { id } of replies) tell("sent", id);
  }
}

await Promise.all([...["a", "b", "c", "d", "e", "f"].map(converse), deliver()]);
