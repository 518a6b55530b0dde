import { afterEach, describe, expect, it } from "vitest";
import { library } from "../../support/shop.ts";
import { failing } from "../../support/telegram/faults.ts";
import type { Customer } from "../../support/telegram/people.ts";
import {
  type BotOptions,
  choose,
  eventually,
  mistakes,
  none,
  openBot,
  picture,
  pressChoice,
  question,
  type TestBot,
} from "./bot.ts";

let bot: TestBot;
afterEach(async () => {
  const { server } = bot;
  await bot.close();
  expect(mistakes(server)).toEqual(none);
});

const sentences = (["fr", "sv", "en"] as const).map((one) => library.in(one).text("chat:outage"));
const [french, swedish, english] = sentences;

/** What they were told of an outage. */
const told = ({ chat }: Customer) =>
  chat.messages.map(({ text }) => text).filter((text) => sentences.includes(text));

const failures = () =>
  bot.logged.filter((line) => /no updates|can't be taken now/u.test(line)).length;

/** Once more than before: nothing that is sent at a failure goes out later than the next one. */
async function failAgain(times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    const before = failures();
    bot.clock.pass(3000);
    await eventually(failures).toBeGreaterThan(before);
  }
}

const rolesLost = () => bot.logged.filter((line) => line.includes("has the role, or")).length;

async function open(options: BotOptions = {}) {
  bot = await openBot(options);
  const person = (id: number, languageCode: string) => bot.server.user({ id, languageCode });
  const [anna, björn] = [person(7, "fr-CA"), person(8, "sv")];
  for (const one of [anna, björn]) await choose(one, "drop");
  await bot.allTaken();
  return { anna, björn };
}

describe.each([
  ["asked for", {}],
  ["asked for by one process of several", { lead: true }],
  ["brought", { webhook: true }],
])("while the store is away and updates are %s, a customer who writes", (_, options) => {
  it("is told once in their language that the message is here, and answered when it is back", async () => {
    const { anna, björn } = await open(options);
    bot.faults.storeIsDown = true;
    anna.text("48213");
    await eventually(failures).toBeGreaterThan(0);
    expect(told(anna)).toEqual([]);
    await failAgain(4);
    await eventually(() => told(anna)).toEqual([french]);
    björn.photo(picture);
    await eventually(() => told(björn)).toEqual([swedish]);
    anna.text("?");
    await failAgain(3);
    bot.faults.storeIsDown = false;
    bot.clock.pass(60_000);
    await question(anna, library.in("fr").text("bot:question.progress.ask").slice(0, 10));
    await bot.allTaken();
    expect([told(anna), told(björn)]).toEqual([[french], [swedish]]);
  });
});

describe("while the store is away", () => {
  it("nobody hears of a hiccup, and whoever was told is told of the next outage", async () => {
    const { anna } = await open();
    const outage = async (times: number) => {
      bot.faults.storeIsDown = true;
      anna.text("48213");
      await failAgain(times);
      bot.faults.storeIsDown = false;
      bot.clock.pass(5000);
      await bot.allTaken();
    };
    await outage(1);
    expect(told(anna)).toEqual([]);
    await outage(4);
    await outage(4);
    expect(told(anna)).toEqual([french, french]);
  });

  it("a process that sees another asking for updates asks no more, and again when it may", async () => {
    const { anna } = await open({ lead: true });
    bot.faults.storeIsDown = true;
    anna.text("48213");
    await failAgain(4);
    expect(rolesLost()).toBe(0);
    const end = bot.server.fault(failing("getUpdates", { type: "409" }));
    await failAgain();
    await eventually(() => bot.clock.pass(3000) ?? rolesLost()).toBe(1);
    end();
    bot.faults.storeIsDown = false;
    bot.clock.pass(3000);
    await question(anna, library.in("fr").text("bot:question.progress.ask").slice(0, 10));
  });

  it("a press and a block are answered by no message", async () => {
    const { anna, björn } = await open();
    const order = bot.server.user({ id: 7 }).chat.messages.findLast(({ buttons }) => buttons[0]);
    bot.faults.storeIsDown = true;
    const press = order && pressChoice(anna, order, "orderNumber:unknown");
    await press?.answered;
    björn.block();
    await failAgain(4);
    expect([told(anna), told(björn)]).toEqual([[], []]);
    björn.unblock();
  });

  it("a chat that Telegram asks to be left alone is left alone", async () => {
    const { anna, björn } = await open();
    const end = bot.server.fault(({ method, chatId }) =>
      chatId === 7 && method === "sendMessage" ? { type: "429", retryAfter: 30 } : undefined,
    );
    anna.text("48213");
    await bot.server.waitForCall(({ chatId, outcome }) => chatId === 7 && outcome === "429");
    end();
    bot.faults.storeIsDown = true;
    anna.text("?");
    björn.text("48213");
    await failAgain(3);
    await eventually(() => told(björn)).toEqual([swedish]);
    expect(told(anna)).toEqual([]);
    bot.clock.pass(40_000);
  });

  it("whose language is not spoken is told in the shop’s", async () => {
    await open();
    const chen = bot.server.user({ id: 9, languageCode: "zh" });
    bot.faults.storeIsDown = true;
    chen.start();
    await failAgain(4);
    await eventually(() => told(chen)).toEqual([english]);
  });

  it("a Telegram that does not take the sentence stops nothing", async () => {
    const { anna } = await open();
    bot.faults.storeIsDown = true;
    const end = bot.server.fault(({ method }) =>
      method === "sendMessage" ? { type: "500" } : undefined,
    );
    anna.text("48213");
    await failAgain(4);
    end();
    bot.faults.storeIsDown = false;
    bot.clock.pass(60_000);
    await question(anna, library.in("fr").text("bot:question.progress.ask").slice(0, 10));
    expect(told(anna)).toEqual([]);
  });
});
