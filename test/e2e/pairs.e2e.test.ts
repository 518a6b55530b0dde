import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserFault, openBrowser } from "../support/browser.ts";
import { atConsole } from "../support/pairs/at-console.ts";
import { atDiscord } from "../support/pairs/at-discord.ts";
import { atTelegram } from "../support/pairs/at-telegram.ts";
import { type AnyCustomer, onDiscord, onTelegram, onTheWeb } from "../support/pairs/customers.ts";
import { type MixedShop, openMixedShop } from "../support/pairs/mixed-shop.ts";
import { patience } from "../support/pairs/patience.ts";
import { library } from "../support/shop.ts";

const fault = await browserFault();
/** Where screenshots are kept for a look; nowhere unless asked for. */
const shots = process.env["SHOTS"];
const channels = ["the live chat", "Telegram", "Discord"] as const;
const desks = ["the console", "a Telegram group", "a Discord forum"] as const;
const pairs = channels.flatMap((channel) => desks.map((desk) => ({ channel, desk })));

const words = {
  fr: {
    hello: "Bonjour, je regarde votre commande.",
    better: "Bonjour, je regarde votre commande 48213.",
    look: "Voici ce que nous voyons.",
    thanks: "Merci, ils sont partis lundi",
    tuesday: "Merci, ils sont partis mardi",
    reasons: "Le compteur est revenu à 1 000 le 3 mars : rien ne manque.",
  },
  sv: {
    hello: "Hej, jag tittar på din order.",
    better: "Hej, jag tittar på din order 48213.",
    look: "Så här ser det ut hos oss.",
    thanks: "Tack, de försvann i måndags",
    tuesday: "Tack, de försvann i tisdags",
    reasons: "Räknaren var tillbaka på 1 000 den 3 mars, så ingenting saknas.",
  },
} as const;
const link = "instagram.com/anna.lind";

describe.skipIf(fault !== undefined).each(["fr", "sv"] as const)("in %s", (language) => {
  const texts = library.in(language);
  const own = words[language];
  let shop: MixedShop;
  let browser: Browser;
  let console_: Page;
  let people = 0;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openMixedShop(language), openBrowser()]);
    const context = await browser.newContext({
      locale: language,
      viewport: { width: 1440, height: 900 },
    });
    console_ = await context.newPage();
    await console_.goto(shop.bot.consoleLink);
  });
  afterAll(async () => {
    await browser?.close();
    expect(await shop?.close()).toEqual([]);
  });

  function arrive(channel: (typeof channels)[number]): Promise<AnyCustomer> {
    people++;
    if (channel === "the live chat") return onTheWeb(browser, shop.bot.url, language);
    if (channel === "Telegram") return onTelegram(shop.telegram, 1000 + people, language);
    return onDiscord(shop.discord, `anna${people}`, language);
  }
  const reads = (screen: Pick<AnyCustomer, "screen">, text: string) =>
    expect.poll(() => screen.screen(), patience).toContain(text);

  it.each(pairs)("a customer of $channel and an agent at $desk", async ({ channel, desk }) => {
    const customer = await arrive(channel);
    const number = await customer.askForPerson();
    // The card is at every desk.
    const [console, topic, post] = await Promise.all([
      atConsole(console_, shop.bot.url, number),
      atTelegram(shop, { number, language }),
      atDiscord(shop, number),
    ]);
    const hands = { "the console": console, "a Telegram group": topic, "a Discord forum": post };
    const agent = hands[desk];
    await agent.take();
    for (const hand of Object.values(hands)) await reads(hand, "Ida");

    await agent.says(own.hello);
    await reads(customer, own.hello);
    await agent.rewords(own.better);
    await reads(customer, own.better);
    expect(await customer.screen()).not.toContain(own.hello);
    await agent.sendsPicture(own.look);
    await reads(customer, own.look);
    await expect.poll(() => customer.pictures(), patience).toBe(1);

    await customer.says(own.thanks);
    await reads(agent, own.thanks);
    if (customer.rewords) {
      await customer.rewords(own.tuesday);
      await reads(agent, own.tuesday);
    }
    await customer.sendsPicture();
    await expect.poll(() => agent.pictures(), patience).toBe(1);

    await agent.asksForLink();
    await reads(customer, texts.text("bot:wanted.profileLink", { name: "Ida" }));
    await customer.says(link);
    await reads(agent, link);
    await keep(`${language}-${desk}-${channel}`, (path) =>
      console_.screenshot({ path: `${path}.png`, fullPage: true }),
    );

    const preview = await agent.decides(own.reasons);
    await reads(customer, own.reasons);
    const update = await customer.screen();
    for (const part of [
      texts.text("bot:decision.heading", { number }),
      texts.text("bot:decision.noRefund.summary"),
      own.reasons,
      texts.text("policy:clause.3.title"),
      texts.text("bot:decision.contest"),
    ]) {
      expect(preview).toContain(part);
      expect(update).toContain(part);
    }
    for (const hand of Object.values(hands))
      await reads(hand, texts.text("console:outcome.noRefund"));

    // Once told, the decision has given the thread back.
    await agent.take();
    await agent.closes();
    await customer.press(`satisfaction:good:${number}`);
    await reads(customer, texts.text("bot:satisfaction.kept"));
    await keep(`${language}-${desk}-${channel}-customer`, async (path) => {
      await customer.shoot(path);
      const screens = await Promise.all([customer, topic, post].map((one) => one.screen()));
      writeFileSync(`${path}.txt`, screens.join("\n\n=====\n"));
    });
    await customer.close();
  });
});

async function keep(name: string, shoot: (path: string) => Promise<unknown>): Promise<void> {
  if (shots) await shoot(join(shots, name.replace(/\W/gu, "-")));
}
