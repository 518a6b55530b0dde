import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainText, type Message } from "../../../src/core/message.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, type DiscordBot } from "../../support/discord-bot.ts";
import { inRoom, locales, openThread } from "../../support/discord-customer.ts";
import { openChat, stoppedClock } from "../../support/shop.ts";
import { stories, type Story } from "../../support/stories.ts";

const clock = stoppedClock();
let server: DiscordServer;
let bot: DiscordBot;

beforeAll(async () => {
  server = await openDiscordServer({ now: () => clock.at });
  bot = await openDiscordBot(server, { clock });
});

afterAll(async () => {
  await bot.close();
  await server.close();
  expect(server.faults).toEqual([]);
});

let people = 0;

/** What the web chat says to the same deeds. */
async function told(story: Story, language: "fr" | "sv"): Promise<string[]> {
  const chat = openChat(language, stoppedClock());
  const said = [...(await chat.send({ type: "started" }))];
  let pictures = 0;
  for (const deed of story.deeds) {
    if ("press" in deed) said.push(...(await chat.press(deed.press)));
    else if ("write" in deed)
      said.push(
        ...(await chat.type(typeof deed.write === "string" ? deed.write : deed.write[language])),
      );
    else
      said.push(
        ...(await chat.send({
          type: "files",
          files: [
            {
              id: `p${++pictures}`,
              sha256: "0",
              type: "image/png",
              sizeBytes: 1,
              name: "screenshot.png",
            },
          ],
        })),
      );
  }
  await chat.store.close();
  return said.map((message) => unnumbered(plainText(beside(message))));
}

/** A receipt comes as a file. */
const beside = (message: Message): Message => ({
  ...message,
  blocks: message.blocks.map((block) =>
    block.type === "document" ? { type: "text", text: block.title } : block,
  ),
});

const unnumbered = (text: string): string => text.replace(/RF-[0-9A-Z]{5}/gu, "RF-?");

describe.each(["fr", "sv"] as const)("in %s", (language) => {
  it.each(stories)(
    "$name comes to its end in a private thread, word for word as in the chat",
    async (story) => {
      const anna = server.user({ username: `anna${++people}`, locale: locales[language] });
      const customer = await openThread(anna, server.support);
      for (const deed of story.deeds) await customer.does(deed, language);
      const { snapshot } = (await bot.store.load(`discord-${anna.id}`)) ?? {};
      expect(snapshot?.context).toMatchObject({ rule: story.rule });
      expect(customer.heard().map(unnumbered)).toEqual(await told(story, language));
    },
  );

  it.each(stories)("$name comes to its end in a direct message", async (story) => {
    const anna = server.user({ username: `anna${++people}`, locale: locales[language] });
    anna.command("refund");
    const customer = await inRoom(anna, anna.dmId);
    for (const deed of story.deeds) await customer.does(deed, language);
    const { snapshot } = (await bot.store.load(`discord-${anna.id}`)) ?? {};
    expect(snapshot?.context).toMatchObject({ rule: story.rule });
  });
});
