import type { LogEntry } from "../../core/conversation.ts";
import { type Message, withdraws } from "../../core/message.ts";

/** What became of what was said: it was edited, deleted, reworded or withdrawn later on. */
export interface Retold {
  /** The customer's later words, in order, by the key of the first. */
  edits: ReadonlyMap<string, readonly string[]>;
  /** The keys of what the customer deleted. */
  deleted: ReadonlySet<string>;
  /** An agent's later words, in order, by the id of the first message. */
  rewordings: ReadonlyMap<string, readonly Message[]>;
  withdrawn: ReadonlySet<string>;
}

export function retoldIn(log: readonly LogEntry[]): Retold {
  const edits = new Map<string, string[]>();
  const deleted = new Set<string>();
  const rewordings = new Map<string, Message[]>();
  const withdrawn = new Set<string>();
  for (const { body } of log) {
    if (body.type === "event") {
      const { text = "", edits: of, deletes } = body.said ?? {};
      if (of !== undefined) edits.set(of, [...(edits.get(of) ?? []), text]);
      if (deletes !== undefined) deleted.add(deletes);
    }
    if (body.type !== "message" || body.message.replaces === undefined) continue;
    const { replaces } = body.message;
    if (withdraws(body.message)) withdrawn.add(replaces);
    else rewordings.set(replaces, [...(rewordings.get(replaces) ?? []), body.message]);
  }
  return { edits, deleted, rewordings, withdrawn };
}
