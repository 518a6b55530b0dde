import { ButtonBuilder } from "@discordjs/builders";
import { ButtonStyle } from "@discordjs/core";
import { type Message, plainText, spansOf } from "../../../core/message.ts";
import { cut } from "../controls.ts";
import { styledSpans } from "../markdown.ts";
import type { Shown } from "./answer.ts";
import { longestDescription, rowsOf, within } from "./card.ts";
import { deskId, type DeskControl } from "./desk-id.ts";

const longestLabel = 80;
/** Message, "Embed Limits": in a message, and characters of all of them. */
const mostEmbeds = 10;
const longestTogether = 5900;

export const button = (
  control: DeskControl,
  label: string,
  style: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Success | ButtonStyle.Danger,
): ButtonBuilder =>
  new ButtonBuilder()
    .setCustomId(deskId(control))
    .setLabel(cut(label, longestLabel))
    .setStyle(style);

/** What the customer reads, word for word; what is too long for Discord beside it as a file. */
export function previewOf(
  messages: readonly Message[],
  above: string,
  buttons: readonly ButtonBuilder[],
): Required<Shown> {
  const shown = messages.slice(0, mostEmbeds);
  const each = Math.floor(longestTogether / shown.length);
  const longest = Math.min(longestDescription, each);
  const isWhole =
    shown.length === messages.length &&
    shown.every((message) => styledSpans(spansOf(message)).length <= longest);
  return {
    content: above,
    embeds: shown.map((message) => ({ description: within(spansOf(message), longest) })),
    components: rowsOf(buttons),
    files: isWhole
      ? []
      : [
          {
            name: "message.txt",
            data: Buffer.from(messages.map(plainText).join("\n\n")),
            contentType: "text/plain; charset=utf-8",
          },
        ],
  };
}
