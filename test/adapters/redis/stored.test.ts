import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { snapshotDictionary } from "../../../src/adapters/redis/snapshot-dictionary.ts";
import { conversationIn, restOf, standingOf } from "../../../src/adapters/redis/stored.ts";
import type { Conversation } from "../../../src/core/conversation.ts";
import { openChat } from "../../support/shop.ts";

async function conversation(): Promise<Conversation> {
  const chat = openChat();
  await chat.send({ type: "started", payload: "partial_48213" });
  const stored = await chat.store.load(chat.conversationId);
  if (!stored) throw new Error("nothing was stored");
  return { ...stored, resting: true };
}

const stored = (one: Conversation, rest: string | Buffer) =>
  Buffer.concat([Buffer.from(`${one.revision} 7\n${standingOf(one)}\n`), Buffer.from(rest)]);

describe("a conversation at rest", () => {
  it("comes back as it was", async () => {
    const one = await conversation();
    expect(conversationIn(one.id, stored(one, restOf(one)))).toEqual(one);
  });

  it("that was packed without a dictionary opens", async () => {
    const one = await conversation();
    const [others] = restOf({ ...one, resting: false })
      .toString()
      .split("\n");
    const packed = deflateRawSync(JSON.stringify(one.snapshot));
    const rest = Buffer.concat([Buffer.from(`${others}\n\0`), packed]);
    expect(conversationIn(one.id, stored(one, rest))).toEqual(one);
  });

  it("opens for ever: its dictionary never changes", () => {
    const digest = createHash("sha256").update(snapshotDictionary).digest("hex");
    expect(digest.slice(0, 16)).toBe("da4a804b36261f3a");
  });
});
