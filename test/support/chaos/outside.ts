import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DiscordServer } from "../discord/server.ts";
import type { TestRedis } from "../redis.ts";
import { roughWeather } from "../storm/weather.ts";
import type { TelegramServer } from "../telegram/server.ts";

const run = promisify(execFile);

/** The platforms on a bad day; gives how it ends. */
export function badWeather(
  telegram: TelegramServer,
  discord: DiscordServer,
  seed: number,
): () => void {
  const endTelegram = telegram.fault(roughWeather(seed));
  const messages = { method: "POST", route: "/channels/{channel_id}/messages" };
  const planned = [
    { percent: 2, fault: { type: "rate-limit", retryAfterMs: 700 } },
    { percent: 1, fault: { type: "error" } },
    { percent: 1, fault: { type: "bad-gateway" } },
    { percent: 1, fault: { type: "drop" } },
    { percent: 1, fault: { type: "apply-then-drop" } },
    { percent: 0.5, fault: { type: "truncate" } },
    { percent: 0.5, fault: { type: "apply-then-hang" } },
  ] as const;
  for (const [index, plan] of planned.entries())
    discord.fault({ ...messages, ...plan, seed: seed + index });
  return () => {
    endTelegram();
    discord.clearFaults();
  };
}

/** No file of Redis's may grow any more, which is what a full disk is to it. */
export async function fillDisk(redis: TestRedis): Promise<() => Promise<void>> {
  const files = readdirSync(redis.folder, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).size);
  const limit = async (size: string) =>
    void (await run("prlimit", ["--pid", `${redis.pid}`, `--fsize=${size}:unlimited`]));
  await limit(`${Math.max(...sizes)}`);
  // With `appendfsync always` Redis ends where it can't write, and whoever watches over it starts it again.
  return () => limit("unlimited").catch(() => redis.restart());
}
