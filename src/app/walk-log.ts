import type { LogEntry } from "../core/conversation.ts";
import type { Store } from "../ports/store.ts";

const logPage = 500;

/** A conversation's log after `seq`, in order, a page at a time. */
export async function* walkLog(
  store: Pick<Store, "readLog">,
  conversationId: string,
  seq = 0,
): AsyncGenerator<LogEntry> {
  for (let after = seq; ;) {
    const entries = await store.readLog(conversationId, after, logPage);
    yield* entries;
    after = entries.at(-1)?.seq ?? after;
    if (entries.length < logPage) return;
  }
}
