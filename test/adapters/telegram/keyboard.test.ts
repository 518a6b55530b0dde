import { describe, expect, it } from "vitest";
import { keyboardOf, readPressed } from "../../../src/adapters/telegram/keyboard.ts";
import { bring, openBot, openThread, type Thread } from "../../../src/commands/verify/thread.ts";
import { languages } from "../../../src/core/language.ts";
import type { Choice, Message } from "../../../src/core/message.ts";
import { createChance } from "../../support/chance.ts";
import { library, sunday } from "../../support/shop.ts";

const words = { more: "More", back: "Back", change: "Change" };

const choice = (label: string, weight: Choice["weight"] = "normal"): Choice => ({
  id: `topic:${label}`,
  label,
  weight,
});

const asking = (...choices: Choice[]): Message => ({ language: "en", blocks: [], choices });
const labels = (message: Message, page?: number) =>
  keyboardOf(message, 3, words, page).map((row) => row.map(({ text }) => text));
const dataOf = (message: Message, page?: number) =>
  keyboardOf(message, 3, words, page)
    .flat()
    .map((button) => ("callback_data" in button ? button.callback_data : ""));

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => choice(`a rather long label, number ${index + 1}`));

describe("the keyboard", () => {
  it("has short labels side by side, answers in their order, the ways out last and the shortest first", () => {
    const message = asking(
      choice("Yes"),
      choice("No"),
      choice("I don’t know"),
      choice("A refund to my card"),
      choice("Talk to a person", "quiet"),
      choice("Back", "quiet"),
      choice("Help", "quiet"),
    );
    expect(labels(message)).toEqual([
      ["Yes", "No"],
      ["I don’t know"],
      ["A refund to my card"],
      ["Back", "Help"],
      ["Talk to a person"],
    ]);
  });

  it("has the revision and the choice in each button", () => {
    expect(dataOf(asking(choice("Yes"), choice("Back", "quiet")))).toEqual([
      "3:topic:Yes",
      "3:topic:Back",
    ]);
    expect(readPressed("3:topic:Yes")).toEqual({ revision: 3, choice: "topic:Yes" });
  });

  it("has pages where there are many, the ways out on each; a page that is not there is the first", () => {
    const message = asking(...many(20), choice("Back", "quiet"));
    const pages = [0, 1, 2].map((page) => labels(message, page));
    expect(pages.map((rows) => rows.at(-2))).toEqual([
      ["More ›"],
      ["‹ Back", "More ›"],
      ["‹ Back"],
    ]);
    expect(pages.map((rows) => rows.at(-1))).toEqual([["Back"], ["Back"], ["Back"]]);
    expect(pages.map((rows) => rows.length - 2)).toEqual([9, 9, 2]);
    expect(labels(message, 3)).toEqual(pages[0]);
    expect(readPressed(dataOf(message, 1).find((data) => data.endsWith("page:2")) ?? "")).toEqual({
      revision: 3,
      page: 2,
    });
  });

  it("has the lines of a review to be changed on a page of their own", () => {
    const rows = ["Order number", "Price"].map((label) => ({
      label,
      value: "x",
      change: choice(`Change: ${label}`, "quiet"),
    }));
    const message: Message = {
      ...asking(choice("That is right", "primary")),
      blocks: [{ type: "review", title: "Summary", rows }],
    };
    expect(labels(message)).toEqual([["That is right"], ["Change ›"]]);
    expect(labels(message, 1)).toEqual([["Order number", "Price"], ["‹ Back"]]);
  });

  it("is none where nothing can be pressed", () => {
    expect(keyboardOf(asking(), 3, words)).toEqual([]);
  });

  it("fits Telegram wherever a customer gets to: 64 bytes a button, 100 buttons, no empty label, each choice on one page", () => {
    const bot = openBot(library);
    const seen = new Set<string>();
    const faults: string[] = [];
    for (const language of languages) {
      for (let seed = 0; seed < 20; seed++) {
        const chance = createChance(seed);
        let thread = openThread(bot, language, sunday);
        for (let turn = 0; turn < 30; turn++) {
          for (const message of thread.messages) {
            faults.push(...faultsOf(message));
            for (const { id } of message.choices) seen.add(id);
          }
          thread = bring(bot, thread, deed(thread, chance));
        }
      }
    }
    expect(faults).toEqual([]);
    expect(seen.size).toBeGreaterThan(50);
  });
});

function deed(thread: Thread, chance: ReturnType<typeof createChance>) {
  const { choices, blocks } = thread.messages.at(-1) ?? asking();
  const all = [
    ...choices,
    ...blocks.flatMap((block) =>
      block.type === "review" ? block.rows.map(({ change }) => change) : [],
    ),
  ];
  if (all.length === 0 || chance.oneIn(4))
    return {
      type: "text",
      text: chance.pick(["48213", "500", "hier", "29,90 €", "instagram.com/x", "abonnés"]),
    } as const;
  const { id } = chance.pick(all);
  return { type: "pressed", choice: id, revision: thread.conversation.promptedRevision } as const;
}

/** The largest revision that a conversation of years may have. */
const revision = 999_999;

/** What Telegram would not take, and what could not be pressed. */
function faultsOf(message: Message): string[] {
  const pages: string[][] = [];
  const faults: string[] = [];
  for (let page = 0; page < 10; page++) {
    const buttons = keyboardOf(message, revision, words, page).flat();
    const own = buttons.map((button) => ("callback_data" in button ? button.callback_data : ""));
    if (buttons.length > 100) faults.push(`${buttons.length} buttons`);
    faults.push(
      ...buttons.filter(({ text }) => text.trim() === "").map(() => "a button without a label"),
      ...own.filter((data) => Buffer.byteLength(data) > 64 || !readPressed(data)),
    );
    pages.push(own);
    if (!own.includes(`${revision}:page:${page + 1}`)) break;
  }
  const pressed = new Set(pages.flat());
  const missing = message.choices.filter(({ id }) => !pressed.has(`${revision}:${id}`));
  return [...faults, ...missing.map(({ id }) => `${id} is on no page`)];
}
