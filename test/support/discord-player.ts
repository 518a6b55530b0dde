import { setTimeout as delay } from "node:timers/promises";
import { isLater } from "../../src/adapters/discord/rooms.ts";
import type { Chance } from "./chance.ts";
import type { Person } from "./discord/people.ts";
import type { Seen } from "./discord/seen.ts";
import type { DiscordServer } from "./discord/server.ts";
import { canBePressed, locales, openThread } from "./discord-customer.ts";
import { stories, type Deed } from "./stories.ts";

/** One customer’s story on Discord, and what must have come of it. */
export interface DiscordChat {
  person: Person;
  place: string;
  /** What they typed, in their order. */
  typed: string[];
  /** The row of the rules that they must come to. */
  rule: string;
}

/** Plays a story to its end, whatever happens to the bot meanwhile: presses again what failed, types each text once. */
export async function playOnDiscord(
  server: DiscordServer,
  chance: Chance,
  {
    pauseMs,
    deadline,
    begun = () => {},
  }: {
    pauseMs: { least: number; most: number };
    deadline: number;
    /** Told of the chat that grows, also of one that comes to no end. */
    begun?: (chat: DiscordChat) => void;
  },
): Promise<DiscordChat> {
  const language = chance.pick(["fr", "sv", "en"] as const);
  const person = server.user({
    username: `p${chance.uuid().slice(0, 8)}`,
    locale: locales[language],
  });
  const place = await begin(server, person, chance, deadline);
  const typed: string[] = [];
  const story = chance.pick(
    stories.filter(({ deeds }) => deeds.every((deed) => !("picture" in deed))),
  );
  const chat = { person, place, typed, rule: story.rule };
  begun(chat);
  let last = "0";
  for (const deed of story.deeds) {
    if ("press" in deed) last = await press(person, place, deed.press, deadline);
    else {
      last = (await asking(person, place, (seen) => isLater(seen.id, last), deadline)).id;
      typed.push(type(person, place, deed, language));
    }
    await delay(chance.between(pauseMs.least, pauseMs.most));
  }
  return chat;
}

async function begin(
  server: DiscordServer,
  person: Person,
  chance: Chance,
  deadline: number,
): Promise<string> {
  if (chance.oneIn(3)) {
    person.text("dm", "/start");
    return person.dmId;
  }
  for (;;) {
    try {
      return (await openThread(person, server.support)).place;
    } catch (error) {
      // "This interaction failed": the bot was away.
      if (Date.now() > deadline) throw error;
      const known = [...server.world.channels.values()].find(({ thread }) =>
        thread?.members.has(person.id),
      );
      // Who was told that it failed, and finds nothing asked there, tries again.
      if (known && person.messages(known.id).some(canBePressed)) return known.id;
      await delay(300);
    }
  }
}

function type(person: Person, place: string, deed: Deed, language: "fr" | "sv" | "en"): string {
  const text =
    "write" in deed ? (typeof deed.write === "string" ? deed.write : deed.write[language]) : "";
  person.text(place, text);
  return text;
}

/** Presses where it is offered, again if it failed; the id of the message that it was pressed on. */
async function press(
  person: Person,
  place: string,
  choice: string,
  deadline: number,
): Promise<string> {
  const buttonIn = (seen: Seen) =>
    seen.buttons.find(
      ({ customId = "" }) => /^\d/u.test(customId) && customId.endsWith(`:${choice}`),
    );
  const menuIn = (seen: Seen) =>
    seen.selects.find(({ options }) => options.some(({ value }) => value === choice));
  const offers = (seen: Seen) => (buttonIn(seen) ?? menuIn(seen)) !== undefined;
  let on = await asking(person, place, offers, deadline);
  for (;;) {
    const { id } = on;
    const button = buttonIn(on);
    // Once disabled by a press, its answer is on its way.
    if (canBePressed(on)) {
      if (button) person.press(id, button.customId ?? "");
      else person.select(id, menuIn(on)?.customId ?? "", [choice]);
    }
    // It failed, was stale, or was taken and its acknowledgement lost: what is asked next tells.
    const isNext = (seen: Seen) => isLater(seen.id, id);
    const next = await asking(person, place, isNext, Date.now() + 5000).catch(() => undefined);
    if (next && !offers(next)) return id;
    if (Date.now() > deadline) throw new Error(`${choice} can't be pressed`);
    on = next ?? person.message(id) ?? on;
  }
}

/** The newest question that can be answered, once it is this one. */
async function asking(
  person: Person,
  place: string,
  is: (seen: Seen) => boolean,
  deadline: number,
): Promise<Seen> {
  for (;;) {
    const newest = person.messages(place).findLast(canBePressed);
    if (newest && is(newest)) return newest;
    if (Date.now() > deadline)
      throw new Error(
        `nothing more is asked in ${place}: ${person
          .messages(place)
          .slice(-6)
          .map(
            ({ fromBot, content, buttons }) =>
              `${fromBot ? "bot" : "customer"} ${content.slice(0, 60)} (${buttons.map(({ customId }) => customId).join()})`,
          )
          .join("\n")}`,
      );
    await delay(40);
  }
}
