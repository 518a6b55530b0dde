import { expect, it } from "vitest";
import { readMessage } from "../../src/adapters/discord/inbound.ts";
import { conversationOf } from "../../src/adapters/telegram/inbound.ts";

it("the same person, under the same number, has two conversations on Telegram and on Discord", () => {
  const id = "123456789";
  const onDiscord = readMessage(
    {
      id: "1",
      channel_id: "2",
      content: "bonjour",
      author: { id, username: "anna", bot: false },
      attachments: [],
      type: 0,
      timestamp: new Date(0).toISOString(),
    } as never,
    { channelId: "2", userId: id },
  );
  expect(onDiscord?.conversationId).toBe(`discord-${id}`);
  expect(conversationOf(Number(id))).toBe(`telegram-${id}`);
});
