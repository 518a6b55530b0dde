import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goldenFolder, transcribe, transcripts, waysToRules } from "../../support/golden.ts";
import { openTelegramBot } from "../../support/telegram-chat.ts";

/** Each row once, every other one in Swedish: the words of the rest are the same texts. */
const told = transcripts
  .filter(({ language }) => language !== "en")
  .filter(({ language }, index) => (language === "fr") === index % 4 < 2);

/** Every conversation of one store has a case number of its own. */
const numberless = (text: string) => text.replace(/RF-[\dA-Z]{5}/gu, "RF-…");

describe("on Telegram", () => {
  const ways = waysToRules();
  let bot: Awaited<ReturnType<typeof openTelegramBot>>;
  beforeAll(async () => {
    bot = await openTelegramBot();
  });
  afterAll(() => bot.close());

  it.concurrent.each(told)(
    "$file is what customers read",
    { timeout: 120_000 },
    async (transcript) => {
      const stands = readFileSync(join(goldenFolder, transcript.file), "utf8");
      const is = await transcribe(transcript, ways.get(transcript.rule) ?? [], bot.newChat);
      expect(numberless(is)).toBe(numberless(stands));
      expect(bot.server.faults).toEqual([]);
    },
  );
});
