/**
 * A process to be killed: on the Redis given, commits and settles as fast as
 * it can, in competition with others, and writes down each step, synchronously,
 * as `committed <conversation> <revision>`, `sending <reply>` and `sent <reply>`.
 */
import { writeSync } from "node:fs";
import { setImmediate as othersTurn } from "node:timers/promises";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import type { Commit } from "../../../src/ports/store.ts";
import { StaleConversation } from "../../../src/core/errors.ts";

const [url = "", name = ""] = process.argv.slice(2);
const quiet = { info() {}, warn() {}, error() {} };
const store = await openRedisStore({ url, acceptUnsafe: false, log: quiet });
const tell = (step: string, ...words: (string | number)[]) =>
  writeSync(1, `${step} ${words.join(" ")}\n`);
const leaseMs = 1000;
/** Later than every lease of the process that was killed before. */
let now = ((await store.nextDueAt()) ?? 0) + leaseMs;

async function converse(id: string): Promise<never> {
  for (;;) {
    const revision = ((await store.load(id))?.revision ?? 0) + 1;
    try {
      if ((await store.commit(turn(id, revision))) === "committed") tell("committed", id, revision);
    } catch (error) {
      if (!(error instanceof StaleConversation)) throw error;
    }
  }
}

function turn(id: string, revision: number): Commit {
  const snapshot = { value: "asking", context: { text: "x".repeat(revision % 3000) } };
  const about = { id, channel: "web", language: "fr", flow: "refund", flowVersion: 1 } as const;
  const message = {
    language: "fr",
    blocks: [{ type: "text", text: `${revision}` }],
    choices: [],
  } as const;
  const standing = { standing: `asking-${revision % 5}`, resting: false };
  return {
    conversation: { ...about, ...standing, revision, snapshot, promptedRevision: revision },
    handled: `${name}:${id}:${revision}`,
    at: now,
    log: [0, 1].map((index) => ({ type: "message", id: `${id}:${revision}:${index}`, message })),
    timers: [{ type: "set", id: "remind", dueAt: revision, event: "reminded" }],
    cases: [
      {
        number: `RF-${id}-${Math.floor(revision / 10)}`,
        conversationId: id,
        channel: "web",
        language: "fr",
        openedAt: revision - (revision % 10),
        updatedAt: revision,
        status: "open",
        waitsFor: "shop",
        waitingSince: revision,
        urgent: false,
        topic: "drop",
        kind: "review",
        factsRevision: revision,
        record: {},
      },
    ],
  };
}

async function deliver(): Promise<never> {
  for (;;) {
    const replies = await store.lease({ channel: "web", now: now++, leaseMs, limit: 4 });
    // Where nothing is known to be due, Redis is not asked, and nobody else would get a turn.
    if (replies.length === 0) await othersTurn();
    for (const { id } of replies) tell("sending", id);
    await store.settle(replies.map(({ id }) => ({ id, outcome: "sent", at: now })));
    for (const { id } of replies) tell("sent", id);
  }
}

await Promise.all([...["a", "b", "c", "d", "e", "f"].map(converse), deliver()]);
