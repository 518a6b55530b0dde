import { expect, test } from "vitest";
import { accentStyles } from "../../../src/adapters/web/accent.ts";

const colours = (styles: string) => styles.match(/#[0-9a-f]{6}/gu) ?? [];

test("keeps a colour that can be read as it is", () => {
  expect(colours(accentStyles("#1f5f8b"))[0]).toBe("#1f5f8b");
});

test.each(["#ffff00", "#ffffff", "#000000", "#ff69b4", "#7f7f7f"])(
  "makes %s readable in light and in dark",
  (accent) => {
    const [light, onLight, dark, onDark] = colours(accentStyles(accent)) as [
      string,
      string,
      string,
      string,
    ];
    expect(contrast(light, "#eef1f4")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(light, onLight)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, "#2a3038")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, onDark)).toBeGreaterThanOrEqual(4.5);
  },
);

test("puts nothing into the style sheet but a colour", () => {
  expect(accentStyles("red; } body { display: none }")).toBe(accentStyles("#1f5f8b"));
});

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
