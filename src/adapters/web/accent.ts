type Rgb = readonly [number, number, number];

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
/** The darkest and the lightest page that text in the accent stands on; see `--sunken` in tokens.css. */
const lightSurface: Rgb = [238, 241, 244];
const darkSurface: Rgb = [42, 48, 56];
const readable = 4.5;

/**
 * The shop's colour as style sheet: moved towards black or white as far as
 * needed for WCAG AA, so that no shop can make its own chat unreadable.
 * Anything but `#rrggbb` counts as the default.
 */
export function accentStyles(accent: string): string {
  const wished = parse(accent) ?? parse("#1f5f8b")!;
  const light = towards(wished, black, (colour) => contrast(colour, lightSurface) >= readable);
  const dark = towards(wished, white, (colour) => contrast(colour, darkSurface) >= readable);
  return [
    `:root { --accent: ${hex(light)}; --on-accent: ${hex(ink(light))}; }`,
    `@media (prefers-color-scheme: dark) { :root { --accent: ${hex(dark)}; --on-accent: ${hex(ink(dark))}; } }`,
    "",
  ].join("\n");
}

/** A round mark in the shop's colour for the browser's tab. */
export function accentIcon(accent: string): string {
  const colour = parse(accent) ?? parse("#1f5f8b")!;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="${hex(colour)}" d="M16 3C8.3 3 2 8.4 2 15.1c0 3.9 2.1 7.3 5.4 9.5L6.5 29l5.300-2.400c1.300.3 2.700.5 4.200.5 7.700 0 14-5.400 14-12S23.700 3 16 3z"/><g fill="${hex(ink(colour))}"><circle cx="10" cy="15" r="2"/><circle cx="16" cy="15" r="2"/><circle cx="22" cy="15" r="2"/></g></svg>\n`;
}

function towards(from: Rgb, to: Rgb, enough: (colour: Rgb) => boolean): Rgb {
  for (let step = 0; step <= 40; step++) {
    const colour = from.map((part, i) => Math.round(part + ((to[i]! - part) * step) / 40));
    if (enough(colour as unknown as Rgb)) return colour as unknown as Rgb;
  }
  return to;
}

const ink = (colour: Rgb): Rgb =>
  contrast(colour, white) >= contrast(colour, black) ? white : black;

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(accent: string): Rgb | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(accent)) return undefined;
  return [1, 3, 5].map((at) => Number.parseInt(accent.slice(at, at + 2), 16)) as unknown as Rgb;
}

const hex = (colour: Rgb): string =>
  `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
