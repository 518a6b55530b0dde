import { inspect } from "node:util";
import { afterEach, expect, it } from "vitest";
import { chaos, failing, type Fault } from "../../support/telegram/faults.ts";
import type { Customer } from "../../support/telegram/people.ts";
import { choose, eventually, openBot, picture, question, type TestBot } from "./bot.ts";

/** In the token, and in everything that the customer says or is called. */
const canary = "CANARY7f3a";
const token = `123456789:AA${canary}-and-what-makes-it-long`;

let bot: TestBot;
const thrown: unknown[] = [];
const keep = (error: unknown) => void thrown.push(error);

afterEach(async () => {
  process.off("unhandledRejection", keep);
  const { faults } = bot.server;
  await bot.close();
  // Its own sends go beside the lanes, which alone keep a pause.
  expect(faults).toEqual([]);
});

/** An error with all that hangs on it. */
const told = (error: unknown): string => inspect(error, { depth: 12, showHidden: true });

const every: Fault[] = [
  { type: "429", retryAfter: 1 },
  { type: "500" },
  { type: "502" },
  { type: "drop" },
  { type: "apply-then-drop" },
  { type: "apply-then-truncate" },
  { type: "409" },
  { type: "401" },
  { type: "refuse", status: 400, description: `Bad Request: can't parse entities: ${canary}` },
  { type: "refuse", status: 400, description: `Bad Request: ${canary}` },
  { type: "body", status: 500, text: `<p>${canary}</p>` },
];

async function speak(anna: Customer): Promise<void> {
  for (const text of [
    canary,
    `order ${canary}`,
    "48213",
    `/start ${canary}`,
    "/human",
    `<3 ${canary}`,
  ]) {
    const said = anna.text(text);
    anna.edit(said, `${text}!`);
  }
  anna.photo(picture, { caption: canary });
  anna.document(Buffer.from(canary), { fileName: `${canary}.png` });
  anna.pressOld(1, `3:${canary}`);
  anna.contact("+46701234567", canary);
  await bot.allTaken();
}

it.each([false, true])(
  "neither the token nor a customer’s word is in a log or an error, whatever fails (webhook: %s)",
  async (webhook) => {
    process.on("unhandledRejection", keep);
    bot = await openBot({ webhook, server: { token } });
    const anna = bot.server.user({
      id: 7,
      firstName: canary,
      username: canary,
      languageCode: "en",
    });
    await choose(anna, "drop");
    for (const fault of every) {
      for (const method of [
        "sendMessage",
        "getUpdates",
        "getFile",
        "answerCallbackQuery",
        "editMessageText",
        "editMessageReplyMarkup",
      ])
        bot.server.fault(failing(method, fault));
      anna.text(canary);
      bot.clock.pass(100_000);
      await bot.channel
        .send({
          id: "telegram-7:1:0",
          conversationId: "telegram-7",
          channel: "telegram",
          address: "7",
          seq: 1,
          message: { language: "en", blocks: [{ type: "text", text: canary }], choices: [] },
          attempts: 1,
          uncertain: false,
        })
        .catch(keep);
      await bot.channel.files?.fetch({ ref: canary, name: canary }).catch(keep);
    }
    const end = bot.server.fault(chaos(1, { oneIn: 3, faults: every, methods: /./u }));
    const spoken = speak(anna);
    const passing = setInterval(() => bot.clock.pass(20_000), 20);
    await spoken.finally(() => end());
    bot.faults.storeIsDown = true;
    anna.text(canary);
    await eventually(() => bot.logged.join("")).toContain("store-unavailable");
    bot.faults.storeIsDown = false;
    anna.text(canary);
    await question(anna);
    await bot.allTaken();
    clearInterval(passing);
    await bot.stop();
    await bot.start();

    expect(bot.logged.length).toBeGreaterThan(every.length);
    expect(thrown.length).toBeGreaterThan(every.length);
    expect(bot.logged.filter((line) => line.includes(canary))).toEqual([]);
    expect(thrown.map(told).filter((text) => text.includes(canary))).toEqual([]);
    thrown.length = 0;
  },
);
