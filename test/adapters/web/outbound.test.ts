import { expect, test } from "vitest";
import { type Addresses, pageEntry, withoutReplaced } from "../../../src/adapters/web/outbound.ts";
import type { LogBody } from "../../../src/core/conversation.ts";
import type { Evidence } from "../../../src/core/evidence.ts";
import type { Block, Message } from "../../../src/core/message.ts";

const addresses: Addresses = {
  view: ({ id }) => `/view/${id}`,
  original: ({ id }) => `/original/${id}`,
  wayBack: "https://shop.example/return/secret",
};
const event = { type: "answered", at: 5, dice: "00" };
const picture: Evidence = {
  id: "p1",
  sha256: "abc",
  type: "image/png",
  sizeBytes: 10,
  name: "a.png",
  view: { widthPx: 1, heightPx: 1 },
};
const paper: Evidence = {
  id: "p2",
  sha256: "def",
  type: "application/pdf",
  sizeBytes: 20,
  name: "b.pdf",
};
const entry = (body: LogBody) => pageEntry({ seq: 7, at: 5, body }, addresses);
const says = (...blocks: Block[]): Message => ({ language: "fr", blocks, choices: [] });

test("shows what the customer said, under the page's own id", () => {
  expect(
    entry({ type: "event", event, by: "customer", key: "web:conv:uuid", said: { text: "48213" } }),
  ).toEqual({ seq: 7, at: 5, from: "customer", key: "uuid", text: "48213" });
});

test("gives files by address, a picture to be seen and everything to be kept", () => {
  expect(
    entry({
      type: "event",
      event,
      by: "customer",
      key: "web:conv:uuid",
      said: { files: [picture, paper] },
    }),
  ).toMatchObject({
    files: [
      {
        name: "a.png",
        type: "image/png",
        sizeBytes: 10,
        viewUrl: "/view/p1",
        downloadUrl: "/original/p1",
      },
      { name: "b.pdf", type: "application/pdf", sizeBytes: 20, downloadUrl: "/original/p2" },
    ],
  });
});

test("tells nothing of a file's hash or place", () => {
  const shown = entry({
    type: "event",
    event,
    by: "customer",
    key: "web:conv:uuid",
    said: { files: [picture] },
  });
  expect(JSON.stringify(shown)).not.toContain("abc");
});

test("acknowledges what was taken without words, and shows nothing of it", () => {
  expect(entry({ type: "event", event, by: "customer", key: "web:conv:uuid" })).toEqual({
    seq: 7,
    at: 5,
    from: "customer",
    key: "uuid",
  });
});

test("shows a message of the bot with the revision that its buttons belong to", () => {
  const message = says({ type: "text", text: "Bonjour" });
  expect(entry({ type: "message", id: "conv:12:0", message })).toEqual({
    seq: 7,
    at: 5,
    from: "bot",
    message,
    revision: 12,
    part: "12:0",
  });
});

test("puts the private way back in only here", () => {
  const block = { type: "returnLink", label: "Link", text: "Keep it" } as const;
  expect(entry({ type: "message", id: "conv:1:0", message: says(block) })).toHaveProperty(
    "message.blocks",
    [{ ...block, url: "https://shop.example/return/secret" }],
  );
});

test("gives a review's evidence by address", () => {
  const change = { id: "change:pictures", label: "Change", weight: "quiet" } as const;
  const row = { label: "Pictures", value: "1", change };
  const review: Block = {
    type: "review",
    title: "Review",
    rows: [
      { ...row, evidence: [picture] },
      { ...row, label: "Order" },
    ],
  };
  expect(entry({ type: "message", id: "conv:1:0", message: says(review) })).toHaveProperty(
    "message.blocks.0.rows",
    [
      {
        ...row,
        files: [
          {
            name: "a.png",
            type: "image/png",
            sizeBytes: 10,
            viewUrl: "/view/p1",
            downloadUrl: "/original/p1",
          },
        ],
      },
      { ...row, label: "Order" },
    ],
  );
});

test.each<[string, LogBody]>([
  ["a timer", { type: "event", event, by: "timer", key: "timer:conv:1" }],
  ["an assessment's record", { type: "assessment", assessment: { kind: "fullRefund" } }],
])("never shows %s", (_, body) => {
  expect(entry(body)).toBeUndefined();
});

test("gives an agent's file by an address of this visitor, and a quote without its key", () => {
  const message: Message = {
    ...says({ type: "text", text: "Voici" }, { type: "file", file: paper }),
    author: { id: "alva", name: "Alva" },
    answers: "web:conv:uuid",
    quote: "Où est la facture ?",
  };
  const shown = entry({ type: "message", id: "conv:4:0", message });
  expect(shown).toMatchObject({
    part: "4:0",
    message: {
      quote: "Où est la facture ?",
      blocks: [{ type: "text" }, { type: "file", file: { downloadUrl: "/original/p2" } }],
    },
  });
  expect(JSON.stringify(shown)).not.toMatch(/conv|def/u);
});

test("tells which message stands in another's place, and not again what that one said", () => {
  const first = entry({
    type: "message",
    id: "conv:4:0",
    message: says({ type: "text", text: "Demian" }),
  });
  const next = entry({
    type: "message",
    id: "conv:5:0",
    message: { ...says(), replaces: "conv:4:0" },
  });
  expect(next).toMatchObject({ part: "5:0", replaces: "4:0" });
  const told = withoutReplaced([first, next].filter((one) => one !== undefined));
  expect(told).toHaveLength(2);
  expect(JSON.stringify(told)).not.toMatch(/Demian|conv/u);
});
