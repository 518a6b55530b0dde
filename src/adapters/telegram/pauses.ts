import { RateLimited } from "../../core/errors.ts";

/** So many chats are remembered; those whose pause is over are forgotten first. */
const mostRemembered = 10_000;

/** The chats that Telegram asks to be left alone, as it answers 429, and for how long. */
export interface Pauses {
  /** Remembers what an error says of this chat. */
  note(chatId: number, failure: unknown): void;
  /** Milliseconds for which nothing may be sent there; 0 for none. */
  left(chatId: number): number;
}

export function createPauses(now: () => number): Pauses {
  const until = new Map<number, number>();
  return {
    note(chatId, failure) {
      if (!(failure instanceof RateLimited)) return;
      if (until.size > mostRemembered)
        for (const [chat, end] of until) if (end <= now()) until.delete(chat);
      until.set(chatId, Math.max(until.get(chatId) ?? 0, now() + failure.retryAfterMs));
    },
    left: (chatId) => Math.max(0, (until.get(chatId) ?? 0) - now()),
  };
}
