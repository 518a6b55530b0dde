import type { APIMessage } from "@discordjs/core";
import { BotError } from "../../../core/errors.ts";
import type { Log } from "../../../ports/log.ts";
import { codeOf, failureOf, wordOf } from "../failure.ts";
import type { Rest } from "../rest.ts";
import { isLater } from "../rooms.ts";
import type { ForumFacts } from "./forum.ts";
import type { Written } from "./written.ts";

/** Message, "Get Channel Messages". */
const page = 100;
const patienceMs = 600_000;
const pauseMs = 5000;

interface Post {
  id: string;
  parent_id?: string | null;
  last_message_id?: string | null;
}

/**
 * What agents wrote in the posts while nobody listened, each post in its
 * order. Resolves when all of it is durable.
 *
 * @throws Error only while the bot closes: then the next start catches it up.
 */
export async function catchUpPosts(parts: {
  channel: string;
  rest: Rest;
  facts: () => Promise<ForumFacts>;
  written: Written;
  take: (message: APIMessage) => Promise<void>;
  /** @throws Error once the bot closes. */
  goOn: () => void;
  log: Log;
  sleep: (ms: number) => { done: Promise<void> };
}): Promise<void> {
  const { channel, rest, facts, written, take, goOn, log, sleep } = parts;
  const ask = <T>(work: Parameters<typeof rest.patiently<T>>[0]) =>
    rest.patiently(work, patienceMs);
  for (;;) {
    goOn();
    try {
      for (const { id, last_message_id: latest } of await posts())
        if (latest && isLater(latest, written.seen(id) ?? id)) await catchUp(id);
      return;
    } catch (error) {
      log.warn({ code: wordOf(error), pauseMs }, "the desk on Discord can't be caught up yet");
      // A forum that is closed to the bot is mended by people: customers don't wait for it.
      const failure = failureOf(error);
      if (failure instanceof BotError && !failure.retryable) return;
      await sleep(pauseMs).done;
    }
  }

  /** Those that are open, and those that were archived last. */
  async function posts(): Promise<Post[]> {
    const { guildId } = await facts();
    const [active, archived] = await Promise.all([
      ask((api) => api.guilds.getActiveThreads(guildId)),
      ask((api) => api.channels.getArchivedThreads(channel, "public", { limit: 100 })),
    ]);
    const all = [...active.threads, ...archived.threads] as Post[];
    return all.filter(({ parent_id: parent }) => parent === channel);
  }

  async function catchUp(thread: string): Promise<void> {
    try {
      for (let after = written.seen(thread) ?? thread; ;) {
        const found = await ask((api) => api.channels.getMessages(thread, { limit: page, after }));
        const inOrder = found.toSorted((a, b) => (isLater(a.id, b.id) ? 1 : -1));
        for (const message of inOrder) await take(message);
        const last = inOrder.at(-1);
        if (!last || found.length < page) return;
        after = last.id;
      }
    } catch (error) {
      if (codeOf(error) !== 10003) throw error;
    }
  }
}
