import { createClient } from "@redis/client";
import { optionsOf } from "../../../src/adapters/redis/link.ts";
import { openRedisStore } from "../../../src/adapters/redis/store.ts";
import type { Conversation, LogEntry } from "../../../src/core/conversation.ts";
import type { Delivery, Store } from "../../../src/ports/store.ts";
import { quiet } from "../shop.ts";

export interface Found {
  stored: Conversation;
  log: LogEntry[];
  deliveries: Delivery[];
}

/** What is in Redis, read beside the bots. */
export interface Reader {
  store: Store;
  /** Replies that wait, and whether anything else is due. */
  waiting(): Promise<{ replies: number; isDue: boolean; dueTimers: number }>;
  /** Of the replies that wait the first few, with what is known of their tries and in how many milliseconds anything is due. */
  describeWaiting(): Promise<string>;
  conversations(): Promise<Map<string, Found>>;
  troubled(): Promise<readonly Delivery[]>;
  /** From now on its time is so far ahead. */
  ahead(ms: number): void;
  close(): Promise<void>;
}

const all = 1_000_000;

export async function openReader(url: string): Promise<Reader> {
  const store = await openRedisStore({ url, acceptUnsafe: true, log: quiet });
  let aheadMs = 0;

  async function ids(): Promise<string[]> {
    const { socket, ...options } = optionsOf(url);
    const client = createClient({ ...options, socket } as object);
    client.on("error", () => {});
    await client.connect();
    const keys = await client.keys("ombud{s*}:c:*");
    client.destroy();
    return keys.map((key) => key.slice(key.indexOf(":c:") + 3));
  }

  return {
    store,
    async waiting() {
      const unsent = await Promise.all((await ids()).map((id) => store.readUnsent(id)));
      const now = (store.now?.() ?? Date.now()) + aheadMs;
      return {
        replies: unsent.flat().length,
        isDue: ((await store.nextDueAt()) ?? Infinity) <= now,
        dueTimers: (await store.dueTimers(now, 1000)).length,
      };
    },
    async describeWaiting() {
      const unsent = (await Promise.all((await ids()).map((id) => store.readUnsent(id)))).flat();
      const now = (store.now?.() ?? Date.now()) + aheadMs;
      const dueInMs = ((await store.nextDueAt()) ?? Infinity) - now;
      const first = unsent.slice(0, 5).map(({ messageId, state }) => `${messageId} (${state})`);
      return `${unsent.length} replies wait: ${first.join(", ")}; anything is due in ${dueInMs} ms`;
    },
    async conversations() {
      const found = new Map<string, Found>();
      for (const id of await ids()) {
        const stored = await store.load(id);
        if (!stored) continue;
        const [log, deliveries] = await Promise.all([
          store.readLog(id, 0, all),
          store.readDeliveries(id),
        ]);
        found.set(id, { stored, log, deliveries });
      }
      return found;
    },
    troubled: () => store.listTroubledDeliveries({ limit: all }),
    ahead(ms) {
      aheadMs = ms;
    },
    close: () => store.close(),
  };
}
