import type { Conversation } from "../../core/conversation.ts";

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
 * lines): its id is in the key, its revision in the first line.
 */
export function restOf(conversation: Conversation): string {
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
  return `${JSON.stringify(others)}\n${JSON.stringify(conversation.snapshot)}`;
}

/** JSON has no line breaks, so four lines are four. */
export function conversationIn(id: string, stored: string): Conversation {
  const [head = "", standing = "", rest = "", snapshot = ""] = stored.split("\n");
  return {
    id,
    ...(JSON.parse(rest) as Omit<Conversation, "id">),
    revision: Number(head.slice(0, head.indexOf(" "))),
    ...standingIn(standing),
    snapshot: JSON.parse(snapshot) as Conversation["snapshot"],
  };
}

/** The ids of all evidence that a text names. Every piece of evidence is written with its SHA-256. */
export function evidenceIn(texts: readonly string[]): string[] {
  const named = texts
    .filter((text) => text.includes('"sha256"'))
    .flatMap((text) => [...text.matchAll(/"id":"([^"]+)"/gu)].map(([, id = ""]) => id));
  return [...new Set(named)];
}
