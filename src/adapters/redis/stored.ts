import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Conversation } from "../../core/conversation.ts";
import { snapshotDictionary } from "./snapshot-dictionary.ts";

/** Where a conversation stands, as it is counted; a stored format. */
export const standingOf = ({ flow, flowVersion, standing, resting }: Conversation): string =>
  JSON.stringify([flow, flowVersion, standing, resting ? 1 : 0]);

export function standingIn(text: string) {
  const [flow, flowVersion, standing, resting] = JSON.parse(text) as [
    string,
    number,
    string,
    0 | 1,
  ];
  return { flow, flowVersion, standing, resting: resting === 1 };
}

/**
 * What is stored of a conversation beside its standing (`shared.lua` says the
 * lines): its id is in the key, its revision in the first line. Of one that is
 * at rest, which most are, the snapshot is packed (deflate with a dictionary)
 * behind a byte 1: a fifth of the room for time that nobody waits for. Behind a
 * byte 0 it is packed without, as it once was.
 */
export function restOf(
  conversation: Conversation,
  snapshot = JSON.stringify(conversation.snapshot),
): string | Buffer {
  const others = {
    ...conversation,
    id: undefined,
    revision: undefined,
    flow: undefined,
    flowVersion: undefined,
    standing: undefined,
    resting: undefined,
    snapshot: undefined,
  };
  const rest = `${JSON.stringify(others)}\n`;
  if (!conversation.resting) return `${rest}${snapshot}`;
  const packed = deflateRawSync(snapshot, { level: 9, dictionary: snapshotDictionary });
  return Buffer.concat([Buffer.from(`${rest}\u0001`), packed]);
}

/** JSON has no line breaks, so three lines are three. */
export function conversationIn(id: string, stored: Buffer): Conversation {
  const ends = [0];
  for (let line = 0; line < 3; line++) ends.push(stored.indexOf(10, ends.at(-1)) + 1);
  const [from = 0, second = 0, third = 0, last = 0] = ends;
  const line = (begin: number, end: number) => stored.toString("utf8", begin, end - 1);
  const head = line(from, second);
  const snapshot = unpacked(stored.subarray(last));
  return {
    id,
    ...(JSON.parse(line(third, last)) as Omit<Conversation, "id">),
    revision: Number(head.slice(0, head.indexOf(" "))),
    ...standingIn(line(second, third)),
    snapshot: JSON.parse(snapshot) as Conversation["snapshot"],
  };
}

function unpacked(snapshot: Buffer): string {
  const [mark = 0] = snapshot;
  if (mark > 1) return snapshot.toString();
  const dictionary = mark === 1 && { dictionary: snapshotDictionary };
  return inflateRawSync(snapshot.subarray(1), { ...dictionary }).toString();
}

/** The ids of all evidence that a text names. Every piece of evidence is written with its SHA-256. */
export function evidenceIn(texts: readonly string[]): string[] {
  const named = texts
    .filter((text) => text.includes('"sha256"'))
    .flatMap((text) => [...text.matchAll(/"id":"([^"]+)"/gu)].map(([, id = ""]) => id));
  return [...new Set(named)];
}
