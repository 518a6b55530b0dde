/** Breaks a text into lines; a word that is wider alone stays whole. */
export function wrap(text: string, sizePx: number, widestPx: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && widthPxOf(longer, sizePx) <= widestPx) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Letters narrower and wider than most, in em of DejaVu Sans, the widest of the common fonts; Helvetica needs a seventh less. */
const widthsEm: readonly [RegExp, number][] = [
  [/[ijl.,:;'|!’I ]/u, 0.33],
  [/[ftr()\-/·“”]/u, 0.42],
  [/[mwMW%→]/u, 0.92],
  [/[A-Z]/u, 0.71],
];

/** How wide a text is, rather too much than too little, so that any common font fits. */
export function widthPxOf(text: string, sizePx: number, isBold = false): number {
  let em = 0;
  for (const letter of text) em += widthsEm.find(([like]) => like.test(letter))?.[1] ?? 0.62;
  return Math.ceil(em * sizePx * (isBold ? 1.1 : 1));
}
