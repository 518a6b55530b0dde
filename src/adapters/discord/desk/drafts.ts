import type { ActContent } from "../../../core/act.ts";
import type { Store } from "../../../ports/store.ts";
import { timeOf } from "../rooms.ts";

const prefix = "discord:desk-draft:";
/** After so long nobody presses *Send* any more. */
const keptMs = 86_400_000;

/** What an agent has written and seen as the customer will, and not sent yet. */
export interface Draft {
  content: ActContent;
  userId: string;
  thread: string;
  /** It was sent, and can be reworded or withdrawn. */
  isSent?: boolean;
  /** The draft that was sent, of which these are other words. */
  of?: string;
}

/** Outlives the process: what is sent is what was shown. */
export interface Drafts {
  keep(id: string, draft: Draft): Promise<void>;
  find(id: string): Promise<Draft | undefined>;
  drop(id: string): Promise<void>;
  /** Forgets what nobody has sent. */
  sweep(now: number): Promise<void>;
}

export function createDrafts(store: Pick<Store, "readMark" | "readMarks" | "writeMarks">): Drafts {
  return {
    keep: (id, draft) => store.writeMarks([{ name: prefix + id, value: JSON.stringify(draft) }]),
    async find(id) {
      const value = await store.readMark(prefix + id);
      return value === undefined ? undefined : (JSON.parse(value) as Draft);
    },
    drop: (id) => store.writeMarks([{ name: prefix + id }]),
    async sweep(now) {
      const old = (await store.readMarks(prefix)).filter(
        ({ name }) => timeOf(name.slice(prefix.length)) < now - keptMs,
      );
      await store.writeMarks(old.map(({ name }) => ({ name })));
    },
  };
}
