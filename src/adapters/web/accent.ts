type Rgb = readonly [number, number, number];

const byDefault: Rgb = [0x1f, 0x5f, 0x8b];
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
  const wished = parse(accent) ?? byDefault;
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
  const colour = parse(accent) ?? byDefault;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="${hex(colour)}" d="M16 3C8.3 3 2 8.4 2 15.1c0 3.9 2.1 7.3 5.4 9.5L6.5 29l5.300-2.400c1.300.3 2.700.5 4.200.5 7.700 0 14-5.400 14-12S23.700 3 16 3z"/><g fill="${hex(ink(colour))}"><circle cx="10" cy="15" r="2"/><circle cx="16" cy="15" r="2"/><circle cx="22" cy="15" r="2"/></g></svg>\n`;
}

function towards(from: Rgb, to: Rgb, enough: (colour: Rgb) => boolean): Rgb {
  const steps = 40;
  for (let step = 0; step <= steps; step++) {
    const mix = (at: 0 | 1 | 2) => Math.round(from[at] + ((to[at] - from[at]) * step) / steps);
    const colour: Rgb = [mix(0), mix(1), mix(2)];
    if (enough(colour)) return colour;
  }
  return to;
}

const ink = (colour: Rgb): Rgb =>
  contrast(colour, white) >= contrast(colour, black) ? white : black;

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Rgb, b: Rgb): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance([r, g, b]: Rgb): number {
  const linear = (part: number) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function parse(accent: string): Rgb | undefined {
  if (!/^#[0-9a-f]{6}$/iu.test(accent)) return undefined;
  const part = (at: number) => Number.parseInt(accent.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

const hex = (colour: Rgb): string =>
  `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
