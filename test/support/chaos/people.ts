import { setTimeout as delay } from "node:timers/promises";
import { createChance } from "../chance.ts";
import { createCustomer, type Customer } from "../customer.ts";
import { playOnDiscord, type DiscordChat } from "../discord-player.ts";
import { bringProblems } from "../problems.ts";
import { createDialogue, createTalker, type Talker } from "../storm/customer.ts";
import type { DiscordServer } from "../discord/server.ts";
import type { TelegramServer } from "../telegram/server.ts";

/** What customers know of what they did. */
export interface Told {
  readonly web: readonly Pick<Customer, "acknowledged" | "seen">[];
  readonly chats: readonly (Pick<DiscordChat, "place" | "typed"> & { person: { id: string } })[];
  /** How many on Discord came to their story's end. */
  readonly finished: number;
  /** Stories on Discord that an agent or an outage led elsewhere. */
  readonly derailed: readonly string[];
  /** What kept one from going on, where it was not the end. */
  readonly stuck: string[];
  /** From a deed on Telegram to the next word of the bot. */
  readonly answersMs: number[];
}

/** Customers on every channel. */
export interface People extends Told {
  talkers: readonly Talker[];
  /** Ends when what was begun has ended. */
  talk(over: AbortSignal): Promise<void>;
  leave(): void;
}

/** Longer than what was in hand at a kill is kept for. */
const patienceMs = 30_000;
const storyMs = 75_000;

export function bringPeople(options: {
  seed: number;
  /** At once on each channel. */
  count: number;
  url: string;
  telegram: TelegramServer;
  discord: DiscordServer;
  deadline: number;
}): People {
  const { seed, count, url, telegram, discord, deadline } = options;
  const web: Customer[] = [];
  const chats: DiscordChat[] = [];
  let finished = 0;
  const stuck: string[] = [];
  const derailed: string[] = [];
  const answersMs: number[] = [];
  const end = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  const talkers = Array.from({ length: count }, (_, index) =>
    createTalker(telegram, 5001 + index, createChance(seed + index), {
      thinkMs: [100, 1500],
      patienceMs: [3000, 20_000],
      dialogue: () => createDialogue({ pictures: false }),
      answered: (_chat, ms) => void answersMs.push(ms),
    }),
  );

  /** One after another, each with one problem: where an agent has the thread, the bot would not go on. */
  async function comeByWeb(index: number, over: AbortSignal): Promise<void> {
    for (let visit = 0; !over.aborted; visit++) {
      const chance = createChance(seed + 10_000 + index * 1000 + visit);
      const customer = createCustomer(url, chance, end);
      web.push(customer);
      const bringing = bringProblems(customer, chance, () => true);
      bringing.catch(() => {});
      // Where an agent has the thread, what they say last has no answer of the bot.
      for (let said = -1; said !== customer.acknowledged.length;) {
        said = customer.acknowledged.length;
        if (await Promise.race([bringing.then(() => true), delay(patienceMs, false)])) break;
      }
      await delay(chance.between(50, 500));
    }
  }

  async function comeByDiscord(index: number, over: AbortSignal): Promise<void> {
    for (let visit = 0; !over.aborted; visit++) {
      const chance = createChance(seed + 20_000 + index * 1000 + visit);
      const within = Math.min(deadline, Date.now() + storyMs);
      const chat = await playOnDiscord(discord, chance, {
        pauseMs: { least: 20, most: 600 },
        deadline: within,
        begun: (one) => void chats.push(one),
        // An agent who takes the thread in the middle is answered what the bot had asked.
      }).catch(() => undefined);
      if (chat) finished++;
      else derailed.push(`Discord ${index}, story ${visit}`);
    }
  }

  const unlessStuck = (who: string) => (error: unknown) => {
    stuck.push(`${who}: ${(error as Error).message.slice(0, 1500)}`);
  };
  return {
    talkers,
    web,
    chats,
    get finished() {
      return finished;
    },
    stuck,
    derailed,
    answersMs,
    async talk(over) {
      const numbers = Array.from({ length: count }, (_, index) => index);
      await Promise.all([
        ...talkers.map((talker) => talker.talk(over)),
        ...numbers.map((index) => comeByWeb(index, over).catch(unlessStuck(`web ${index}`))),
        ...numbers.map((index) =>
          comeByDiscord(index, over).catch(unlessStuck(`Discord ${index}`)),
        ),
      ]);
    },
    leave() {
      for (const customer of web) customer.leave();
    },
  };
}
