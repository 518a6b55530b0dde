import { existsSync } from "node:fs";
import type { StoreReader } from "../ports/store-reader.ts";
import { readConfig, type Config } from "../config.ts";
import { BotError } from "../core/errors.ts";

/**
 * Looks at the data of `REDIS_URL` or else of `DATA_DIR`, beside a running bot if one runs, and ends
 * with the exit code that `work` gives; with 1 and one clear line where there
 * is nothing to look at.
 */
export async function onData(
  work: (reader: StoreReader, config: Config) => Promise<number>,
): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  try {
    process.exitCode = await lookAt(readConfig(process.env), work);
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    complain(error.message);
    process.exitCode = 1;
  }
}

async function lookAt(
  config: Config,
  work: (reader: StoreReader, config: Config) => Promise<number>,
): Promise<number> {
  const reader = await openReader(config);
  if (!reader) {
    complain(
      `no data of this version in ${config.dataDir}: set DATA_DIR to the bot's folder, or start the bot once, which brings older data up to date`,
    );
    return 1;
  }
  try {
    return await work(reader, config);
  } finally {
    await reader.close();
  }
}

async function openReader({ redis, dataDir }: Config): Promise<StoreReader | undefined> {
  if (redis) return (await import("../adapters/redis/reader.ts")).openRedisReader(redis.url);
  return (await import("../adapters/sqlite/reader.ts")).openSqliteReader(dataDir);
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

export const complain = (line: string): void => void process.stderr.write(`Ombud: ${line}\n`);
