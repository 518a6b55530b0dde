/** What a customer does: text, or a press of the button with this id. */
export type Act = string | { press: string };

/** A message of the bot as the customer has it before them. */
export interface Shown {
  message_id: number;
  text: string;
  reply_markup?: { inline_keyboard: { text: string; callback_data: string }[][] };
}

export interface Load {
  /** How many talk at once. */
  atOnce: number;
  conversations: number;
  /** Of the first conversation. */
  firstChat: number;
  acts: readonly Act[];
  /** What each call takes. */
  apiMs: number;
  /** Somebody beside them whom the bot is not let through to: 429 at every try. */
  throttled?: boolean;
  /** Keeps what the bot said to the first conversation. */
  recording?: boolean;
}

export interface Outcome {
  turns: number;
  /** While as many talked at once as were to: the last, who are fewer and fewer, not counted. */
  turnsASecond: number;
  /** Milliseconds from a deed to the moment at which the bot's answer reaches the platform. */
  p50: number;
  p99: number;
  /** The median at each turn of a conversation. */
  byTurn: number[];
  /** Requests of the bot, polls apart. */
  calls: number;
  said?: Shown[];
}

interface Talk {
  chat: number;
  turn: number;
  since: number;
}

/** The customers of one load: each does the next thing as soon as they have their answer. */
export function createCustomers(
  load: Load,
  say: (chat: number, act: { text: string } | { data: string; on: Shown }) => void,
  done: (outcome: Outcome) => void,
) {
  const { acts, conversations, firstChat, atOnce } = load;
  const talks = new Map<number, Talk>();
  const byTurn: number[][] = acts.map(() => []);
  const said: Shown[] = [];
  const from = performance.now();
  let begun = 0;
  let ended = 0;
  let calls = 0;
  let turnsASecond: number | undefined;
  for (let count = 0; count < Math.min(atOnce, conversations); count++) begin();

  function begin(): void {
    if (begun === conversations) {
      turnsASecond ??= (byTurn.flat().length * 1000) / (performance.now() - from);
      return;
    }
    const talk = { chat: firstChat + begun++, turn: 0, since: 0 };
    talks.set(talk.chat, talk);
    act(talk);
  }

  function act(talk: Talk, shown?: Shown): void {
    const next = acts[talk.turn] ?? "";
    talk.since = performance.now();
    if (typeof next === "string") return say(talk.chat, { text: next });
    const buttons = shown?.reply_markup?.inline_keyboard.flat() ?? [];
    const button = buttons.find(({ callback_data: data }) => data.endsWith(next.press));
    if (!shown || !button) throw new Error(`no ${next.press} in turn ${talk.turn}: ${shown?.text}`);
    say(talk.chat, { data: button.callback_data, on: shown });
  }

  return {
    called: () => void calls++,
    /** The bot's question is at the platform; the customer sees it once the call is answered. */
    arrived(chat: number): number | undefined {
      const talk = talks.get(chat);
      if (!talk) return undefined;
      byTurn[talk.turn]?.push(performance.now() - talk.since);
      return talk.turn;
    },
    seen(chat: number, shown: Shown): void {
      const talk = talks.get(chat);
      if (!talk) return;
      if (load.recording && chat === firstChat) said.push(shown);
      talk.turn++;
      if (talk.turn < acts.length) return act(talk, shown);
      talks.delete(chat);
      ended++;
      begin();
      if (ended < conversations) return;
      const all = byTurn.flat().toSorted((a, b) => a - b);
      const at = (share: number) => all[Math.ceil(all.length * share) - 1] ?? Number.NaN;
      done({
        turns: all.length,
        turnsASecond: turnsASecond ?? Number.NaN,
        p50: at(0.5),
        p99: at(0.99),
        byTurn: byTurn.map((each) => each.toSorted((a, b) => a - b)[each.length >> 1] ?? 0),
        calls,
        ...(load.recording && { said }),
      });
    },
  };
}
