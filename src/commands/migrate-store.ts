/** `npm run migrate-store`: moves everything from the database in `DATA_DIR` into the Redis of `REDIS_URL`, while no bot runs. */
import { existsSync } from "node:fs";
import { systemClock } from "../adapters/node/clock.ts";
import { createLog } from "../adapters/pino/log.ts";
import { openRedisTarget } from "../adapters/redis/target.ts";
import { openSqliteSource } from "../adapters/sqlite/source.ts";
import { readConfig, type Config } from "../config.ts";
import { BotError } from "../core/errors.ts";
import type { Tell } from "./migrate/compare.ts";
import { moveStore, type Moved } from "./migrate/move.ts";
import { complain, print } from "./on-data.ts";

const tellEveryMs = 1000;

async function migrate({ redis, dataDir, logLevel }: Config): Promise<number> {
  if (!redis) {
    complain("REDIS_URL is not set: it says where the data is to go");
    return 1;
  }
  using closing = new DisposableStack();
  const source = openSqliteSource(dataDir);
  if (!source) {
    complain(`there is nothing to move in ${dataDir}: set DATA_DIR to the bot's folder`);
    return 1;
  }
  closing.defer(() => source.close());
  const target = await openRedisTarget({ ...redis, log: createLog(logLevel) });
  try {
    const moved = await moveStore(source, target, {
      now: () => systemClock.now(),
      tell: nowAndThen(),
    });
    return say(moved, dataDir);
  } finally {
    await target.close();
  }
}

function say(moved: Moved, dataDir: string): number {
  if (moved.outcome === "different") {
    for (const { what, there, here } of moved.differences)
      complain(`${what}: ${JSON.stringify(there)} in SQLite, ${JSON.stringify(here)} in Redis`);
    complain(
      `the two differ, so no bot starts on that Redis; ${dataDir} is as it was: remove moved-to-redis.json there to go on with it, empty that Redis, and report this`,
    );
    return 1;
  }
  print(
    moved.outcome === "movedBefore"
      ? `The data of ${dataDir} was moved into this Redis before; nothing was changed.`
      : `Moved and compared: ${moved.conversations} conversations with ${moved.logEntries} log entries are in Redis as they were in SQLite. Start the bot with REDIS_URL; ${dataDir}/ombud.sqlite stays as it is.`,
  );
  return 0;
}

function nowAndThen(): Tell {
  let toldAt = performance.now();
  return (what, done, of) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    print(`${done} of ${of} ${what}`);
  };
}

if (existsSync(".env")) process.loadEnvFile(".env");
try {
  process.exitCode = await migrate(readConfig(process.env));
} catch (error) {
  if (!(error instanceof BotError)) throw error;
  complain(error.message);
  process.exitCode = 1;
}
