import { hash } from "node:crypto";

/**
 * How many parts the conversations are in. A stored format: never to be
 * changed. All keys of a part have its name with the hash tag (`ombud{s17}`)
 * in front, so that Redis Cluster keeps them together.
 */
const shardCount = 32;

export const shards: readonly string[] = Array.from(
  { length: shardCount },
  (_, index) => `ombud{s${index}}`,
);

/** What belongs to no conversation: the index of the cases, sessions, the audit log, marks, secrets. */
export const deskShard = "ombud{desk}";

/** Where processes tell each other of what they have committed. */
export const changesChannel = "ombud:changes";

/** The part that a conversation, or anything with a name of its own, is in (FNV-1a). A stored format. */
export function shardOf(name: string): string {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < name.length; index++)
    mixed = Math.imul(mixed ^ name.charCodeAt(index), 0x01000193);
  return shards[(mixed >>> 0) % shardCount] ?? deskShard;
}

/**
 * A key that was handled, as it is remembered: 120 bits of its SHA-256, and
 * which of a part's 256 sets they are in. Sets of at most 128 are packed by
 * Redis, at some 35 bytes a key.
 */
export function digestOf(key: string): { digest: string; set: string } {
  const digest = hash("sha256", key, "base64url").slice(0, 20);
  return { digest, set: `${digest[0]}${digest.charCodeAt(1) & 3}` };
}

/** Where a handled key is looked for, whichever conversation it names. */
export const homeOf = (key: string, conversationId: string): string =>
  shardOf(key.includes(conversationId) ? conversationId : key);
