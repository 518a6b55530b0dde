import { ButtonBuilder } from "@discordjs/builders";
import { ButtonStyle } from "@discordjs/core";
import { type Message, plainText, spansOf } from "../../../core/message.ts";
import { cut } from "../controls.ts";
import { styledSpans } from "../markdown.ts";
import type { Shown } from "./answer.ts";
import { longestDescription, rowsOf, within } from "./card.ts";
import { deskId, type DeskControl } from "./desk-id.ts";

const longestLabel = 80;

export const button = (
  control: DeskControl,
  label: string,
  style: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Success | ButtonStyle.Danger,
): ButtonBuilder =>
  new ButtonBuilder()
    .setCustomId(deskId(control))
    .setLabel(cut(label, longestLabel))
    .setStyle(style);

/** The message as the customer reads it, word for word; one that is too long for Discord beside it as a file. */
export function previewOf(
  message: Message,
  above: string,
  buttons: readonly ButtonBuilder[],
): Required<Shown> {
  const spans = spansOf(message);
  const isWhole = styledSpans(spans).length <= longestDescription;
  return {
    content: above,
    embeds: [{ description: within(spans, longestDescription) }],
    components: rowsOf(buttons),
    files: isWhole
      ? []
      : [
          {
            name: "message.txt",
            data: Buffer.from(plainText(message)),
            contentType: "text/plain; charset=utf-8",
          },
        ],
  };
}
