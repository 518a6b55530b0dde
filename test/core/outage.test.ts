import { describe, expect, it } from "vitest";
import type { HeldContent, HeldInbound } from "../../src/core/inbound.ts";
import { createOutage } from "../../src/core/outage.ts";

const at = 1_700_000_000_000;

const said = (
  key: string,
  place: string,
  content: HeldContent = { type: "text", text: "48213" },
): HeldInbound => ({
  key,
  conversationId: `telegram-${place}`,
  channel: "telegram",
  address: place,
  content,
});

describe("while the store can't keep what customers say", () => {
  it("is silent for the first seconds, then says to tell, once at each place", () => {
    const outage = createOutage();
    const [first, second] = [said("1", "anna"), said("2", "anna")];
    expect([0, 1000, 4999].map((ms) => outage.failed(first, at + ms))).toEqual([
      false,
      false,
      false,
    ]);
    expect(outage.failed(first, at + 5000)).toBe(true);
    expect(outage.failed(first, at + 6000)).toBe(false);
    expect(outage.failed(second, at + 6000)).toBe(false);
    expect(outage.failed(said("3", "björn"), at + 6000)).toBe(true);
  });

  it("counts from the first failure, whoever's it was", () => {
    const outage = createOutage();
    outage.failed(said("1", "anna"), at);
    expect(outage.failed(said("2", "björn"), at + 7000)).toBe(true);
  });

  it("goes on while anything waits, though what was kept before comes again and again", () => {
    const outage = createOutage();
    for (let ms = 0; ms < 5000; ms += 1000) {
      outage.kept(said("0", "anna"));
      expect(outage.failed(said("1", "anna"), at + ms)).toBe(false);
    }
    expect(outage.failed(said("1", "anna"), at + 5000)).toBe(true);
  });

  it("is told of again after the store has worked", () => {
    const outage = createOutage();
    outage.failed(said("1", "anna"), at);
    expect(outage.failed(said("1", "anna"), at + 5000)).toBe(true);
    outage.kept(said("1", "anna"));
    expect(outage.failed(said("2", "anna"), at + 9000)).toBe(false);
    expect(outage.failed(said("2", "anna"), at + 14_000)).toBe(true);
  });

  it("ends, too, when what failed does not come again: another process has taken it", () => {
    const outage = createOutage();
    outage.failed(said("1", "anna"), at);
    expect(outage.failed(said("2", "anna"), at + 90_000)).toBe(false);
    expect(outage.failed(said("2", "anna"), at + 95_000)).toBe(true);
  });

  it("remembers only so many, and goes on telling nobody twice", () => {
    const outage = createOutage();
    outage.failed(said("0", "anna"), at);
    for (let one = 1; one <= 10_000; one++)
      expect(outage.failed(said(`${one}`, `chat-${one}`), at + 5000)).toBe(true);
    for (let one = 9000; one <= 11_000; one++)
      expect(outage.failed(said(`${one}`, `chat-${one}`), at + 6000)).toBe(false);
  });
});

it.each<[boolean, HeldContent]>([
  [true, { type: "started" }],
  [true, { type: "command", command: "status" }],
  [true, { type: "attachments", files: [] }],
  [true, { type: "unsupported", kind: "sticker" }],
  [true, { type: "edited", of: "1", text: "48214" }],
  [false, { type: "pressed", choice: "topic:drop", revision: 1 }],
  [false, { type: "form", answers: {} }],
  [false, { type: "deleted", of: "1" }],
  [false, { type: "unreachable", reason: "blocked" }],
  [false, { type: "reachable" }],
])("says %s to telling whoever did %j", (isTold, content) => {
  const outage = createOutage();
  outage.failed(said("1", "anna", content), at);
  expect(outage.failed(said("1", "anna", content), at + 5000)).toBe(isTold);
});
