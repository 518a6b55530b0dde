import type { MessageEntity } from "grammy/types";
import {
  besideFiles,
  filesIn,
  spansOf,
  type Block,
  type Message,
  type Span,
} from "../../core/message.ts";

/** https://core.telegram.org/bots/api#sendmessage, in UTF-16 code units. */
const longestText = 4096;
/** https://core.telegram.org/bots/api#sendphoto, of any file's caption. */
const longestCaption = 1024;
/** Telegram forgets those beyond (https://core.telegram.org/api/entities). */
const mostEntities = 100;

/** One message as Telegram takes it: text with entities, never markup. */
export interface TelegramText {
  text: string;
  entities: MessageEntity[];
}

/** Whether Telegram takes the message in one piece. A document is sent as a file. */
export function fits(message: Message): boolean {
  const { length: files } = filesIn(message);
  if (files > 0) return files === 1 && textLength(besideFiles(message)) <= longestCaption;
  return documentOf(message) !== undefined || textLength(message) <= longestText;
}

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
  return styled(spans);
}

/** Pieces of text with their looks; what somebody typed can't be pressed. */
export function styled(spans: readonly Span[]): TelegramText {
  const text = spans.map((span) => span.text).join("");
  const entities = entitiesIn(spans, inert);
  return { text, entities: entities.length > mostEntities ? entitiesIn(spans, wholly) : entities };
}

/** Keeps Telegram from making anything of a text. */
type Inert = (text: string, offset: number) => MessageEntity[];

function entitiesIn(spans: readonly Span[], kept: Inert): MessageEntity[] {
  let offset = 0;
  return spans.flatMap((span) => {
    const own = entitiesOf(span, offset, kept);
    offset += span.text.length;
    return own;
  });
}

function entitiesOf({ text, as, url }: Span, offset: number, kept: Inert): MessageEntity[] {
  const whole = { offset, length: text.length };
  if (text.length === 0) return [];
  switch (as ?? "words") {
    case "heading":
      return [{ type: "bold", ...whole }];
    case "label":
      return [{ type: "italic", ...whole }];
    case "aside":
      return [{ type: "expandable_blockquote", ...whole }, ...kept(text, offset)];
    case "link":
      return url === undefined ? [] : [{ type: "text_link", ...whole, url }];
    case "words":
      return kept(text, offset);
  }
}

/**
 * What may stand in a domain to Telegram's eyes (is_domain_symbol in TDLib's
 * MessageEntity.cpp): of ASCII letters, digits and `_.~-`, and of the rest all
 * but separators and most punctuation.
 */
const ofDomain = String.raw`[^\0-,/:-@[-^\x60{-}\x7f-\xbf\p{Z}\u2000-\u200b\u200e\u200f\u2016-\u206f\ufeff]`;

/**
 * What Telegram's own eyes would make a link, a mention, a hashtag or a
 * command of, wherever it stands: it finds none within code. Only the shop's
 * own links, which have a span of their own, can be pressed. Each pattern can
 * begin at one place of a run only, so that no text takes long to look through.
 */
const tempting = new RegExp(
  [
    String.raw`(?<![A-Za-z\d+.-])[A-Za-z\d+.-]+:\/\/[^\s<>"«»“”]+`,
    String.raw`(?<![\p{L}\p{N}_])[@/][\p{L}\p{N}_][^\s<>"«»“”]*`,
    String.raw`(?<![\p{L}\p{Nd}_])(?:#[\p{N}_\u200c·\u0d80-\u0dff]*\p{L}|\$(?:\p{L}|1INCH))[^\s<>"«»“”]*`,
    String.raw`(?<![^\s<>"«»“”,;:()@])[^\s<>"«»“”,;:()@]+@${ofDomain}+`,
    String.raw`(?<!${ofDomain})${ofDomain}*(?!\.)${ofDomain}\.\p{L}(?!\.)${ofDomain}+(?:[/?#:][^\s<>"«»“”]*)?`,
    String.raw`(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?:[/?#:][^\s<>"«»“”]*)?`,
    String.raw`\+\d[\d ()-]{6,}\d${ofDomain}*`,
    // A bank card's.
    String.raw`(?<!\d)\d(?:[ -]*\d){12,18}(?!\d)${ofDomain}*`,
  ].join("|"),
  // Without `i`, by which a mark that folds to a letter would count as one.
  "gu",
);

/** Ends a sentence, not an address. */
const closing = /[.,;:!?…)\]]+$/u;

const inert: Inert = (text, offset) => {
  // Most texts have nothing of the kind, and this tells it in a tenth of the time.
  if (!/[.@#/$+]\S|(?:\d[ -]*){13}/u.test(text)) return [];
  return Array.from(text.matchAll(tempting), ({ index, 0: found }) => ({
    type: "code",
    offset: offset + index,
    length: found.replace(closing, "").length,
  }));
};

/** From the first to the last, in one piece. */
const wholly: Inert = (text, offset) => {
  const found = inert(text, offset);
  const [first, last] = [found[0], found.at(-1)];
  if (!first || !last) return [];
  return [{ type: "code", offset: first.offset, length: last.offset + last.length - first.offset }];
};
