import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainText, type Block, type Message } from "../../src/core/message.ts";
import { split } from "../../src/core/split.ts";

const text = (words: string): Block => ({ type: "text", text: words });
const choice = (id: string) => ({ id, label: id, weight: "normal" as const });
const message = (blocks: readonly Block[], rest: Partial<Message> = {}): Message => ({
  language: "fr",
  blocks,
  choices: [],
  ...rest,
});

/** A platform that counts UTF-16 code units, as most do. */
const upTo = (most: number) => (one: Message) => plainText(one).length <= most;
const textsOf = (parts: readonly Message[]) => parts.map(plainText);
const splitText = (words: string, most: number) =>
  textsOf(split(message([text(words)]), upTo(most)));

describe("a message that fits", () => {
  it("stays as it is, in one part", () => {
    const whole = message([text(" a "), text("")], {
      choices: [choice("x")],
      progress: { step: 1, of: 2 },
      awaits: "text",
    });
    expect(split(whole, () => true)).toEqual([whole]);
  });
});

describe("blocks", () => {
  const rows: Block = {
    type: "review",
    title: "Votre demande",
    rows: [{ label: "Commande", value: "48213", change: choice("change:orderNumber") }],
  };

  it("stay whole where they can, as many to a part as fit", () => {
    const [a, b, c] = ["a".repeat(10), "b".repeat(10), "c".repeat(10)].map(text);
    if (!a || !b || !c) throw new Error("three blocks are needed");
    expect(split(message([a, b, c]), upTo(22)).map(({ blocks }) => blocks)).toEqual([[a, b], [c]]);
    expect(split(message([a, b, c]), upTo(21)).map(({ blocks }) => blocks)).toEqual([
      [a],
      [b],
      [c],
    ]);
  });

  it("stay whole where only the choices make the message too big", () => {
    const parts = split(
      message([rows, text("C’est juste ?")], { choices: [choice("confirm")] }),
      (one) => one.blocks.length + one.choices.length <= 2,
    );
    expect(parts.map(({ blocks }) => blocks)).toEqual([[rows], [text("C’est juste ?")]]);
  });

  it("too big for a part go on as text, the others stay whole", () => {
    const parts = split(message([text("a".repeat(25)), rows]), upTo(40));
    expect(parts.map(({ blocks }) => blocks)).toEqual([[text("a".repeat(25))], [rows]]);
    const cut = split(message([rows, text("Merci")]), upTo(20));
    expect(textsOf(cut)).toEqual(["Votre demande", "Commande\u00A0: 48213", "Merci"]);
  });
});

describe("choices, progress and what is awaited", () => {
  it("are on the last part alone", () => {
    const rest = {
      choices: [choice("yes"), choice("no")],
      progress: { step: 2, of: 5 },
      awaits: "figure" as const,
    };
    const parts = split(message([text("un deux trois quatre")], rest), upTo(10));
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts.slice(0, -1)) {
      expect(part).toEqual({ language: "fr", blocks: part.blocks, choices: [] });
    }
    expect(parts.at(-1)).toMatchObject(rest);
  });

  it("always have words to stand under", () => {
    const fits = (one: Message) => plainText(one).length + 8 * one.choices.length <= 20;
    const parts = split(message([text("un deux trois quatre")], { choices: [choice("x")] }), fits);
    expect(textsOf(parts)).toEqual(["un deux trois", "quatre"]);
    const spaced = split(
      message([text(`${"a".repeat(15)}${" ".repeat(9)}`)], { choices: [choice("x")] }),
      fits,
    );
    expect(textsOf(spaced).every((words) => words !== "")).toBe(true);
  });

  it("that never fit are left for the channel to refuse", () => {
    const parts = split(
      message([text("👍 oui")], { choices: [choice("x")] }),
      (one) => one.choices.length === 0,
    );
    expect(textsOf(parts).join("")).toBe("👍oui");
    expect(parts.at(-1)?.choices).toEqual([choice("x")]);
    expect(split(message([]), () => false)).toEqual([message([])]);
    expect(split(message([text("  ")]), () => false)).toEqual([message([text("  ")])]);
  });
});

describe("a text is cut", () => {
  it("after a paragraph first, then a line, then a word", () => {
    expect(splitText("aaaa bbbb\n\ncccc\ndddd eeee", 18)).toEqual(["aaaa bbbb", "cccc\ndddd eeee"]);
    expect(splitText("aaaa bbbb\ncccc dddd", 16)).toEqual(["aaaa bbbb", "cccc dddd"]);
    expect(splitText("aaaa bbbb cccc", 12)).toEqual(["aaaa bbbb", "cccc"]);
    expect(splitText("aaaa bbbb cccc", 10)).toEqual(["aaaa bbbb", "cccc"]);
  });

  it("within a word where the last one to end would leave more than half a part empty", () => {
    expect(splitText(`aa ${"b".repeat(20)}`, 10)).toEqual([
      `aa ${"b".repeat(7)}`,
      "b".repeat(10),
      "bbb",
    ]);
  });

  it("into no empty part, whatever white space it has", () => {
    expect(splitText(`   ${"a".repeat(8)}      ${"b".repeat(8)}\n\n\n`, 10)).toEqual([
      "a".repeat(8),
      "b".repeat(8),
    ]);
  });

  it.each([
    ["a family", "👩‍👩‍👧‍👦"],
    ["a flag", "🇸🇪"],
    ["a skin colour", "👍🏽"],
    ["an accent of its own", "e\u0301"],
    ["a letter of three parts", "\u1112\u1161\u11ab"],
    ["a line's end of two", "x\r\n"],
  ])("never within %s", (_, character) => {
    const size = character.length;
    for (let most = size; most < 4 * size; most++) {
      const parts = splitText(character.repeat(8), most);
      const whole = character.trim();
      for (const part of parts) {
        expect(part.replaceAll(character, "").replaceAll(whole, ""), `${most}`).toBe("");
      }
    }
  });

  it("within a heap of accents too big for any part, but never within a code point", () => {
    const accents = "e" + "\u{1e008}".repeat(50);
    for (const most of [2, 3, 10, 11]) {
      const parts = splitText(accents, most);
      expect(parts.join("")).toBe(accents);
      expect(parts.every((part) => part.isWellFormed() && part.length <= most)).toBe(true);
    }
  });
});

const character = fc.constantFrom(
  "a",
  "b",
  "c",
  "e\u0301",
  "👩‍👩‍👧‍👦",
  "🇸🇪",
  "👍🏽",
  "\u1112\u1161\u11ab",
  "ก็",
);
const words = fc
  .array(
    fc.tuple(
      fc.array(character, { minLength: 1, maxLength: 12 }).map((all) => all.join("")),
      fc.constantFrom(" ", "  ", "\n", "\n\n", "\u00A0"),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) => all.flat().join(""));
const anyMessage = fc.record({
  blocks: fc.array(
    fc.oneof(
      words.map(text),
      fc.record({ type: fc.constant("help" as const), title: words, text: words }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  choices: fc.array(fc.constant(choice("x")), { maxLength: 3 }),
});

it("a character that fits without the space behind it stays whole", () => {
  const family = "👩‍👩‍👧‍👦";
  const fits = upTo(family.length);
  expect(textsOf(split(message([text(`${family} `)]), fits))).toEqual([family]);
  expect(textsOf(split(message([text(`${family} `), text("b")]), fits))).toEqual([family, "b"]);
});

describe("whatever the message", () => {
  const segmenter = new Intl.Segmenter("fr", { granularity: "grapheme" });
  const characters = (all: readonly string[]) =>
    all
      .flatMap((one) => Array.from(segmenter.segment(one), ({ segment }) => segment))
      .filter((one) => one.trim() !== "");
  /** The longest character has 11 code units. */
  const limit = fc.integer({ min: 11, max: 60 });

  it("nothing is lost, cut within a character, empty or too big", () => {
    fc.assert(
      fc.property(anyMessage, limit, (parts, most) => {
        const whole = message(parts.blocks, parts);
        const cut = split(whole, upTo(most));
        expect(characters(textsOf(cut))).toEqual(characters([plainText(whole)]));
        expect(cut.filter((one) => !upTo(most)(one) || plainText(one).trim() === "")).toEqual([]);
        expect(cut.slice(0, -1).flatMap(({ choices }) => choices)).toEqual([]);
        expect(cut.at(-1)?.choices).toEqual(whole.choices);
      }),
    );
  });

  it("it ends, and loses nothing, though nothing fits", () => {
    fc.assert(
      fc.property(words, fc.string({ unit: "binary" }), (some, any) => {
        const whole = message([text(any), text(some)], { choices: [choice("x")] });
        const cut = split(whole, () => false);
        const bare = (one: string) => one.replace(/\s/gu, "");
        expect(bare(textsOf(cut).join(""))).toBe(bare(plainText(whole)));
        if (any.isWellFormed()) expect(textsOf(cut).every((one) => one.isWellFormed())).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("a long one is cut in no time", () => {
    const long = splitText("mot ".repeat(100_000), 4096);
    expect(long.length).toBeLessThan(120);
  });
});

describe("an agent's message", () => {
  const author = { id: "alva", name: "Alva" };
  const file: Block = {
    type: "file",
    file: { id: "f", sha256: "", type: "image/png", sizeBytes: 1, name: "a.png" },
  };

  it("has its author on each part, and what it answers on the first only", () => {
    const whole = message([text("a".repeat(30))], { author, answers: "key", quote: "q" });
    const parts = split(whole, upTo(25));
    expect(parts.map((part) => part.author)).toEqual(parts.map(() => author));
    expect(parts.map((part) => part.quote)).toEqual(["q", undefined]);
  });

  it("with a file that takes no such text beside it becomes a text and a file", () => {
    const fits = ({ blocks }: Message) => blocks.length === 1;
    const parts = split(message([text("words"), file], { author }), fits);
    expect(parts.map(({ blocks }) => blocks)).toEqual([[text("words")], [file]]);
  });

  it("with a file that is never taken is left for the channel to refuse", () => {
    expect(split(message([file]), () => false)).toEqual([message([file])]);
  });
});
