import { describe, expect, it } from "vitest";
import { cardKeyboard, cardText } from "../../../../src/adapters/telegram/desk/card.ts";
import { button, readPress } from "../../../../src/adapters/telegram/desk/controls.ts";
import { groupAllowance } from "../../../../src/adapters/telegram/desk/group.ts";
import { deeds, type DeskCard } from "../../../../src/core/desk.ts";
import { library } from "../../../support/shop.ts";

const texts = library.in("en");
const card = (changes: Partial<DeskCard> = {}): DeskCard => ({
  number: "RF-7K2Q9",
  title: "RF-7K2Q9",
  status: "open",
  urgent: false,
  spans: [{ text: "RF-7K2Q9", as: "heading" }],
  deeds: ["take"],
  factsRevision: 3,
  url: "http://localhost:8080/console/cases/RF-7K2Q9",
  language: "en",
  ...changes,
});

it("leads to the console only by an address that Telegram takes", () => {
  const url = "https://chat.example/console/cases/RF-7K2Q9";
  expect(cardKeyboard(card(), 5, texts)).toHaveLength(1);
  expect(cardKeyboard(card({ url }), 5, texts).at(-1)).toEqual([
    { text: "Open in the console", url },
  ]);
});

it("ends a card that is too long with where the rest is, and halves no character", () => {
  const { text, entities } = cardText(
    card({ spans: [{ text: "😀".repeat(4000), as: "words" }] }),
    texts,
  );
  expect(text.length).toBeLessThanOrEqual(4096);
  expect(text.endsWith("The rest stands in the console.")).toBe(true);
  expect(text.isWellFormed()).toBe(true);
  expect(entities).toEqual([]);
});

describe("what a button sends back", () => {
  it.each(deeds)("%s is read again, in at most 64 bytes", (verb) => {
    const press = { topic: 999_999_999_999, verb, about: "redelivery-1234567890" };
    const { callback_data: data } = button("x", press) as { callback_data: string };
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
    expect(readPress(data)).toEqual(press);
  });

  it.each(["", "desk", "desk:1:fly:", "desk:x:take:", "desk:1:take:a b", "3:topic:drop"])(
    "%j is none of ours",
    (data) => expect(readPress(data)).toBeUndefined(),
  );
});

it.each([20, 1, 4, 100])(
  "gives a group no more than its %i messages in any minute",
  (perMinute) => {
    const { capacity, perSecond } = groupAllowance(perMinute);
    expect(capacity).toBeGreaterThanOrEqual(1);
    expect(capacity + perSecond * 60).toBeLessThanOrEqual(Math.max(2, perMinute));
  },
);
