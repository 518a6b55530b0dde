import { randomUUID } from "node:crypto";
import type { Client } from "./client.ts";
import { openClient, optionsOf } from "./link.ts";
import { changesChannel } from "./keys.ts";

/** What is committed in this time is told together. */
const tellAfterMs = 5;
const longestPauseMs = 1000;
/** A server that is silent for so long is left. */
const socketTimeoutMs = 3000;
const pingEveryMs = 1000;

/** Word of commits between processes, at most once: nothing rests on it but how soon a change is noticed. */
export interface Changes {
  /** `waits`: something may be due there before others look again by themselves. */
  tell(conversationId: string, waits: boolean): void;
  close(): Promise<void>;
}

/** Conversations that were changed, by whether something may be due there. */
interface Heard {
  waiting: readonly string[];
  others: readonly string[];
}

/** `heard` gets the conversations that another process has changed; undefined where word may have been lost. */
export async function openChanges(
  address: string,
  client: Client,
  heard: (changed: Heard | undefined) => void,
): Promise<Changes> {
  const self = randomUUID();
  let told = new Map<string, boolean>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const { socket, ...options } = optionsOf(address);
  const subscriber = openClient({
    ...options,
    pingInterval: pingEveryMs,
    socket: {
      ...socket,
      socketTimeout: socketTimeoutMs,
      reconnectStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 5), longestPauseMs),
    },
  });
  // It connects again by itself; the store's own connection says what is wrong.
  subscriber.on("error", () => undefined);
  await subscriber.connect();
  await subscriber.subscribe(changesChannel, (message) => {
    const { from, ...changed } = JSON.parse(message) as Heard & { from: string };
    if (from !== self) heard(changed);
  });
  subscriber.on("ready", () => heard(undefined));

  async function publish(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (told.size === 0) return;
    const telling = told;
    told = new Map();
    const of = (wanted: boolean) =>
      [...telling].flatMap(([id, waits]) => (waits === wanted ? [id] : []));
    const message = JSON.stringify({ from: self, waiting: of(true), others: of(false) });
    try {
      await client.send("tell of a commit", changesChannel, ["PUBLISH", changesChannel, message]);
    } catch {
      for (const [id, waits] of telling) note(id, waits);
      if (!closed) timer ??= setTimeout(() => void publish(), longestPauseMs).unref();
    }
  }

  const note = (id: string, waits: boolean) => told.set(id, waits || (told.get(id) ?? false));

  return {
    tell(conversationId, waits) {
      note(conversationId, waits);
      timer ??= setTimeout(() => void publish(), tellAfterMs).unref();
    },
    async close() {
      closed = true;
      await publish();
      clearTimeout(timer);
      subscriber.destroy();
    },
  };
}
