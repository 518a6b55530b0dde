import { inspectRedis } from "../../adapters/redis/inspect.ts";
import { reasonOf } from "../../adapters/redis/failure.ts";
import { StoreUnsafe } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import type { Finding } from "./finding.ts";

/** Whether Redis can be reached and keeps what it is given. */
export async function examineRedis({
  url,
  acceptUnsafe,
}: {
  url: string;
  acceptUnsafe: boolean;
}): Promise<Finding[]> {
  const dangers: string[] = [];
  const log: Log = {
    info: () => {},
    warn: ({ danger }) => void dangers.push(String(danger)),
    error: () => {},
  };
  const reached = "Redis answers and keeps what it is given";
  try {
    const { isCluster } = await inspectRedis(url, { acceptUnsafe, log });
    const what = isCluster ? `${reached} (a Cluster)` : reached;
    return [{ what }, ...dangers.map((danger) => ({ what: `Taken all the same: ${danger}` }))];
  } catch (error) {
    if (error instanceof StoreUnsafe) return [{ what: reached, fix: error.message }];
    return [
      { what: reached, fix: `look at REDIS_URL and whether Redis runs there: ${reasonOf(error)}` },
    ];
  }
}
