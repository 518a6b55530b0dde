import { expect, it } from "vitest";
import { lengthOf, partsOf } from "../../src/core/desk.ts";

it("cuts spans in parts that fit, with all their text, halving no character", () => {
  const spans = [{ text: "abc", as: "heading" as const }, { text: "défg😀hij" }, { text: "k" }];
  const parts = partsOf(spans, 4);
  expect(parts.every((part) => lengthOf({ spans: part }) <= 4)).toBe(true);
  expect(
    parts
      .flat()
      .map(({ text }) => text)
      .join(""),
  ).toBe("abcdéfg😀hijk");
  expect(parts.flat().every(({ text }) => text.isWellFormed())).toBe(true);
  expect(parts[0]?.[0]).toEqual({ text: "abc", as: "heading" });
  expect(partsOf([], 4)).toEqual([]);
});
