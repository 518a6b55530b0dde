import { invisible, type Reading } from "./reading.ts";

/** The joiner anywhere but between the parts of an emoji. */
const looseJoiner =
  /(?<!\p{Extended_Pictographic}\uFE0F?|\p{Extended_Pictographic}\p{Emoji_Modifier})\u200D|\u200D(?!\p{Extended_Pictographic})/gu;

/**
 * A customer's own words, never shortened: only what can't be seen goes, and
 * accents piled up beyond four. `min` counts letters and digits, `max`
 * characters as people count them, nearly: code points.
 */
export function readFreeText(
  text: string,
  { min, max }: { min: number; max: number },
): Reading<string> {
  const tooLong = { fault: "tooLong", values: { max } } as const;
  if (text.length > max * 8 + 1000) return tooLong;
  const clean = text
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, "\n")
    .replaceAll("\t", " ")
    .replace(invisible, "")
    .replace(looseJoiner, "")
    .replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, "")
    .replace(/(\p{M}{4})\p{M}+/gu, "$1")
    .trim();
  if (!clean) return { fault: "empty" };
  if (Array.from(clean).length > max) return tooLong;
  const substance = clean.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return substance < min ? { fault: "tooShort", values: { min } } : { value: clean };
}
