import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import type { Language } from "../../../src/core/language.ts";
import { type Bot, startBot } from "../bot.ts";
import type { Person } from "../discord/people.ts";
import { type DiscordServer, openDiscordServer } from "../discord/server.ts";
import { locales } from "../discord-customer.ts";
import type { Group } from "../telegram/groups.ts";
import { openTelegramServer, type TelegramServer } from "../telegram/server.ts";
import { patience } from "./patience.ts";

const forum = -1_001_234;

/** The whole bot on every channel and with every desk, at local servers. Ida is one person at all three desks. */
export interface MixedShop {
  folder: string;
  telegram: TelegramServer;
  group: Group;
  discord: DiscordServer;
  ida: { id: number; firstName: string };
  idaOnDiscord: Person;
  readonly bot: Bot;
  /** As kill -9, and started again at once. */
  kill(): Promise<void>;
  /** Ends it, and says what it did wrong by the platforms' rules. */
  close(): Promise<string[]>;
}

export async function openMixedShop(language: Language): Promise<MixedShop> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-pairs-"));
  const [telegram, discord] = await Promise.all([openTelegramServer(), openDiscordServer()]);
  const ida = { id: 41, firstName: "Ida" };
  const group = telegram.group({ id: forum, forum: true, members: [ida] });
  const roles = [discord.agents];
  const idaOnDiscord = discord.user({ username: "ida", locale: locales[language], roles });
  // The link that the start prints is the first admin's.
  const list = [
    { id: "ida", name: "Ida", role: "admin", telegram: ida.id, discord: idaOnDiscord.id },
  ];
  writeFileSync(join(folder, "agents.json"), JSON.stringify(list));
  const start = () =>
    startBot(folder, {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      TELEGRAM_GROUP_PER_MINUTE: "6000",
      TELEGRAM_CHAT_PER_SECOND: "100",
      DESK_TELEGRAM_CHAT: String(forum),
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_ROOT: discord.api,
      DISCORD_SUPPORT_CHANNEL: discord.support.id,
      DESK_DISCORD_CHANNEL: discord.forum.id,
      DESK_LANGUAGE: language,
      DEFAULT_LANGUAGE: language,
      AGENTS_FILE: join(folder, "agents.json"),
    });
  let bot = await start();
  await discord.gateway.whenConnected();
  await vi.waitFor(() => expect(discord.world.commands.size).toBe(17), patience);

  return {
    folder,
    telegram,
    group,
    discord,
    ida,
    idaOnDiscord,
    get bot() {
      return bot;
    },
    async kill() {
      await bot.stop("SIGKILL");
      bot = await start();
      await discord.gateway.whenConnected();
    },
    async close() {
      await bot.stop("SIGTERM");
      const faults = [...telegram.faults, ...discord.faults];
      await Promise.all([telegram.close(), discord.close()]);
      rmSync(folder, { recursive: true, force: true });
      return faults;
    },
  };
}
