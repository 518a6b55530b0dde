import { expect, test } from "vitest";
import { maxTextLength, readMessage, readStart } from "../../../src/adapters/web/inbound.ts";
import type { Evidence } from "../../../src/core/evidence.ts";

const id = "0b9f2f6e-2a3c-4d5e-8f90-123456789abc";
const picture: Evidence = {
  id: "p1",
  sha256: "00",
  type: "image/png",
  sizeBytes: 10,
  name: "a.png",
};
const read = (body: unknown) =>
  readMessage(body, "conv", (token) => (token === "ours" ? picture : undefined));

test("reads a text under a key of the conversation and the page's own id", () => {
  expect(read({ id, text: "48213" })).toEqual({
    inbound: {
      key: `web:conv:${id}`,
      conversationId: "conv",
      channel: "web",
      content: { type: "text", text: "48213" },
    },
  });
});

test("leaves an empty text to the bot, which knows what to say to it", () => {
  expect(read({ id, text: "" })).toMatchObject({
    inbound: { content: { type: "text", text: "" } },
  });
});

test("reads a press with the revision that it was made on", () => {
  expect(read({ id, choice: "topic:drop", revision: 3, language: "sv" })).toMatchObject({
    inbound: {
      language: "sv",
      content: { type: "pressed", choice: "topic:drop", revision: 3 },
    },
  });
});

test("reads files with their caption, and without one where it is blank", () => {
  expect(read({ id, files: ["ours"], text: " here " })).toMatchObject({
    inbound: { content: { type: "files", files: [picture], caption: "here" } },
  });
  expect(read({ id, files: ["ours"], text: " " })).toHaveProperty("inbound.content", {
    type: "files",
    files: [picture],
  });
});

test("takes the longest text and not one sign more", () => {
  expect(read({ id, text: "x".repeat(maxTextLength) })).toHaveProperty("inbound");
  expect(read({ id, text: "x".repeat(maxTextLength + 1) })).toEqual({ fault: "tooLong" });
  expect(read({ id, files: ["ours"], text: "x".repeat(maxTextLength + 1) })).toEqual({
    fault: "tooLong",
  });
});

test.each([
  ["nothing", undefined],
  ["a list", []],
  ["no id", { text: "a" }],
  ["an id that is no UUID", { id: "1", text: "a" }],
  ["text and a choice at once", { id, text: "a", choice: "b", revision: 1 }],
  ["a choice without a revision", { id, choice: "b" }],
  ["a negative revision", { id, choice: "b", revision: -1 }],
  ["a choice that is too long", { id, choice: "b".repeat(65), revision: 1 }],
  ["a language that is not spoken", { id, text: "a", language: "de" }],
  ["no files", { id, files: [] }],
  ["eleven files", { id, files: Array(11).fill("ours") }],
  ["a file that is another's, beside an own one", { id, files: ["ours", "theirs"] }],
  ["what only the bot may say", { id, text: "a", type: "started" }],
])("refuses %s", (_, body) => {
  expect(read(body)).toEqual({ fault: "malformed" });
});

test("starts a conversation under one key, however often the page is opened", () => {
  expect(readStart("conv", "fr")).toEqual(readStart("conv", "fr"));
  expect(readStart("conv", "fr").key).toBe("web:start:conv");
});
