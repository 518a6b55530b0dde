import { plainText, type Message } from "./message.ts";

/**
 * The message in as many parts as its channel needs, before anything is
 * stored: one part is one message on the platform. The last one has the
 * choices. A part never ends within a character; a message that fits stays as
 * it is.
 *
 * @param fits whether the channel takes it whole; grows no truer with more text.
 */
export function split(message: Message, fits: (message: Message) => boolean): Message[] {
  if (fits(message)) return [message];
  const parts: Message[] = [];
  let rest: Message = { ...message };
  while (!fits(rest)) {
    const [part, left] = firstOf(rest, fits);
    parts.push(part);
    rest = left;
  }
  return [...parts, rest];
}

/** As many whole blocks as fit, or else the beginning of the first one's text. */
function firstOf(message: Message, fits: (message: Message) => boolean): [Message, Message] {
  const { language, blocks } = message;
  const part = (some: Message["blocks"]): Message => ({ language, blocks: some, choices: [] });
  const most = blocks.findLastIndex((_, index) => fits(part(blocks.slice(0, index + 1))));
  if (most >= 0 && most + 1 < blocks.length)
    return [part(blocks.slice(0, most + 1)), { ...message, blocks: blocks.slice(most + 1) }];
  const text = plainText(part(blocks.slice(0, 1)));
  const cut = cutOf(text, (length) => fits(part([{ type: "text", text: text.slice(0, length) }])));
  return [
    part([{ type: "text", text: text.slice(0, cut).trimEnd() }]),
    {
      ...message,
      blocks: [{ type: "text", text: text.slice(cut).trimStart() }, ...blocks.slice(1)],
    },
  ];
}

const segmenter = new Intl.Segmenter("fr", { granularity: "grapheme" });

/** Where to cut so that the beginning fits: after a paragraph, a line or a word if one ends in its second half. */
function cutOf(text: string, fitsTo: (length: number) => boolean): number {
  let least = 1;
  // Something is left for the last part, which has the choices.
  let most = Math.max(1, text.length - 1);
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fitsTo(middle)) least = middle;
    else most = middle - 1;
  }
  for (const end of ["\n\n", "\n", " "]) {
    const at = text.lastIndexOf(end, least - end.length);
    if (at > least / 2) return at + end.length;
  }
  // No word ends here: a character may still be of several code units.
  const before = segmenter.segment(text).containing(least)?.index ?? least;
  return before > 0 ? before : least;
}
