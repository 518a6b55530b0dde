import { plainText, type Message } from "./message.ts";

/**
 * The message in as many parts as its channel needs, before anything is
 * stored: one part is one message on the platform. The last one has the
 * choices, the progress and what is awaited, each has the author. A part is never empty and never
 * ends within a character; a message that fits stays as it is. What can't be
 * cut any further is left for the channel to refuse.
 *
 * @param fits whether the channel takes it whole; grows no truer with more text.
 */
export function split(message: Message, fits: (message: Message) => boolean): Message[] {
  const parts: Message[] = [];
  let rest = message;
  while (!fits(rest)) {
    const cut = firstOf(rest, fits);
    if (!cut) break;
    if (cut.part) parts.push(cut.part);
    rest = cut.rest;
  }
  return [...parts, rest];
}

/** As many whole blocks as fit, or else the beginning of the first one's text; always leaves a block. */
function firstOf(
  message: Message,
  fits: (message: Message) => boolean,
): { part?: Message; rest: Message } | undefined {
  const { language, blocks, author, answers, quote, ...others } = message;
  const part = (some: Message["blocks"]): Message => ({
    language,
    blocks: some,
    choices: [],
    ...(author && { author }),
    ...(answers !== undefined && { answers }),
    ...(quote !== undefined && { quote }),
  });
  // Only the first is seen as the answer to a customer's words.
  const last = { language, ...(author && { author }), ...others };
  const [first, ...behind] = blocks;
  if (!first) return undefined;
  const whole = behind.findLastIndex((_, index) => fits(part(blocks.slice(0, index + 1)))) + 1;
  if (whole > 0)
    return {
      part: part(blocks.slice(0, whole)),
      rest: { ...last, blocks: blocks.slice(whole) },
    };
  if (first.type === "file") return undefined;
  const text = plainText({ language, blocks: [first], choices: [] }).trim();
  // Space at its ends can be all that is too much.
  const bare = { ...message, blocks: [textBlock(text)] };
  if (behind.length === 0 && fits(bare)) return { rest: bare };
  if (behind.length > 0 && fits(part(bare.blocks)))
    return {
      ...(text !== "" && { part: part(bare.blocks) }),
      rest: { ...last, blocks: behind },
    };
  const cut = cutOf(text, (length) => fits(part([textBlock(text.slice(0, length))])));
  if (cut === undefined) return undefined;
  const left = textBlock(text.slice(cut).trimStart());
  return {
    part: part([textBlock(text.slice(0, cut).trimEnd())]),
    rest: { ...last, blocks: [left, ...behind] },
  };
}

const textBlock = (text: string) => ({ type: "text" as const, text });

/** Made for the first text that is cut: it takes 10 ms, which every start would wait. */
let segmenter: Intl.Segmenter | undefined;

/**
 * Where to cut so that the beginning fits and something is left: after a
 * paragraph, a line or a word if one ends in its second half, or else after a
 * character. Undefined where there is only one.
 */
function cutOf(text: string, fitsTo: (length: number) => boolean): number | undefined {
  if (text.length <= codeUnitsAt(text, 0)) return undefined;
  let least = 1;
  let most = text.length - 1;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fitsTo(middle)) least = middle;
    else most = middle - 1;
  }
  for (const end of ["\n\n", "\n", " "]) {
    const at = text.lastIndexOf(end, least - end.length);
    if (at > 0 && at + end.length > least / 2) return at + end.length;
  }
  // What comes after the code point that would be next changes nothing.
  const beginning = text.slice(0, least + codeUnitsAt(text, least));
  segmenter ??= new Intl.Segmenter("fr", { granularity: "grapheme" });
  return segmenter.segment(beginning).containing(least)?.index || withinCharacter(text, least);
}

/** A character of more code points than fit (a heap of accents) is cut between two of them. */
function withinCharacter(text: string, most: number): number {
  if (codeUnitsAt(text, most - 1) === 1) return most;
  return most > 1 ? most - 1 : 2;
}

/** How many code units the code point that begins here has. */
const codeUnitsAt = (text: string, index: number) =>
  (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1;
