import { expect, it } from "vitest";
import type { LogEntry, Said } from "../../src/core/conversation.ts";
import { postOf } from "../../src/core/desk-posts.ts";
import type { Language } from "../../src/core/language.ts";
import { library } from "../support/shop.ts";

const shown = (said: Said, language: Language): string => {
  const body = {
    type: "event",
    event: { type: "customer-wrote", at: 0, dice: "00000000" },
    by: "customer",
    key: "c:1",
    said,
  } as const;
  const post = postOf({ seq: 1, at: 0, body } as LogEntry, {
    texts: library.in(language),
    concernsDesk: () => true,
    stateOf: () => "delivered",
  });
  return post?.spans.map(({ text }) => text).join("") ?? "";
};
const file = (type: "image/png" | "audio/ogg" | "application/pdf", name = "") => ({
  id: "a".repeat(64),
  sha256: "a".repeat(64),
  type,
  sizeBytes: 1,
  name,
});

it("names a customer’s files in the desk’s language where they have no name", () => {
  const files = [file("image/png"), file("audio/ogg"), file("application/pdf", "kvitto.pdf")];
  expect(shown({ files }, "sv")).toBe("💬 Kund: 📎 bild, ljudinspelning, kvitto.pdf");
  expect(shown({ files: files.slice(0, 1) }, "fr")).toBe("💬 Client\u00A0: 📎 image");
  expect(shown({ text: "Se här", files: files.slice(1, 2) }, "sv")).toBe(
    "💬 Kund: Se här\n📎 ljudinspelning",
  );
});
