import { isSign } from "../signs.ts";
import type { LoggedCall } from "./calls.ts";
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
    const { chatId, at } = early;
    const method = nameOf(early);
    const refused = calls.findLast(
      (call) => call.chatId === chatId && call.outcome === "429" && call.at <= at && call !== early,
    );
    const sinceMs = at - (refused?.at ?? 0);
    const other = refused && nameOf(refused);
    const isBesideOther = other !== method && sinceMs < onItsWayMs;
    const what = `${method} to ${chatId} ${sinceMs} ms after ${other}`;
    return isBesideOther ? [] : [{ at, what }];
  });
}

/** A sign that goes out as a message is no message of the dialogue. */
const nameOf = ({ method, params }: LoggedCall): string =>
  isSign(params.text) ? `a sign by ${method}` : method;
