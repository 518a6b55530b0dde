import type { MessageEntity } from "grammy/types";
import { spansOf, type Block, type Message, type Span } from "../../core/message.ts";

/** https://core.telegram.org/bots/api#sendmessage, in UTF-16 code units. */
const longestText = 4096;

/** One message as Telegram takes it: text with entities, never markup. */
export interface TelegramText {
  text: string;
  entities: MessageEntity[];
}

/** Whether Telegram takes the message in one piece. A document is sent as a file. */
export const fits = (message: Message): boolean =>
  documentOf(message) !== undefined || textLength(message) <= longestText;

/** With room for the line that tells the progress. */
const textLength = (message: Message): number =>
  spansOf(message).reduce((length, { text }) => length + text.length, message.progress ? 60 : 0);

export function documentOf({ blocks }: Message): Extract<Block, { type: "document" }> | undefined {
  const [block] = blocks;
  return blocks.length === 1 && block?.type === "document" ? block : undefined;
}

/**
 * The text with its entities. `progress` is the line that tells it;
 * `wayBack` is where the customer finds the chat again.
 */
export function textOf(
  message: Message,
  { progress, wayBack }: { progress?: string; wayBack?: string },
): TelegramText {
  const spans: Span[] = [
    ...spansOf(message),
    ...(wayBack !== undefined && message.blocks.some(({ type }) => type === "returnLink")
      ? [{ text: "\n" }, { text: wayBack, as: "link" as const, url: wayBack }]
      : []),
    ...(progress === undefined ? [] : [{ text: "\n\n" }, { text: progress, as: "label" as const }]),
  ];
  let text = "";
  const entities: MessageEntity[] = [];
  for (const span of spans) {
    entities.push(...entitiesOf(span, text.length));
    text += span.text;
  }
  return { text, entities };
}

function entitiesOf({ text, as, url }: Span, offset: number): MessageEntity[] {
  const whole = { offset, length: text.length };
  if (text.length === 0) return [];
  switch (as ?? "words") {
    case "heading":
      return [{ type: "bold", ...whole }];
    case "label":
      return [{ type: "italic", ...whole }];
    case "aside":
      return [{ type: "expandable_blockquote", ...whole }, ...inert(text, offset)];
    case "link":
      return url === undefined ? [] : [{ type: "text_link", ...whole, url }];
    case "words":
      return inert(text, offset);
  }
}

/**
 * What Telegram's own eyes would make a link, a mention, a hashtag or a
 * command of, wherever it stands: it finds none within code. Only the shop's
 * own links, which have a span of their own, can be pressed.
 */
const tempting = new RegExp(
  [
    String.raw`\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s<>"«»“”]+`,
    String.raw`(?<![\p{L}\p{N}_])[@#/$][\p{L}\p{N}_][^\s<>"«»“”]*`,
    String.raw`[^\s<>"«»“”,;:()@]+@[\p{L}\p{N}_.-]+`,
    String.raw`[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.\p{L}[\p{L}\p{N}-]+(?:[/?#:][^\s<>"«»“”]*)?`,
    String.raw`\d{1,3}(?:\.\d{1,3}){3}`,
    String.raw`\+\d[\d ()-]{6,}\d`,
  ].join("|"),
  "giu",
);

function inert(text: string, offset: number): MessageEntity[] {
  // Most texts have nothing of the kind, and this tells it in a tenth of the time.
  if (!/[.@#/$+]\S/u.test(text)) return [];
  return Array.from(text.matchAll(tempting), ({ index, 0: found }) => ({
    type: "code",
    offset: offset + index,
    length: found.length,
  }));
}
