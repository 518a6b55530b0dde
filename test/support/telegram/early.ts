import type { TelegramServer } from "./server.ts";

/** Long enough for a request that was on its way when the chat was refused. */
const onItsWayMs = 250;

/**
 * Requests to a chat before its pause was over, of which the bot could have
 * known: a sign may be on its way beside a message, two messages never are.
 */
export function tooEarly({
  calls,
  earlyCalls,
}: Pick<TelegramServer, "calls" | "earlyCalls">): { at: number; what: string }[] {
  return earlyCalls.flatMap((early) => {
    const { method, chatId, at } = early;
    const refused = calls.findLast(
      (call) => call.chatId === chatId && call.outcome === "429" && call.at <= at && call !== early,
    );
    const sinceMs = at - (refused?.at ?? 0);
    const isBesideOther = refused?.method !== method && sinceMs < onItsWayMs;
    const what = `${method} to ${chatId} ${sinceMs} ms after ${refused?.method}`;
    return isBesideOther ? [] : [{ at, what }];
  });
}
