import { plainText, type Message } from "../../core/message.ts";
import { offered } from "./thread.ts";

/** The narrowest of what the platforms take: Telegram's `callback_data` (64 bytes, of which 16 are the revision's), Discord's message, button and select menu. */
const most = {
  choiceIdBytes: 48,
  messageCharacters: 2000,
  labelCharacters: 80,
  options: 25,
} as const;

/** Longer labels are cut on a phone that shows two buttons side by side. */
const phoneLabel = 24;

/** Why the narrowest platform would not take a message. */
export function unfit(message: Message): string[] {
  const buttons = offered([message]);
  const { length } = plainText(message);
  return [
    ...(length > most.messageCharacters
      ? [`a message of ${length} characters: “${plainText(message).slice(0, 60)}…”`]
      : []),
    ...buttons
      .filter(({ id }) => Buffer.byteLength(id) > most.choiceIdBytes)
      .map(({ id }) => `the choice id ${id} has ${Buffer.byteLength(id)} bytes`),
    ...buttons
      .filter(({ label }) => label.length > most.labelCharacters)
      .map(({ label }) => `the label “${label}” has ${label.length} characters`),
    ...[message.choices, buttons.filter((button) => !message.choices.includes(button))]
      .filter((list) => list.length > most.options)
      .map((list) => `${list.length} options, the last “${list.at(-1)?.label}”`),
  ];
}

/** Labels that a phone may cut. */
export const longLabels = (message: Message): string[] =>
  message.choices.filter(({ label }) => label.length > phoneLabel).map(({ label }) => label);
