import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import type { MessageEntity } from "grammy/types";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documentOf, fits, textOf } from "../../../src/adapters/telegram/outbound.ts";
import { languages } from "../../../src/core/language.ts";
import { plainText, type Block, type Message } from "../../../src/core/message.ts";
import { goldenFolder } from "../../support/golden.ts";
import { checkEntities } from "../../support/telegram/entities.ts";
import { detectEntities } from "../../support/telegram/world.ts";

const saying = (...blocks: Block[]): Message => ({ language: "en", blocks, choices: [] });
const words = (text: string): Message => saying({ type: "text", text });

/** What a customer would see pressable that is no link of the shop's. */
function clickable(message: Message): string[] {
  const { text, entities } = textOf(message, {});
  checkEntities(text, entities);
  const harmless = new Set<string>([
    "bold",
    "italic",
    "code",
    "expandable_blockquote",
    "text_link",
  ]);
  return detectEntities(text, entities)
    .filter(({ type }) => !harmless.has(type))
    .map(({ type, offset, length }) => `${type} ${text.slice(offset, offset + length)}`);
}

const codeIn = (text: string): string[] => {
  const { entities } = textOf(words(text), {});
  return entities
    .filter(({ type }) => type === "code")
    .map(({ offset, length }) => text.slice(offset, offset + length));
};

/** Everywhere that a customer's words may stand. */
const around = (text: string): Message[] => [
  words(text),
  saying({ type: "notice", text }),
  saying({ type: "help", title: "Help", text }),
  saying({
    type: "review",
    title: "Summary",
    rows: [
      { label: "Links", value: text, change: { id: "change:links", label: "x", weight: "quiet" } },
    ],
  }),
];

describe("a customer’s words", () => {
  it.each([
    "https://evil.example/a?b=c#d",
    "evil.com",
    "EVIL.COM/x",
    "www.evil.co.uk.",
    "a.b.evil.io:8080/x",
    "...evil.com",
    "пример.рф",
    "evil.भारत",
    "💶.com",
    "a💶b.com",
    "\u0345.一Ⰰ",
    "evil~.com",
    "1https://evil.1a",
    `${"a".repeat(40)}https://evil.1a`,
    "tg://resolve?domain=x",
    "mailto:a@evil.com",
    "a.b+c@evil.com",
    "@admin",
    "(@admin)",
    "é@admin",
    "#tag",
    "#1a",
    "#·a",
    "²#tag",
    "/start",
    "(/start@x_bot)",
    "$EUR",
    "$1INCH",
    "+33 6 12 34 56 78",
    "+33612345678💶evil.com",
    "4111 1111 1111 1111💶evil.com",
    "192.168.0.1",
    "192.168.0.1:80/x",
    "4111 1111 1111 1111",
    "4111  1111-1111 1111",
    "\u202ehttps://evil.com\u202c",
    "👩‍👩‍👧@admin",
    "x\n/start",
    "«evil.com»",
    "<https://evil.com>",
    "evil.com,@admin,#tag",
  ])("can’t be pressed: %s", (text) => {
    for (const message of around(`before ${text} after`)) expect(clickable(message)).toEqual([]);
    for (const message of around(text)) expect(clickable(message)).toEqual([]);
    expect(codeIn(text)).not.toEqual([]);
  });

  it.each([
    "<3",
    "_*[",
    "`x` **y** [z](w)",
    "et/ou",
    "créé/modifié",
    "24/7",
    "14:30",
    "3/10/2026 à 14:30",
    "2026-10-03",
    "29,90 €",
    "$29.90",
    "€1,250.00",
    "1 000 000",
    "n° 48213 #48213",
    "a.m. and p.m.",
    "bl.a.",
    "50 %",
    "5.9(c)",
    "Merci ! … Bien.",
    "C++ & <b>",
  ])("stay plain where nothing could be pressed: %s", (text) => {
    expect(codeIn(text)).toEqual([]);
    expect(textOf(words(text), {}).text).toBe(text);
  });

  it("in any mixture are inert, whole and within Telegram’s hundred entities", () => {
    const piece = oneof(
      constantFrom(
        ..."https://a.bc|evil.com|@x|@admin|#tag|/go|$ABC|a@b.cd|1.2.3.4|+4612345678|👩‍👩‍👧|\u202e|\u200d|.|,|/|:|@|#|(|)|<|>| |\n|é|a|1|_|-|«|»".split(
          "|",
        ),
      ),
      string({ unit: "grapheme", maxLength: 6 }),
    );
    const text = array(piece, { minLength: 1, maxLength: 60 }).map((parts) =>
      parts.join("").toWellFormed(),
    );
    assert(
      property(text, (hostile) => {
        for (const message of around(hostile)) {
          const sent = textOf(message, {});
          expect(sent.text).toBe(plainText(message));
          expect(clickable(message)).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("with a thousand addresses are one piece of code", () => {
    const { text, entities } = textOf(words("a.bc @admin ".repeat(150)), {});
    expect(entities).toEqual([{ type: "code", offset: 0, length: text.trimEnd().length }]);
    expect(clickable(words("a.bc @admin ".repeat(150)))).toEqual([]);
  });

  it.each(["a", "a.", "1.", "a-", "_.-", "http", "a@", "@", "1 ", "+1", "#1", "x.y@"])(
    "of thousands of %j are looked through in no time",
    (piece) => {
      const message = words(piece.repeat(4096 / piece.length));
      const began = performance.now();
      textOf(message, {});
      expect(performance.now() - began).toBeLessThan(200);
    },
  );
});

it("turns nothing of the bot’s own words to code but examples of names and links, in no conversation", () => {
  const found = new Set<string>();
  for (const file of readdirSync(goldenFolder)) {
    const said = readFileSync(`${goldenFolder}/${file}`, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("> "))
      .map((line) => line.slice(2).replace(/\\$/u, "").replace(/\\(.)/gu, "$1"));
    for (const line of said) for (const code of codeIn(line)) found.add(code);
  }
  // The private link's own span aside, what a customer is shown to write like, and what customers wrote.
  expect([...found].sort()).toEqual(
    [
      "@mittkonto",
      "@minprofil",
      "@moncompte",
      "@monprofil",
      "@myaccount",
      "@myprofile",
      "https://viplikes.net/privacy-policy",
      "instagram.com/anna.lind",
      "instagram.com/emma.hall",
      "instagram.com/marie.dupont",
    ].sort(),
  );
});

describe("the looks of a message", () => {
  const pieces = (message: Message, about = {}): [MessageEntity["type"], string][] => {
    const { text, entities } = textOf(message, about);
    checkEntities(text, entities);
    return entities.map(({ type, offset, length }) => [type, text.slice(offset, offset + length)]);
  };

  it("has headings bold, labels in italics, help folded and the shop’s own links", () => {
    const message = saying(
      { type: "text", text: "What now?" },
      { type: "help", title: "Where", text: "see evil.com" },
      { type: "link", label: "Privacy", url: "https://viplikes.net/privacy" },
      { type: "caseNumber", label: "Case", number: "RF-7KQ2M" },
    );
    expect(pieces(message)).toEqual([
      ["expandable_blockquote", "Where: see evil.com"],
      ["code", "evil.com"],
      ["text_link", "https://viplikes.net/privacy"],
      ["bold", "RF-7KQ2M"],
    ]);
  });

  it("tells the progress last, and where the chat is found again", () => {
    const back = saying({ type: "returnLink", label: "x", text: "Come back:" });
    expect(pieces(back, { progress: "Question 1 of 8", wayBack: "https://t.me/b" })).toEqual([
      ["text_link", "https://t.me/b"],
      ["italic", "Question 1 of 8"],
    ]);
    expect(textOf(back, {}).text).toBe("Come back:");
  });

  it("is a file for a document, whose length is no matter", () => {
    const document = saying({
      type: "document",
      title: "Receipt",
      filename: "x.txt",
      text: "x".repeat(9000),
      downloadLabel: "x",
    });
    expect(fits(document)).toBe(true);
    expect(documentOf(document)?.filename).toBe("x.txt");
    expect(documentOf(words("x"))).toBeUndefined();
  });

  it("fits up to 4096 UTF-16 units, with the line of progress", () => {
    expect(fits(words("x".repeat(4096)))).toBe(true);
    expect(fits(words("x".repeat(4097)))).toBe(false);
    for (const language of languages)
      expect(fits({ ...words("x".repeat(4050)), language, progress: { step: 1, of: 9 } })).toBe(
        false,
      );
  });
});
