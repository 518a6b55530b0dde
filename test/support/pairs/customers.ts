import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { plain } from "../../../src/adapters/discord/markdown.ts";
import type { Language } from "../../../src/core/language.ts";
import { locales, openThread } from "../discord-customer.ts";
import type { DiscordServer } from "../discord/server.ts";
import type { TelegramServer } from "../telegram/server.ts";
import { patience } from "./patience.ts";

/** A customer on some channel, as far as an agent is concerned. */
export interface AnyCustomer {
  /** Asks for a person; resolves with the number of the case. */
  askForPerson(): Promise<string>;
  says(text: string): Promise<void>;
  sendsPicture(): Promise<void>;
  /** Other words for what they said last; absent where nobody can change what they said. */
  rewords?(text: string): Promise<void>;
  /** All that the shop has said to them, as it stands there now. */
  screen(): Promise<string>;
  /** Pictures from the shop. */
  pictures(): Promise<number>;
  /** Presses a button, once it is there. */
  press(choice: string): Promise<void>;
  /** Keeps a picture of what they see, where there is a page. */
  shoot(path: string): Promise<void>;
  close(): Promise<void>;
}

const screenshot = fileURLToPath(new URL("../../fixtures/files/screenshot.png", import.meta.url));
export const picture = readFileSync(screenshot);

const numberIn = (text: string): string => /RF-[A-Z0-9]{5}/u.exec(text)?.[0] ?? "";

async function numberOn({ screen }: Pick<AnyCustomer, "screen">): Promise<string> {
  await expect.poll(async () => numberIn(await screen()), patience).not.toBe("");
  return numberIn(await screen());
}

/** At the live chat, on a phone. */
export async function onTheWeb(
  browser: Browser,
  url: string,
  language: Language,
): Promise<AnyCustomer> {
  const context = await browser.newContext({
    locale: language,
    viewport: { width: 390, height: 844 },
  });
  const page = await context.newPage();
  await page.goto(`${url}/`);
  const customer: AnyCustomer = {
    async askForPerson() {
      await customer.press("topic:human");
      return numberOn(customer);
    },
    async says(text) {
      await page.locator("#text").fill(text);
      await page.locator("#text").press("Enter");
    },
    async sendsPicture() {
      await page.locator("#file").setInputFiles(screenshot);
      await page.locator('.tray [role="status"]').waitFor({ state: "attached" });
      await page.locator("#send").click();
      await page.locator(".customer .files img").last().waitFor();
    },
    screen: async () =>
      (await page.locator("#log article:not(.customer)").allInnerTexts()).join("\n"),
    pictures: async () =>
      page.evaluate(
        `[...document.querySelectorAll("#log .agent .files img")].filter((one) => one.naturalWidth > 0).length`,
      ),
    press: (choice) => page.locator(`[data-choice='${choice}']`).last().click(),
    shoot: async (path) => void (await page.screenshot({ path: `${path}.png` })),
    close: () => context.close(),
  };
  return customer;
}

export async function onTelegram(
  server: TelegramServer,
  id: number,
  language: Language,
): Promise<AnyCustomer> {
  const person = server.user({ id, languageCode: language });
  const fromShop = () => person.chat.messages.filter(({ isFromBot }) => isFromBot);
  const ending = (choice: string) =>
    fromShop()
      .flatMap((message) => message.buttons.map(({ data = "" }) => ({ message, data })))
      .findLast(({ data }) => data.endsWith(`:${choice}`));
  let said = 0;
  person.start();
  await person.waitForMessage(({ buttons }) => buttons.length > 0, patience.timeout);
  const customer: AnyCustomer = {
    async askForPerson() {
      person.command("human");
      return numberOn(customer);
    },
    says: async (text) => void (said = person.text(text).message_id),
    sendsPicture: async () => void person.photo(picture),
    rewords: async (text) => void person.edit(said, text),
    screen: async () =>
      fromShop()
        .map(({ text }) => text)
        .join("\n"),
    pictures: async () => fromShop().filter(({ file }) => file?.kind === "photo").length,
    async press(choice) {
      await expect.poll(() => ending(choice) !== undefined, patience).toBe(true);
      const found = ending(choice);
      if (found) person.press(found.message, found.data);
    },
    shoot: async () => {},
    close: async () => {},
  };
  return customer;
}

export async function onDiscord(
  server: DiscordServer,
  name: string,
  language: Language,
): Promise<AnyCustomer> {
  const person = server.user({ username: name, locale: locales[language] });
  const { place } = await openThread(person, server.support);
  const fromShop = () =>
    person.messages(place).filter(({ fromBot, ephemeral }) => fromBot && !ephemeral);
  const ending = (choice: string) =>
    fromShop()
      .flatMap(({ id, buttons }) => buttons.map((button) => ({ id, ...button })))
      .findLast(({ customId, disabled }) => !disabled && customId?.endsWith(`:${choice}`));
  let said = "";
  const customer: AnyCustomer = {
    async askForPerson() {
      person.command("human", {}, place);
      return numberOn(customer);
    },
    says: async (text) => void (said = person.text(place, text).id),
    sendsPicture: async () =>
      void person.text(place, "", { files: [{ name: "bild.png", bytes: picture }] }),
    rewords: async (text) => void person.edit(said, text),
    screen: async () =>
      fromShop()
        .map(({ content, embeds }) => plain([content, JSON.stringify(embeds)].join("\n")))
        .join("\n"),
    pictures: async () => fromShop().flatMap(({ attachments }) => attachments).length,
    async press(choice) {
      await expect.poll(() => ending(choice) !== undefined, patience).toBe(true);
      const found = ending(choice);
      if (found) person.press(found.id, found.customId ?? "");
    },
    shoot: async () => {},
    close: async () => {},
  };
  return customer;
}
