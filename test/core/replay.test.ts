import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/core/conversation.ts";
import type { Message } from "../../src/core/message.ts";
import { replay, walk } from "../../src/core/replay.ts";
import { choicesOf, openChat, refund } from "../support/shop.ts";

const dayMs = 24 * 3_600_000;

type Chat = ReturnType<typeof openChat>;

const logOf = ({ store, conversationId }: Chat): Promise<LogEntry[]> =>
  store.readLog(conversationId, 0, 1000);

/** Brings what stands to its assessment, by each question's first choice. */
async function toTheEnd(chat: Chat, messages: Message[]): Promise<Message[]> {
  let last = messages;
  while (!choicesOf(last).includes("another")) {
    const [first = ""] = choicesOf(last);
    last = await chat.press(first);
  }
  return last;
}

async function expectSame(chat: Chat): Promise<void> {
  const entries = await logOf(chat);
  const stored = await chat.store.load(chat.conversationId);
  const replayed = replay(refund, entries);
  expect(replayed.snapshot).toEqual(stored?.snapshot);
  expect(replayed.assessments).toEqual(
    entries.flatMap(({ body }) => (body.type === "assessment" ? [body.assessment] : [])),
  );
}

describe("the replay of a log", () => {
  it("gives the stored snapshot and every assessment, whatever came to pass", async () => {
    const chat = openChat("sv");
    await chat.send({ type: "started" });
    await chat.press("topic:notDelivered");
    await chat.type("48213");
    await chat.press("language:fr");
    await chat.pass(dayMs);
    await chat.press("progress:notStarted");
    await chat.type("demain");
    const offered = await toTheEnd(chat, await chat.press("confirm"));
    expect(choicesOf(offered)).toContain("remind");
    await chat.press("remind");
    const woken = await chat.pass(2 * dayMs);
    await toTheEnd(chat, woken);
    await chat.press("another");
    await chat.press("topic:drop");
    await chat.type("hein ?");
    await chat.press("startOver");
    await chat.press("restore");
    await chat.press("person");
    await chat.pass(dayMs);
    await chat.pass(6 * dayMs);
    await chat.type("Toujours là ?");

    const entries = await logOf(chat);
    const fired = entries.flatMap(({ body }) =>
      body.type === "event" && body.by === "timer" ? [body.event.type] : [],
    );
    const after = [
      "reminder",
      "reminder",
      "untilDue",
      "unclaimed-noticed",
      "unclaimed-noticed",
      "reminder",
      "first-answer-neared",
      "first-answer-neared",
      "rest",
    ];
    expect(fired.map((type) => type.split(".")[2] ?? type)).toEqual(after);
    expect(entries.filter(({ body }) => body.type === "assessment").length).toBeGreaterThanOrEqual(
      3,
    );
    await expectSame(chat);
  });

  it("begins in the language that the conversation began in, even where the first event changes it", async () => {
    const chat = openChat("sv");
    await chat.press("language:fr");
    await chat.press("topic:drop");
    await expectSame(chat);
    const [first] = await logOf(chat);
    expect(first?.body).toMatchObject({ type: "event", beganWith: { language: "sv" } });
  });

  it("refuses a log whose beginning is missing", async () => {
    const chat = openChat();
    await chat.send({ type: "started" });
    const entries = await logOf(chat);
    expect(() => replay(refund, entries.slice(1))).toThrow(TypeError);
    expect(() => replay(refund, [])).toThrow(TypeError);
  });
});

describe("the walk through a log", () => {
  it("tells where the customer stood, from where this version took over", async () => {
    const chat = openChat("fr");
    await chat.send({ type: "started" });
    await chat.press("topic:other");
    const snapshot = (await chat.store.load(chat.conversationId))?.snapshot;
    if (!snapshot) throw new TypeError("no conversation");
    await chat.type("48213");
    const stored = await chat.store.load(chat.conversationId);
    if (!stored) throw new TypeError("no conversation");
    const entries = await logOf(chat);
    const whole = walk(refund, stored, entries) ?? [];
    expect(whole[0]).toBe("choosingTopic");
    expect(whole.at(-1)).toBe(stored.standing);

    const upgraded: LogEntry = {
      seq: 0,
      at: 0,
      body: { type: "upgraded", from: 0, to: refund.version, snapshot, assessments: [] },
    };
    const last = entries.findLastIndex(({ body }) => body.type === "event");
    const older = [...entries.slice(0, last), upgraded, ...entries.slice(last)];
    expect(walk(refund, stored, older)).toEqual(whole.slice(-2));
    expect(walk(refund, { ...stored, standing: "elsewhere" }, entries)).toBeUndefined();
    expect(walk(refund, { ...stored, flowVersion: 0 }, entries)).toBeUndefined();
  });
});
