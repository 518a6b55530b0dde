import type { LogBody } from "../../core/conversation.ts";
import { StoreUnavailable } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import type { RecordedAssessment, StoreReader } from "../../ports/store-reader.ts";
import { openLink } from "./link.ts";
import { inspectRedis } from "./inspect.ts";
import { shards } from "./keys.ts";
import { openRedisStore } from "./store.ts";

const reachWithinMs = 5000;
const logPage = 500;
const scanCount = "1000";
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Opens the data in a Redis, beside the bots that use it.
 *
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreUnavailable when it can't be reached within seconds.
 */
export async function openRedisReader(url: string): Promise<StoreReader> {
  const signal = AbortSignal.timeout(reachWithinMs);
  const options = { url, acceptUnsafe: true, log: silent };
  const store = await openRedisStore({ ...options, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    throw new StoreUnavailable("be reached: look at REDIS_URL and whether Redis runs", {
      cause: error,
    });
  });
  const { isCluster } = await inspectRedis(url, options);
  const link = openLink(url, isCluster, () => undefined);
  await link.connect();
  return {
    load: (conversationId) => store.load(conversationId),
    findCase: (number) => store.findCase(number),
    readLog: (conversationId, afterSeq, limit) => store.readLog(conversationId, afterSeq, limit),
    listAudit: (query) => store.listAudit(query),
    checkAudit: () => store.checkAudit(),
    async *assessments() {
      for await (const conversationId of conversationIds()) yield* assessedIn(conversationId);
    },
    async close() {
      link.destroy();
      await store.close();
    },
  };

  /** Of every part, each once: Redis may give a key twice while keys come and go. */
  async function* conversationIds(): AsyncGenerator<string> {
    for (const part of shards) {
      const given = new Set<string>();
      const prefix = `${part}:l:`;
      let cursor = "0";
      do {
        const scan = ["SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", scanCount];
        const [next, keys] = (await link.send(prefix, scan)) as [string, string[]];
        for (const key of keys.map((one) => one.slice(prefix.length)))
          if (!given.has(key)) {
            given.add(key);
            yield key;
          }
        cursor = next;
      } while (cursor !== "0");
    }
  }

  async function* assessedIn(conversationId: string): AsyncGenerator<RecordedAssessment> {
    let event: (LogBody & { type: "event" }) | undefined;
    for (let after = 0; ;) {
      const entries = await store.readLog(conversationId, after, logPage);
      for (const { body } of entries) {
        if (body.type === "event") event = body;
        if (body.type === "assessment" && event)
          yield { conversationId, assessment: body.assessment, event };
      }
      if (entries.length < logPage) return;
      after = entries.at(-1)?.seq ?? after;
    }
  }
}
