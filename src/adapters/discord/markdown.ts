import { bold, hyperlink, subtext } from "@discordjs/formatters";
import { spansOf, type Message, type Span } from "../../core/message.ts";

/** Each may begin something: emphasis, code, a spoiler, a mention, a link, a quote; at a line's start a heading or a list. */
const special =
  /[\\*_~`|<>@[\]]|:(?=\/\/)|(?<=^\s*)[#+-](?=[#\s])|(?<=^\s*)#(?=#*\s)|(?<=^\s*\d+)\.(?=\s)/gmu;

/**
 * The text as it stands, whoever typed it: a backslash before whatever
 * Discord would read as markup (Reference, "Message Formatting"). The one
 * before the colon breaks up addresses, so that only the shop's own can be pressed.
 */
export const escaped = (text: string): string => text.replace(special, String.raw`\$&`);

/** What people read of a text of ours. */
export const plain = (content: string): string =>
  content
    .replace(/^-# /gmu, "")
    .replace(/(?<!\\)\[((?:\\.|[^\]\\])*)\]\((?:<[^>]*>|[^)]*)\)/gu, "$1")
    .replace(/(?<!\\)<(https?:\/\/[^>]*)>/gu, "$1")
    .replace(/(?<!\\)\*\*/gu, "")
    .replace(/\\([^\sA-Za-z0-9])/gu, "$1");

/** The message's text; `wayBack` is where the customer finds the conversation again. */
export function contentOf(message: Message, wayBack: string): string {
  const returns = message.blocks.some(({ type }) => type === "returnLink");
  return styledSpans(spansOf(message)) + (returns ? `\n<${wayBack}>` : "");
}

/** What stands out in them does so by Discord's markup. */
export const styledSpans = (spans: readonly Span[]): string => spans.map(styled).join("");

function styled({ text, as, url }: Span): string {
  if (text.trim() === "") return text;
  switch (as) {
    case "heading":
    case "label":
      // A space inside the asterisks would show them.
      return text.replace(
        /^(\s*)(.*?)(\s*)$/su,
        (_, before: string, inner: string, after: string) =>
          [before, bold(escaped(inner)), after].join(""),
      );
    case "aside":
      return text
        .split("\n")
        .map((line) => (line.trim() === "" ? line : subtext(escaped(line))))
        .join("\n");
    case "link":
      if (url === undefined) return escaped(text);
      return text === url ? `<${url}>` : hyperlink(escaped(text), safe(url));
    case "words":
    case undefined:
    default:
      return escaped(text);
  }
}

/** A parenthesis would end the link. */
const safe = (url: string): string => `<${url.replace(/[<>\s]/gu, encodeURIComponent)}>`;
