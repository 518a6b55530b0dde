import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { type Client, optionsOf } from "./client.ts";
import { changesChannel } from "./keys.ts";

/** What is committed in this time is told together. */
const tellAfterMs = 5;
const longestPauseMs = 1000;
/** A server that is silent for so long is left. */
const socketTimeoutMs = 3000;
const pingEveryMs = 1000;

/** Word of commits between processes, at most once: nothing rests on it but how soon a change is noticed. */
export interface Changes {
  tell(conversationId: string): void;
  close(): Promise<void>;
}

/** `heard` gets the conversations that another process has changed; none where word may have been lost. */
export async function openChanges(
  address: string,
  client: Client,
  heard: (conversationIds: readonly string[]) => void,
): Promise<Changes> {
  const self = randomUUID();
  let told = new Set<string>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const { socket, ...options } = optionsOf(address);
  const subscriber = createClient({
    ...options,
    pingInterval: pingEveryMs,
    socket: {
      ...socket,
      socketTimeout: socketTimeoutMs,
      reconnectStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 5), longestPauseMs),
    } as object,
  });
  // It connects again by itself; the store's own connection says what is wrong.
  subscriber.on("error", () => undefined);
  await subscriber.connect();
  await subscriber.subscribe(changesChannel, (message) => {
    const [from, ...conversationIds] = message.split(" ");
    if (from !== self) heard(conversationIds);
  });
  subscriber.on("ready", () => heard([]));

  async function publish(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (told.size === 0) return;
    const telling = told;
    told = new Set();
    const message = [self, ...telling].join(" ");
    try {
      await client.send("tell of a commit", changesChannel, ["PUBLISH", changesChannel, message]);
    } catch {
      for (const id of telling) told.add(id);
      if (!closed) timer ??= setTimeout(() => void publish(), longestPauseMs).unref();
    }
  }

  return {
    tell(conversationId) {
      told.add(conversationId);
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
