import type { Chance } from "../chance.ts";
import type { Customer } from "../telegram/people.ts";
import type { TelegramServer } from "../telegram/server.ts";
import { pixel, words } from "../problems.ts";

/** Somebody who talks to the bot on Telegram for as long as the storm lasts, and knows what they did. */
export interface Talker {
  readonly chatId: number;
  /** The natural keys of what was done, in order; an edit's without its time and digest. */
  readonly acts: readonly string[];
  /** Begins with /start; ends soon after `over`. */
  talk(over: AbortSignal): Promise<void>;
}

export interface Temper {
  /** Between an answer and the next deed, in milliseconds. */
  thinkMs: readonly [number, number];
  /** Without an answer they go on after this long. */
  patienceMs: readonly [number, number];
  /** A customer's own way of acting. */
  dialogue: () => Act;
  /** Called with how long the bot took to say something after a deed. */
  answered?: (chatId: number, ms: number) => void;
}

/** Does one thing, and gives its key; undefined where it is no deed to be answered. */
export type Act = (customer: Customer, keys: Keys, chance: Chance) => string | undefined;

/** The keys under which updates are kept. */
export interface Keys {
  message(messageId: number): string;
  press(queryId: string): string;
  edit(messageId: number): string;
}

export function createTalker(
  server: TelegramServer,
  chatId: number,
  chance: Chance,
  { thinkMs, patienceMs, dialogue, answered }: Temper,
): Talker {
  const customer = server.user({ id: chatId, languageCode: chance.pick(["fr", "sv", "en"]) });
  const prefix = `telegram:${server.bot.id}`;
  const keys: Keys = {
    message: (messageId) => `${prefix}:message:${chatId}:${messageId}`,
    press: (queryId) => `${prefix}:press:${queryId}`,
    edit: (messageId) => `${prefix}:edit:${chatId}:${messageId}`,
  };
  const acts: string[] = [];
  const act = dialogue();

  /** Resolves when the bot has said something new, when it is enough, or when patience ends. */
  function news(before: number, ms: number, over: AbortSignal): Promise<void> {
    const state = server.world.chats.get(chatId);
    const from = performance.now();
    const came = () => state?.changes.slice(before).some((id) => !isEdited(id)) ?? false;
    const isEdited = (id: number) => "edit_date" in (state?.messages.get(id) ?? {});
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        state?.watchers.delete(look);
        over.removeEventListener("abort", end);
        resolve();
      };
      const look = () => {
        if (!came()) return false;
        answered?.(chatId, performance.now() - from);
        end();
        return true;
      };
      const timer = setTimeout(end, ms);
      over.addEventListener("abort", end, { once: true });
      if (over.aborted) end();
      else if (!look()) state?.watchers.add(look);
    });
  }

  const saidByBot = () => server.world.chats.get(chatId)?.changes.length ?? 0;

  return {
    chatId,
    acts,
    async talk(over) {
      let before = saidByBot();
      acts.push(keys.message(customer.start().message_id));
      while (!over.aborted) {
        await news(before, chance.between(...patienceMs), over);
        await pause(chance.between(...thinkMs), over);
        if (over.aborted) return;
        before = saidByBot();
        // Now and then several things at once.
        do {
          const key = act(customer, keys, chance);
          if (key !== undefined) acts.push(key);
        } while (chance.oneIn(12));
      }
    },
  };
}

/** Resolves after `ms`, or at the end. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      over.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    over.addEventListener("abort", end, { once: true });
  });
}

const pageTurn = /^\d+:page:/u;

/** Real dialogues: mostly the buttons that are offered, sometimes words, old buttons, a picture, a correction. */
export function createDialogue({ pictures = true } = {}): Act {
  let lastText: number | undefined;
  return (customer, keys, chance) => {
    const messages = customer.chat.messages;
    const withButtons = messages.filter(({ buttons }) => buttons.length > 0);
    const now = withButtons.at(-1);
    const type = () => {
      lastText = customer.text(chance.pick(words)).message_id;
      return keys.message(lastText);
    };
    if (pictures && chance.oneIn(80)) return keys.message(customer.photo(pixel).message_id);
    if (lastText !== undefined && chance.oneIn(20)) {
      const edited = lastText;
      // Once each: a second within the same second could not be told from the first.
      lastText = undefined;
      customer.edit(edited, `${chance.pick(words)} ✎`);
      return keys.edit(edited);
    }
    const from = now && chance.oneIn(25) ? chance.pick(withButtons) : now;
    const data = from?.buttons.flatMap((button) => button.data ?? []) ?? [];
    // The first buttons are the answers, the ways out come last.
    const likely = chance.oneIn(6) ? data : data.slice(0, Math.max(1, data.length - 3));
    if (!from || likely.length === 0 || chance.oneIn(4)) return type();
    const pressed = chance.pick(likely);
    const { id } = customer.pressOld(from.id, pressed);
    return pageTurn.test(pressed) ? undefined : keys.press(id);
  };
}
