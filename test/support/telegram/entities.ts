import type { MessageEntity } from "@grammyjs/types";
import { callerFault } from "./problem.ts";

const kinds = new Set(
  "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time".split(
    " ",
  ),
);

/** Offsets and lengths count UTF-16 units, as a JavaScript text does (MessageEntity). */
export function checkEntities(text: string, entities: readonly MessageEntity[]): void {
  if (entities.length > 100) throw callerFault(`${entities.length} entities, Telegram keeps 100`);
  for (const entity of entities) {
    const { type, offset, length } = entity;
    const end = offset + length;
    if (!kinds.has(type)) throw callerFault(`can't parse MessageEntity: unknown type "${type}"`);
    if (offset < 0 || length <= 0)
      throw callerFault(`entity "${type}" has offset ${offset} and length ${length}`);
    if (end > text.length)
      throw callerFault(
        `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
      );
    if (splitsPair(text, offset))
      throw callerFault(`entity begins in a middle of a UTF-16 symbol at UTF-16 offset ${offset}`);
    if (splitsPair(text, end))
      throw callerFault(`entity ends in a middle of a UTF-16 symbol at UTF-16 offset ${end}`);
    if (type === "text_link" && !/^(?:https?|tg|mailto|tel):/iu.test(entity.url))
      throw callerFault(`text_link with the url ${JSON.stringify(entity.url)}`);
  }
}

function splitsPair(text: string, at: number): boolean {
  return /^[\udc00-\udfff]$/u.test(text[at] ?? "") && /^[\ud800-\udbff]$/u.test(text[at - 1] ?? "");
}

/**
 * As Telegram stores it: without the white space at the end, and without that
 * at the beginning up to the first entity (tdlib, fix_formatted_text).
 */
export function trimText(
  text: string,
  entities: readonly MessageEntity[],
): { text: string; entities: readonly MessageEntity[] } {
  const trimmed = text.trimEnd();
  const first = Math.min(trimmed.length, ...entities.map(({ offset }) => offset));
  const skipped = first - text.slice(0, first).trimStart().length;
  if (skipped === 0 && trimmed.length === text.length) return { text, entities };
  const kept = entities.flatMap((entity) => {
    const length = Math.min(entity.offset + entity.length, trimmed.length) - entity.offset;
    return length > 0 ? [{ ...entity, offset: entity.offset - skipped, length }] : [];
  });
  return { text: trimmed.slice(skipped), entities: kept };
}

const tags: Record<string, MessageEntity["type"]> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  code: "code",
  pre: "pre",
  a: "text_link",
  blockquote: "blockquote",
  "tg-spoiler": "spoiler",
};
const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Formatted text as the sender gave it, to text and entities. Of the markups only HTML is known here. */
export function parseText(
  text: string,
  parseMode: string | undefined,
  entities: readonly MessageEntity[] | undefined,
): { text: string; entities: readonly MessageEntity[] } {
  // With a parse_mode the list of entities is ignored (sendMessage).
  if (!parseMode) return { text, entities: entities ?? [] };
  if (parseMode.toLowerCase() !== "html")
    throw callerFault(`this server does not parse ${parseMode}: send entities`);
  return parseHtml(text);
}

function parseHtml(source: string): { text: string; entities: MessageEntity[] } {
  const open: { tag: string; offset: number; url: string | undefined }[] = [];
  const entities: MessageEntity[] = [];
  let text = "";
  const pattern = /<(\/?)([a-z-]+)([^>]*)>|&(#?\w+);|</giu;
  let at = 0;
  for (const match of source.matchAll(pattern)) {
    text += source.slice(at, match.index);
    at = match.index + match[0].length;
    const [, slash, name = "", attributes = "", reference] = match;
    if (reference !== undefined) {
      const code = /^#(\d+)$/u.exec(reference)?.[1];
      text += code ? String.fromCodePoint(Number(code)) : (named[reference] ?? match[0]);
      continue;
    }
    const tag = name.toLowerCase();
    const type = tags[tag];
    if (!type)
      throw callerFault(
        `can't parse entities: Unsupported start tag "${tag}" at byte offset ${match.index}`,
      );
    if (!slash) {
      open.push({ tag, offset: text.length, url: /href="([^"]*)"/u.exec(attributes)?.[1] });
      continue;
    }
    const opened = open.pop();
    if (opened?.tag !== tag)
      throw callerFault(`can't parse entities: Unexpected end tag at byte offset ${match.index}`);
    const length = text.length - opened.offset;
    const url = type === "text_link" ? { url: opened.url ?? "" } : {};
    if (length > 0) entities.push({ type, offset: opened.offset, length, ...url } as MessageEntity);
  }
  if (open.length > 0)
    throw callerFault(
      `can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)?.tag}"`,
    );
  return { text: text + source.slice(at), entities };
}
