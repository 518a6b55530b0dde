/** `npm run doctor`: looks at the settings, the data's folder and the platforms, and says of each fault how to mend it. */
import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readCannedAnswers } from "../adapters/files/canned-answers.ts";
import { loadTexts } from "../adapters/i18next/texts.ts";
import { type Config, readConfig } from "../config.ts";
import { BadConfig } from "../core/errors.ts";
import { examineDiscord } from "./doctor/discord.ts";
import { examineEvidence } from "./doctor/evidence.ts";
import type { Finding } from "./doctor/finding.ts";
import { examineRedis } from "./doctor/redis.ts";
import { examineTelegram } from "./doctor/telegram.ts";
import { print } from "./on-data.ts";

async function examine(config: Config): Promise<Finding[]> {
  const texts = await loadTexts(fileURLToPath(new URL("../../locales", import.meta.url)));
  return [
    { what: "The settings can be read" },
    await examineFolder(config.dataDir),
    ...(config.redis ? await examineRedis(config.redis) : []),
    ...(config.cannedAnswers === undefined ? [] : [examineAnswers(config.cannedAnswers)]),
    ...(await examineEvidence(config)),
    ...(config.telegram
      ? await examineTelegram(
          config.telegram,
          config.defaultLanguage,
          texts,
          config.desks.telegramChat,
        )
      : [{ what: "No Telegram: TELEGRAM_BOT_TOKEN is not set" }]),
    ...(config.discord
      ? await examineDiscord(config.discord, texts, config.desks.discordChannel)
      : [{ what: "No Discord: DISCORD_BOT_TOKEN is not set" }]),
  ];
}

/** @throws BadConfig which the doctor tells like the settings' own. */
function examineAnswers(folder: string): Finding {
  readCannedAnswers(folder);
  return { what: `The canned answers in ${folder} can be read in every language` };
}

async function examineFolder(folder: string): Promise<Finding> {
  if (!existsSync(folder)) return { what: `The data will be in ${folder}, which the start makes` };
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { what: `The data is in ${folder}` };
  } catch {
    return {
      what: `The data is in ${folder}`,
      fix: "this user can't write there: give it write access, or set DATA_DIR to another folder",
    };
  }
}

function tell(findings: readonly Finding[]): void {
  for (const { what, fix } of findings)
    print(fix === undefined ? `✓ ${what}` : `✗ ${what}\n  → ${fix}`);
  const faults = findings.filter(({ fix }) => fix !== undefined).length;
  print(faults === 0 ? "All is well." : `${faults} to mend.`);
  process.exitCode = faults === 0 ? 0 : 1;
}

if (existsSync(".env")) process.loadEnvFile(".env");
try {
  tell(await examine(readConfig(process.env)));
} catch (error) {
  if (!(error instanceof BadConfig)) throw error;
  tell(
    error.faults.map((fault) => ({
      what: fault,
      fix: "mend it in .env or the environment; .env.example says what each does",
    })),
  );
}
