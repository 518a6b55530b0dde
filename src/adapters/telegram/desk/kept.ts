import type { DecisionDraft } from "../../../core/act.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { Store } from "../../../ports/store.ts";

/**
 * What somebody has begun in a topic and not sent yet; it outlives a restart.
 * `version` is that of the preview: what is sent is what the last one shows.
 * A stored format.
 */
export type Kept = { by: string; at: number } & (
  | ({ type: "reply"; version: number; preview?: number } & Words)
  | { type: "decision"; draft: DecisionDraft; seen: number; version: number; preview?: number }
  /** The bot has asked for words; `of` is the decision that they are for. */
  | { type: "prompt"; wants: "reply" | "question" | "reasons" | "amount"; of?: string }
);

/** What is to be said to the customer. */
export interface Words {
  text: string;
  isQuestion?: true;
  files?: readonly Evidence[];
  /** The key of the customer's message that they answer. */
  answers?: string;
  /** Other words for this message of theirs, changed then (seconds). */
  rewords?: { message: string; at: number };
}

type KeptOf<T extends Kept["type"]> = Extract<Kept, { type: T }>;

/** What nobody comes back to. */
const keptForMs = 7 * 24 * 3_600_000;

const prefix = "desk:telegram:kept:";

/** What is begun, found by the chat's and a message's number. */
export function createKeeping(
  store: Pick<Store, "readMark" | "readMarks" | "writeMarks">,
  now: () => number,
) {
  return {
    async read<T extends Kept["type"]>(type: T, id: string): Promise<KeptOf<T> | undefined> {
      const found = await store.readMark(`${prefix}${type}:${id}`);
      return found === undefined ? undefined : (JSON.parse(found) as KeptOf<T>);
    },

    /** Durable when it returns. */
    async write(id: string, kept: Kept): Promise<void> {
      const name = `${prefix}${kept.type}:${id}`;
      await store.writeMarks([{ name, value: JSON.stringify(kept) }]);
    },

    async forget(type: Kept["type"], id: string): Promise<void> {
      await store.writeMarks([{ name: `${prefix}${type}:${id}` }]);
    },

    async forgetOld(): Promise<void> {
      const all = await store.readMarks(prefix);
      const old = all.filter(({ value }) => (JSON.parse(value) as Kept).at < now() - keptForMs);
      if (old.length > 0) await store.writeMarks(old.map(({ name }) => ({ name })));
    },
  };
}

export type Keeping = ReturnType<typeof createKeeping>;
