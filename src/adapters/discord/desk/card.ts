import {
  ActionRowBuilder,
  ButtonBuilder,
  type MessageActionRowComponentBuilder,
} from "@discordjs/builders";
import { ButtonStyle, type APIEmbed } from "@discordjs/core";
import { TimestampStyles, time } from "@discordjs/formatters";
import type { CaseStatus } from "../../../core/case.ts";
import { type Deed, type DeskCard, partsOf } from "../../../core/desk.ts";
import type { Span } from "../../../core/message.ts";
import type { Texts } from "../../../core/texts.ts";
import { cut, type Row } from "../controls.ts";
import { styledSpans } from "../markdown.ts";
import { deskId } from "./desk-id.ts";

/** Message, "Embed Limits". */
export const longestDescription = 4096;
const mostButtons = 5;
const longestUrl = 512;

export interface CardBody {
  content: string;
  embeds: APIEmbed[];
  components: Row[];
  allowed_mentions: { parse: [] };
}

/** A case's card. How long it has waited stays true by itself: Discord counts it on. */
export function cardBody(card: DeskCard, texts: Texts): CardBody {
  const { number, status, urgent, waitingSince } = card;
  const since =
    waitingSince === undefined
      ? ""
      : ` · ⏳ ${time(Math.floor(waitingSince / 1000), TimestampStyles.RelativeTime)}`;
  return {
    content: `${marks[status]} ${number}${since}`,
    embeds: [
      {
        color: urgent ? colours.urgent : colours[status],
        description: within(card.spans, longestDescription),
      },
    ],
    components: buttonsOf(card, texts),
    allowed_mentions: { parse: [] },
  };
}

const marks: Readonly<Record<CaseStatus, string>> = {
  open: "🟦",
  contested: "🟧",
  proposed: "🟪",
  decided: "🟩",
  closed: "⬛",
};

const colours: Readonly<Record<CaseStatus | "urgent", number>> = {
  open: 0x1f_5f_8b,
  contested: 0xc2_6a_00,
  proposed: 0x7a_3f_9d,
  decided: 0x2e_7d_32,
  closed: 0x6b_72_80,
  urgent: 0xb3_26_1e,
};

/** The text in Discord's markup, cut where it is longer; the console has all of it. */
export function within(spans: readonly Span[], most: number): string {
  for (let longest = most; ; longest = Math.floor(longest * 0.8)) {
    const [first = [], ...rest] = partsOf(spans, longest);
    const text = styledSpans(first) + (rest.length > 0 ? " …" : "");
    if (text.length <= most) return text;
  }
}

const styles: Readonly<Partial<Record<Deed, ButtonStyle>>> = {
  take: ButtonStyle.Primary,
  reply: ButtonStyle.Primary,
  approve: ButtonStyle.Success,
};

function buttonsOf({ deeds, url }: DeskCard, texts: Texts): Row[] {
  const buttons = deeds.map((deed) =>
    new ButtonBuilder()
      .setCustomId(deskId({ type: "deed", deed }))
      .setLabel(texts.text(`desk:button.${deed}`))
      .setStyle(styles[deed] ?? ButtonStyle.Secondary),
  );
  if (isLink(url))
    buttons.push(
      new ButtonBuilder()
        .setURL(url)
        .setLabel(cut(texts.text("desk:button.console"), 80))
        .setStyle(ButtonStyle.Link),
    );
  return rowsOf(buttons);
}

/** As many rows as are needed. */
export function rowsOf(buttons: readonly MessageActionRowComponentBuilder[]): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < buttons.length; at += mostButtons)
    rows.push(
      new ActionRowBuilder<MessageActionRowComponentBuilder>()
        .addComponents(buttons.slice(at, at + mostButtons))
        .toJSON(),
    );
  return rows;
}

/** Discord refuses a whole message for an address without a domain ("Not a well formed URL"), as `localhost` is. */
const isLink = (url: string): boolean =>
  url.length <= longestUrl && new URL(url).hostname.includes(".");
