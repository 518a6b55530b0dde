import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { openThread } from "../support/discord-customer.ts";
import type { Person } from "../support/discord/people.ts";
import { type DiscordServer, openDiscordServer } from "../support/discord/server.ts";
import { redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { library } from "../support/shop.ts";
import { isSign } from "../support/signs.ts";
import type { Customer } from "../support/telegram/people.ts";
import { openTelegramServer, type TelegramServer } from "../support/telegram/server.ts";

/** Longer than a role outlives the process that has it, so that nobody may know whose it is. */
const awayMs = 9000;
const patienceMs = 30_000;
const patiently = { timeout: patienceMs, interval: 100 };

describe.skipIf(await redisFault())("a Redis that is gone for a while, under two bots", () => {
  const folder = mkdtempSync(join(tmpdir(), "ombud-redis-outage-"));
  const bots: Bot[] = [];
  let redis: TestRedis;
  let telegram: TelegramServer;
  let discord: DiscordServer;
  let anna: Customer;
  let björn: Person;
  let place: string;

  beforeAll(async () => {
    [redis, telegram, discord] = await Promise.all([
      startRedis(),
      openTelegramServer(),
      openDiscordServer(),
    ]);
    const settings = {
      REDIS_URL: redis.url,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_ROOT: discord.api,
      DISCORD_SUPPORT_CHANNEL: discord.support.id,
      DEFAULT_LANGUAGE: "en",
    };
    for (let bot = 0; bot < 2; bot++) bots.push(await startBot(folder, settings));
    await discord.gateway.whenConnected(1, patienceMs);
    anna = telegram.user({ id: 5001, languageCode: "sv" });
    björn = discord.user({ username: "bjorn" });
    anna.start();
    await anna.waitForMessage(({ buttons }) => buttons.length > 0, patienceMs);
    ({ place } = await openThread(björn, discord.support));
  }, 90_000);

  afterAll(async () => {
    await Promise.all(bots.map((bot) => bot.stop("SIGKILL")));
    await telegram?.close();
    await discord?.close();
    await redis?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const toldAnna = () => anna.chat.messages.map(({ text }) => text).filter(isSign);
  const toldBjörn = () =>
    björn
      .messages(place)
      .map(({ content }) => content)
      .filter(isSign);
  const answersTo = (of: "telegram" | "discord") =>
    of === "telegram"
      ? anna.chat.messages.filter(({ text, isFromBot }) => isFromBot && !isSign(text)).length
      : björn.messages(place).filter(({ content, fromBot }) => fromBot && !isSign(content)).length;

  it("is told of once to each who writes, however late, and all are answered when it is back; a second time, too", async () => {
    for (const times of [1, 2]) {
      const before = [answersTo("telegram"), answersTo("discord")] as const;
      await redis.kill();
      await delay(awayMs);
      anna.text("hej");
      björn.text(place, "hello");
      await expect.poll(() => toldAnna().length, patiently).toBe(times);
      await expect.poll(() => toldBjörn().length, patiently).toBe(times);
      anna.text("är någon där?");
      await delay(3000);
      await redis.restart();
      await expect.poll(() => answersTo("telegram"), patiently).toBeGreaterThan(before[0]);
      await expect.poll(() => answersTo("discord"), patiently).toBeGreaterThan(before[1]);
      await expect.poll(() => telegram.world.updates.size, patiently).toBe(0);
    }
    expect(toldAnna()).toEqual(Array(2).fill(library.in("sv").text("chat:outage")));
    expect(toldBjörn()).toEqual(Array(2).fill(library.in("en").text("chat:outage")));
    expect([telegram.faults, discord.faults]).toEqual([[], []]);
    for (const bot of bots) expect(await bot.stop("SIGTERM")).toBe(0);
  }, 150_000);
});
