import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { plain } from "../../src/adapters/discord/markdown.ts";
import type { Language } from "../../src/core/language.ts";
import type { Person } from "./discord/people.ts";
import type { Seen } from "./discord/seen.ts";
import type { Deed } from "./stories.ts";

export const locales: Readonly<Record<Language, string>> = { fr: "fr", sv: "sv-SE", en: "en-GB" };

const screenshot = readFileSync(new URL("../fixtures/files/screenshot.png", import.meta.url));

/** A customer in a room, who answers the message that asks. */
export interface DiscordCustomer {
  /** The room's id. */
  readonly place: string;
  /** The message that asks something now. */
  readonly asks: Seen;
  /** Does it and waits for what asks next. */
  does(deed: Deed, language: Language): Promise<Seen>;
  /** All that the bot said here, as people read it. */
  readonly heard: () => string[];
}

/** Opens a conversation by a command, where the bot says that it is. */
export async function openThread(
  person: Person,
  where: { readonly id: string } | string,
  command = "refund",
): Promise<DiscordCustomer> {
  const use = person.command(command, {}, where);
  for (let tries = 0; use.state === "waiting" || use.state === "thinking"; tries++) {
    if (tries > 400) throw new Error(`the command is ${use.state} still`);
    await delay(20);
  }
  if (!use.reply) throw new Error(`the command has ${use.state} without a word`);
  return inRoom(person, placeIn(use.reply));
}

/** Resolves when the bot asks something there. */
export async function inRoom(
  person: Person,
  place: string,
  timeoutMs = 8_000,
): Promise<DiscordCustomer> {
  let asks = await next();

  async function next(): Promise<Seen> {
    return person.waitForMessage(place, canBePressed, timeoutMs);
  }

  return {
    place,
    get asks() {
      return asks;
    },
    async does(deed, language) {
      if ("press" in deed) press(deed.press);
      else if ("picture" in deed)
        person.text(place, "", { files: [{ name: "screenshot.png", bytes: screenshot }] });
      else person.text(place, typeof deed.write === "string" ? deed.write : deed.write[language]);
      asks = await next();
      return asks;
    },
    heard: () =>
      person
        .messages(place)
        .filter(({ fromBot, ephemeral, type }) => fromBot && !ephemeral && type === 0)
        .map(({ content }) => plain(content)),
  };

  function press(choice: string): void {
    const now = person.message(asks.id) ?? asks;
    const button = now.buttons.find(
      ({ customId }) => customId?.endsWith(`:${choice}`) && /^\d/u.test(customId),
    );
    if (button?.customId !== undefined) {
      person.press(now.id, button.customId);
      return;
    }
    const menu = now.selects.find(({ options }) => options.some(({ value }) => value === choice));
    if (!menu) throw new Error(`${choice} is not offered`);
    person.select(now.id, menu.customId, [choice]);
  }
}

/** Of this bot's messages only those that ask have controls; used ones are disabled. */
export const canBePressed = ({ fromBot, ephemeral, buttons, selects }: Seen): boolean =>
  fromBot && !ephemeral && [...buttons, ...selects].some(({ disabled }) => !disabled);

/** The thread's id in an answer that only the customer sees. */
export const placeIn = (seen: Seen): string =>
  /\/channels\/[^/]+\/(\d+)/u.exec(seen.content)?.[1] ?? "";
