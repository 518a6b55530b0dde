import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBot } from "../support/bot.ts";
import { openProxy } from "../support/chaos/proxy.ts";
import { openDiscordServer, type DiscordServer } from "../support/discord/server.ts";
import { redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { type Plant, planted } from "../support/storm/plants.ts";
import { openTelegramServer, type TelegramServer } from "../support/telegram/server.ts";

/** More than a start waits for. */
const answers = 24;
const giveUpAfterMs = 120_000;

/** A start that fails when Telegram is opened already. */
const failsHalfWay: Plant = {
  file: "adapters/discord/rooms.ts",
  edits: [["  await refresh();\n", '  throw new TypeError("planted");\n']],
};

describe.skipIf(await redisFault())("the start on a Redis, with every platform", () => {
  let folder: string;
  let redis: TestRedis;
  let telegram: TelegramServer;
  let discord: DiscordServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ombud-start-"));
    redis = await startRedis();
    telegram = await openTelegramServer();
    discord = await openDiscordServer();
  });
  afterAll(async () => {
    await telegram.close();
    await discord.close();
    await redis.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = (url: string) => ({
    REDIS_URL: url,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.url,
    DISCORD_BOT_TOKEN: discord.token,
    DISCORD_API_ROOT: discord.api,
    DISCORD_SUPPORT_CHANNEL: discord.support.id,
    LOG_LEVEL: "silent",
    NODE_COMPILE_CACHE: join(folder, "compiled"),
  });

  it(
    "serves and ends cleanly at whichever of Redis's answers the connection breaks",
    async () => {
      const left = Array.from({ length: answers }, (_, index) => index + 1);
      const oneAfterAnother = async () => {
        for (let answer = left.shift(); answer !== undefined; answer = left.shift()) {
          const proxy = await openProxy(redis.socket);
          proxy.loseAnswer(answer, "break");
          const bot = await startBot(folder, settings(proxy.url));
          expect((await fetch(`${bot.url}/`)).status).toBe(200);
          expect(await bot.stop("SIGTERM"), `answer ${answer}`).toBe(0);
          await proxy.close();
        }
      };
      await Promise.all([oneAfterAnother(), oneAfterAnother(), oneAfterAnother()]);
    },
    giveUpAfterMs,
  );

  it(
    "ends where it fails half-way, and says why",
    async () => {
      let ended: Promise<unknown[]> | undefined;
      const starting = startBot(
        folder,
        { ...settings(`unix://${redis.socket}`), ...planted(failsHalfWay) },
        { begun: (process) => (ended = once(process, "exit")) },
      );
      await expect(starting).rejects.toThrow("TypeError: planted");
      expect(await ended).toEqual([1, null]);
    },
    giveUpAfterMs,
  );
});
