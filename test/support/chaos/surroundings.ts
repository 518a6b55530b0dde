import type { DiscordServer } from "../discord/server.ts";
import type { TestRedis } from "../redis.ts";
import type { TelegramServer } from "../telegram/server.ts";
import type { Bots } from "./bots.ts";
import type { Proxy } from "./proxy.ts";

/** All that a plan can lay hands on. */
export interface Surroundings {
  bots: Bots;
  redis: TestRedis;
  proxy: Proxy;
  telegram: TelegramServer;
  discord: DiscordServer;
  pauseMs: readonly [number, number];
  /** How the ends that were asked for went. */
  exits: { code: number | null; ms: number }[];
  /** Resolves with how it is emptied again. */
  fillDisk: () => Promise<() => Promise<void>>;
  nap: (ms: number) => Promise<void>;
}
