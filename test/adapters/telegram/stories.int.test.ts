import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { stories } from "../../support/stories.ts";
import { openTelegramBot } from "../../support/telegram-chat.ts";

const languages = ["fr", "sv"] as const;

describe.each(["polling", "webhook"] as const)("on Telegram by %s", (way) => {
  let bot: Awaited<ReturnType<typeof openTelegramBot>>;
  beforeAll(async () => {
    bot = await openTelegramBot(way);
  });
  afterAll(() => bot.close());

  describe.each(languages)("in %s", (language) => {
    it.each(stories.map((story) => [story.name, story] as const))(
      "%s comes to its end",
      { timeout: 120_000 },
      async (_, { deeds, rule }) => {
        const chat = bot.newChat(language);
        await chat.send({ type: "started" });
        for (const deed of deeds) {
          if ("press" in deed) await chat.press(deed.press);
          else if ("picture" in deed) await chat.send({ type: "files", files: [] });
          else {
            const text = typeof deed.write === "string" ? deed.write : deed.write[language];
            await chat.send({ type: "text", text });
          }
        }
        const conversation = await bot.store.load(chat.conversationId);
        const context = conversation?.snapshot.context as RefundContext;
        expect(context.misses).toBe(0);
        expect(context.assessment?.rule).toBe(rule);
        expect(conversation?.language).toBe(language);
        expect(bot.server.faults).toEqual([]);
      },
    );
  });
});
