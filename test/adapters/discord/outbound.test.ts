import { ComponentType } from "@discordjs/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controlsOf, spent } from "../../../src/adapters/discord/controls.ts";
import {
  choiceId,
  doorId,
  formId,
  menuId,
  readControl,
} from "../../../src/adapters/discord/custom-id.ts";
import { contentOf, escaped, plain } from "../../../src/adapters/discord/markdown.ts";
import { bodyOf, fits, nonceOf } from "../../../src/adapters/discord/outbound.ts";
import type { Choice, Message } from "../../../src/core/message.ts";
import { plainText } from "../../../src/core/message.ts";
import { split } from "../../../src/core/split.ts";
import { library } from "../../support/shop.ts";

const texts = library.in("en");
const room = { channelId: "2", userId: "3", guildId: "1" };
const message = (changes: Partial<Message> = {}): Message => ({
  language: "en",
  blocks: [{ type: "text", text: "What is your order number?" }],
  choices: [],
  ...changes,
});
const choices = (count: number, more: Partial<Choice> = {}): Choice[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `q:${index}`,
    label: `Answer ${index}`,
    weight: "normal",
    ...more,
  }));
const reply = (one: Message) => ({
  id: "discord-3:7:1",
  conversationId: "discord-3",
  channel: "discord" as const,
  address: "2",
  seq: 4,
  message: one,
  attempts: 1,
  uncertain: false,
});
const idsOf = (one: Message): string[] =>
  controlsOf(one, 7, texts).flatMap(({ components }) =>
    components.flatMap((control) =>
      control.type === ComponentType.StringSelect
        ? control.options.map(({ value }) => value)
        : "custom_id" in control
          ? [control.custom_id]
          : [],
    ),
  );

describe("the text", () => {
  it("has the customer’s words as they are, whatever they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (words) => {
        expect(plain(escaped(words))).toBe(words);
      }),
      {
        examples: [
          ["a\\*b"],
          ["**x**"],
          ["\\"],
          ["1. a\n- b\n# c\n-# d\n> e"],
          ["[a](https://b.c)"],
          ["<@1>"],
          ["||x||"],
        ],
      },
    );
  });

  it.each([
    ["*a*", String.raw`\*a\*`],
    ["__a__", String.raw`\_\_a\_\_`],
    ["@everyone", String.raw`\@everyone`],
    ["<@123> <#4> <:x:5>", String.raw`\<\@123\> \<#4\> \<:x:5\>`],
    ["https://evil.example", String.raw`https\://evil.example`],
    ["[a](b)", String.raw`\[a\](b)`],
    ["# a", String.raw`\# a`],
    ["## a", String.raw`\## a`],
    ["-# a", String.raw`\-# a`],
    ["- a", String.raw`\- a`],
    ["1. a", String.raw`1\. a`],
    ["> a", String.raw`\> a`],
    ["29,90 € – 2 - 1 = 1. Fin : oui", "29,90 € – 2 - 1 = 1. Fin : oui"],
  ])("escapes %s", (words, shown) => {
    expect(escaped(words)).toBe(shown);
  });

  it("links only to the shop, shows headings bold and help small", () => {
    const shown = contentOf(
      message({
        blocks: [
          { type: "caseNumber", label: "Case", number: "RF-7K2QM" },
          { type: "link", label: "Privacy", url: "https://viplikes.net/privacy" },
          { type: "help", title: "Where", text: "In the e-mail." },
        ],
      }),
      "https://discord.com/channels/1/2",
    );
    expect(shown).toBe(
      "Case: **RF-7K2QM**\n\nPrivacy: <https://viplikes.net/privacy>\n\n-# Where: In the e-mail.",
    );
  });

  it("leads back to the room, and nowhere else", () => {
    const back = message({
      blocks: [{ type: "returnLink", label: "Link", text: "Come back here." }],
    });
    expect(contentOf(back, "https://discord.com/channels/1/2")).toBe(
      "Come back here.\n<https://discord.com/channels/1/2>",
    );
  });

  it("is split where escaped it would be longer than Discord takes", () => {
    const long = message({
      blocks: [{ type: "text", text: "*a* ".repeat(700) }],
      choices: choices(2),
    });
    expect(fits(long)).toBe(false);
    const parts = split(long, fits);
    expect(parts.every(fits)).toBe(true);
    expect(parts.map(plainText).join(" ").replaceAll(/\s+/gu, "")).toBe("*a*".repeat(700));
    expect(parts.at(-1)?.choices).toHaveLength(2);
  });
});

describe("the body", () => {
  it("calls nobody, grows no preview and has a nonce that Discord enforces", () => {
    const body = bodyOf(reply(message()), room, texts);
    expect(body).toMatchObject({
      allowed_mentions: { parse: [] },
      flags: 4,
      enforce_nonce: true,
      nonce: nonceOf("discord-3:7:1"),
    });
    expect(String(body.nonce)).toHaveLength(24);
    expect(bodyOf(reply(message()), room, texts)).toEqual(body);
    expect(nonceOf("discord-3:7:0")).not.toBe(body.nonce);
  });

  it("has a document as a file", () => {
    const body = bodyOf(
      reply(
        message({
          blocks: [
            {
              type: "document",
              title: "Receipt",
              filename: "receipt.txt",
              text: "*all*",
              downloadLabel: "Download",
            },
          ],
        }),
      ),
      room,
      texts,
    );
    expect(body.content).toBe("Receipt");
    expect(body.files).toMatchObject([{ name: "receipt.txt", data: Buffer.from("*all*") }]);
  });
});

describe("the controls", () => {
  it("offer every choice exactly once, within Discord’s limits", () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.nat(4),
        fc.nat(25),
        fc.boolean(),
        (normal, quiet, grouped, hasForm) => {
          const all = [
            ...choices(grouped, { group: "Delivery" }).map((one, index) => ({
              ...one,
              id: `g:${index}`,
            })),
            ...choices(normal),
            ...choices(quiet, { weight: "quiet" }).map((one, index) => ({
              ...one,
              id: `back${index}`,
            })),
          ];
          const form = hasForm
            ? [{ question: "links", label: "Links", awaits: "text" as const }]
            : [];
          const rows = controlsOf(message({ choices: all, form }), 7, texts);
          expect(rows.length).toBeLessThanOrEqual(5);
          for (const { components } of rows) expect(components.length).toBeLessThanOrEqual(5);
          const found = idsOf(message({ choices: all, form })).map((id) => id.replace(/^7:/u, ""));
          expect(found.filter((id) => !id.startsWith("form:")).toSorted()).toEqual(
            all.map(({ id }) => id).toSorted(),
          );
          expect(found.some((id) => id.startsWith("form:"))).toBe(hasForm);
        },
      ),
    );
  });

  it("are a menu with groups, and a menu for changes of the review", () => {
    const grouped = controlsOf(message({ choices: choices(13, { group: "Delivery" }) }), 7, texts);
    expect(grouped).toMatchObject([
      { components: [{ type: ComponentType.StringSelect, custom_id: "menu:7:0" }] },
    ]);
    const change: Choice = { id: "change:links", label: "Change the links", weight: "quiet" };
    const review = message({
      blocks: [{ type: "review", title: "Review", rows: [{ label: "Links", value: "a", change }] }],
    });
    expect(idsOf(review)).toEqual(["change:links"]);
  });

  it("can’t be used twice, and show what was chosen", () => {
    const rows = controlsOf(
      message({ choices: [...choices(2), ...choices(3, { group: "G" })] }),
      7,
      texts,
    );
    const [menu, buttons] = spent(rows, "q:1");
    expect(menu?.components).toMatchObject([
      { disabled: true, options: [{ default: false }, { default: true }, { default: false }] },
    ]);
    expect(buttons?.components).toMatchObject([
      { disabled: true, style: 1 },
      { disabled: true, style: 3 },
    ]);
  });

  it("shorten a label that is too long", () => {
    const [row] = controlsOf(
      message({ choices: [{ id: "a", label: "x".repeat(200), weight: "normal" }] }),
      7,
      texts,
    );
    expect(row?.components).toMatchObject([{ label: `${"x".repeat(79)}…` }]);
  });

  it.each([
    [choiceId(12, "topic:drop"), { type: "choice", revision: 12, choice: "topic:drop" }],
    [menuId(12, 1), { type: "menu", revision: 12 }],
    [formId(12), { type: "form", revision: 12 }],
    [doorId("dm"), { type: "door", door: "dm" }],
    ["", undefined],
    ["door:window", undefined],
    ["12", undefined],
    ["x:12", undefined],
    ["panel", undefined],
    ["1e3:a", undefined],
  ])("are read back: %s", (id, control) => {
    expect(readControl(id)).toEqual(control);
  });
});
