/** `npm run discord-panel`: puts the panel from which conversations begin into DISCORD_SUPPORT_CHANNEL, or brings it up to date. */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { failureOf } from "../adapters/discord/failure.ts";
import { panelOf, putPanel } from "../adapters/discord/panel.ts";
import { createRest } from "../adapters/discord/rest.ts";
import { loadTexts } from "../adapters/i18next/texts.ts";
import { systemClock } from "../adapters/node/clock.ts";
import { readConfig, type Config } from "../config.ts";
import { BotError } from "../core/errors.ts";
import { complain, print } from "./on-data.ts";

const wayOut = "`npm run doctor` says what is missing";

async function post({ discord, defaultLanguage, shopName }: Config): Promise<number> {
  const channelId = discord?.supportChannel;
  if (!discord || channelId === undefined) {
    complain("set DISCORD_BOT_TOKEN and DISCORD_SUPPORT_CHANNEL, the channel for the panel");
    return 1;
  }
  const sleep = (ms: number) => ({ done: delay(ms) });
  const rest = createRest({ ...discord, clock: systemClock, sleep });
  const texts = await loadTexts(fileURLToPath(new URL("../../locales", import.meta.url)));
  const panel = panelOf(texts.in(defaultLanguage), shopName);
  const put = await putPanel(rest, channelId, panel);
  print(`The panel ${put === "new" ? "stands" : "is up to date"} in channel ${channelId}.`);
  return 0;
}

if (existsSync(".env")) process.loadEnvFile(".env");
try {
  process.exitCode = await post(readConfig(process.env));
} catch (error) {
  const failure = failureOf(error);
  if (!(failure instanceof BotError)) throw error;
  complain(failure.code === "bad-config" ? failure.message : `${failure.message}: ${wayOut}`);
  process.exitCode = 1;
}
