import type { InlineKeyboardButton } from "grammy/types";
import { type DeskCard, lengthOf, partsOf } from "../../../core/desk.ts";
import type { Texts } from "../../../core/texts.ts";
import { styled, type TelegramText } from "../outbound.ts";
import { button, link } from "./controls.ts";

/** https://core.telegram.org/bots/api#sendmessage */
export const longestText = 4096;
const buttonsInRow = 2;

/** What a case's card reads; one that is too long ends with where the rest is. */
export function cardText({ spans }: DeskCard, texts: Texts): TelegramText {
  if (lengthOf({ spans }) <= longestText) return styled(spans);
  const hint = `…\n\n${texts.text("telegram:desk.cut")}`;
  const [first = []] = partsOf(spans, longestText - hint.length);
  return styled([...first, { text: hint }]);
}

export function cardKeyboard(
  { deeds, factsRevision, url }: DeskCard,
  topic: number,
  texts: Texts,
): InlineKeyboardButton[][] {
  const about = String(factsRevision);
  const buttons = deeds.map((verb) =>
    button(texts.text(`desk:button.${verb}`), { topic, verb, about }),
  );
  const rows = Array.from({ length: Math.ceil(buttons.length / buttonsInRow) }, (_, row) =>
    buttons.slice(row * buttonsInRow, (row + 1) * buttonsInRow),
  );
  const toConsole = link(texts.text("desk:button.console"), url);
  return toConsole.length > 0 ? [...rows, toConsole] : rows;
}
