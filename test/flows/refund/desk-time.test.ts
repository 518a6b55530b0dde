import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogEntry } from "../../../src/core/conversation.ts";
import { replay } from "../../../src/core/replay.ts";
import {
  alva,
  atDesk,
  bruno,
  partial,
  reportDrop,
  theCase,
  type DeskChat,
} from "../../support/desk.ts";
import { openChat, refund, stoppedClock } from "../../support/shop.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Monday, in Paris, where the shop is open from 9 to 17 until Friday. */
const monday = (time: string) => Date.parse(`2026-03-02T${time}+01:00`);
const tuesday = (time: string) => Date.parse(`2026-03-03T${time}+01:00`);

let chat: DeskChat;
let number = "";

async function open(at: number): Promise<void> {
  chat = openChat("sv", stoppedClock(at));
  await reportDrop(chat);
  ({ number } = await theCase(chat));
}
beforeEach(() => open(monday("10:00")));
afterEach(() => chat.close());

/** Moves the clock there, firing what comes due on the way at its time; what the customer reads of it. */
async function until(at: number) {
  const said = [];
  for (;;) {
    const [due] = await chat.store.dueTimers(at, 1);
    if (!due) break;
    said.push(...(await chat.pass(Math.max(0, due.dueAt - chat.clock.at))));
  }
  return [...said, ...(await chat.pass(Math.max(0, at - chat.clock.at)))];
}

/** What the timers of cases raised, and when. */
async function raised(): Promise<{ type: string; caseNumber: string; at: number }[]> {
  const log: LogEntry[] = await chat.store.readLog(chat.conversationId, 0, 1000);
  return log.flatMap(({ body }) =>
    body.type === "event" && body.by === "timer" && "caseNumber" in body.event
      ? [{ type: body.event.type, caseNumber: String(body.event.caseNumber), at: body.event.at }]
      : [],
  );
}
const types = async () => (await raised()).map(({ type }) => type);
const take = (agent = alva) => chat.act(agent, { type: "taken" });
const say = () => chat.act(alva, { type: "said", text: "Vi tittar på det." });
async function decide(agent = alva): Promise<void> {
  const seen = (await theCase(chat)).factsRevision;
  await chat.act(agent, { type: "decided", decision: partial, seen });
}

describe("a case that nobody takes", () => {
  it("is announced again after half an hour, and after as long again to the leads; then no more", async () => {
    expect(await until(monday("12:00"))).toEqual([]);
    expect(await raised()).toEqual([
      { type: "unclaimed-noticed", caseNumber: number, at: monday("10:30") },
      { type: "unclaimed-escalated", caseNumber: number, at: monday("11:00") },
    ]);
    expect((await atDesk(chat)).alerts).toEqual({
      "unclaimed-noticed": monday("10:30"),
      "unclaimed-escalated": monday("11:00"),
    });
  });

  it("is announced again when the shop has been open for so long", async () => {
    await open(monday("18:00"));
    await until(tuesday("09:29"));
    expect(await raised()).toEqual([]);
    await until(tuesday("09:30"));
    expect(await types()).toEqual(["unclaimed-noticed"]);
  });

  it("comes to the leads half an hour after the first word of it also where that came late", async () => {
    await chat.pass(2 * hour);
    await until(monday("12:29"));
    expect(await types()).toEqual(["unclaimed-noticed"]);
    await until(monday("12:30"));
    expect(await types()).toEqual(["unclaimed-noticed", "unclaimed-escalated"]);
  });

  it("is not announced once it is taken; given back, it is after half an hour", async () => {
    await until(monday("10:29"));
    await take();
    await until(monday("13:00"));
    expect(await types()).toEqual([]);
    await chat.act(alva, { type: "released" });
    await until(monday("13:31"));
    expect(await raised()).toMatchObject([{ type: "unclaimed-noticed", at: monday("13:30") }]);
    await take(bruno);
    expect((await atDesk(chat)).alerts).toEqual({});
  });

  it("is not announced while the customer is waited for", async () => {
    await take();
    await chat.act(alva, { type: "asked", wanted: "screenshot" });
    await chat.act(alva, { type: "released" });
    await until(monday("16:00"));
    expect(await types()).toEqual([]);
    await chat.type("här är den");
    await until(monday("16:30"));
    expect(await types()).toEqual(["unclaimed-noticed"]);
  });

  it("is given back when its agent turns to another case of the customer's", async () => {
    const first = number;
    await chat.press("another");
    await chat.press("person");
    await chat.act(alva, { type: "taken" }, first);
    const second = await theCase(chat);
    await chat.act(alva, { type: "taken" }, second.number);
    expect((await atDesk(chat, first)).owner).toBeUndefined();
    expect((await atDesk(chat, second.number)).owner?.id).toBe("alva");
    await until(monday("10:31"));
    expect(await raised()).toMatchObject([{ type: "unclaimed-noticed", caseNumber: first }]);
  });
});

describe("the first answer", () => {
  const due = tuesday("10:00");

  it("is warned of at four fifths of its business hours and at their end", async () => {
    expect((await atDesk(chat)).dueAt?.firstAnswer).toBe(due);
    await take();
    expect(await until(tuesday("12:00"))).toEqual([]);
    expect(await raised()).toEqual([
      { type: "first-answer-neared", caseNumber: number, at: monday("16:24") },
      { type: "first-answer-missed", caseNumber: number, at: due },
    ]);
  });

  it("is met by the first word of an agent, by a question and by a decision", async () => {
    for (const meet of [
      say,
      () => chat.act(alva, { type: "asked", wanted: "timestamp" }),
      decide,
    ]) {
      await open(monday("10:00"));
      await take();
      await meet();
      expect((await atDesk(chat)).dueAt).not.toHaveProperty("firstAnswer");
      await until(tuesday("12:00"));
      expect(await types()).toEqual([]);
      await chat.close();
    }
    await open(monday("10:00"));
  });
});

describe("the decision", () => {
  const friday = (time: string) => Date.parse(`2026-03-06T${time}+01:00`);
  const nextMonday = (time: string) => Date.parse(`2026-03-09T${time}+01:00`);

  it("is due after so many business hours of the shop's turn; the customer's time does not count", async () => {
    expect((await atDesk(chat)).dueAt?.resolution).toBe(nextMonday("10:00"));
    await take();
    await until(monday("11:00"));
    await say();
    expect((await atDesk(chat)).dueAt).toEqual({});
    await until(nextMonday("09:00"));
    expect(await types()).toEqual([]);
    await chat.type("tack, här är mer");
    // 39 of the 40 hours are left.
    expect((await atDesk(chat)).dueAt?.resolution).toBe(Date.parse("2026-03-13T16:00+01:00"));
    await until(Date.parse("2026-03-20T12:00+01:00"));
    expect(await raised()).toEqual([
      {
        type: "resolution-neared",
        caseNumber: number,
        at: Date.parse("2026-03-12T16:00+01:00"),
      },
      {
        type: "resolution-missed",
        caseNumber: number,
        at: Date.parse("2026-03-13T16:00+01:00"),
      },
    ]);
  });

  it("that is made or a case that is closed is no more warned of", async () => {
    for (const end of [decide, () => chat.act(alva, { type: "closed" })]) {
      await open(monday("10:00"));
      await take();
      await end();
      expect(await chat.store.dueTimers(Number.MAX_SAFE_INTEGER, 100)).not.toContainEqual(
        expect.objectContaining({ id: `case:${number}` }),
      );
      await chat.close();
    }
    await open(monday("10:00"));
  });

  it("is due anew after a contest, and after the case was opened again", async () => {
    await take();
    await until(monday("15:00"));
    await decide();
    await until(friday("10:00"));
    await chat.press("contest");
    await chat.type("Det stämmer inte, jag har bilder");
    const due = Date.parse("2026-03-13T10:00+01:00");
    expect((await atDesk(chat)).dueAt).toEqual({ resolution: due });
    await until(friday("10:30"));
    expect(await types()).toEqual(["unclaimed-noticed"]);
    await take(bruno);
    await chat.act(bruno, { type: "closed" });
    expect(await atDesk(chat)).toMatchObject({ dueAt: {}, alerts: {} });
    await until(nextMonday("10:00"));
    await chat.act(alva, { type: "reopened" });
    expect((await atDesk(chat)).dueAt?.resolution).toBe(Date.parse("2026-03-16T10:00+01:00"));
    await until(nextMonday("10:30"));
    expect((await raised()).at(-1)).toEqual({
      type: "unclaimed-noticed",
      caseNumber: number,
      at: nextMonday("10:30"),
    });
  });

  it("runs on while a second person is waited for", async () => {
    await take();
    const decision = { ...partial, amountMinor: 50_000 };
    const seen = (await theCase(chat)).factsRevision;
    await chat.act(alva, { type: "decided", decision, seen });
    expect(await atDesk(chat)).toMatchObject({
      status: "proposed",
      dueAt: { resolution: nextMonday("10:00") },
    });
  });
});

it("each of several cases has its own time", async () => {
  await until(monday("10:10"));
  await chat.press("another");
  await chat.press("person");
  const second = (await theCase(chat)).number;
  await chat.act(alva, { type: "taken" }, number);
  await until(monday("12:00"));
  expect(await raised()).toEqual([
    { type: "unclaimed-noticed", caseNumber: second, at: monday("10:40") },
    { type: "unclaimed-escalated", caseNumber: second, at: monday("11:10") },
  ]);
});

it("a customer who writes to a closed case has it announced half an hour later", async () => {
  await take();
  await chat.act(alva, { type: "closed" });
  await until(tuesday("11:00"));
  await chat.type("det har försvunnit fler");
  await until(tuesday("11:30"));
  expect(await raised()).toEqual([
    { type: "unclaimed-noticed", caseNumber: number, at: tuesday("11:30") },
  ]);
});

it("a timer that is fired twice, and beside an act, is told once", async () => {
  chat.clock.at = monday("10:30");
  const due = (await chat.store.dueTimers(chat.clock.at, 10)).filter(({ id }) =>
    id.startsWith("case:"),
  );
  expect(due).toHaveLength(1);
  await Promise.all([...due, ...due].map((timer) => chat.receiver.fire(timer)));
  expect(await types()).toEqual(["unclaimed-noticed"]);
  chat.clock.at = monday("11:00");
  const next = (await chat.store.dueTimers(chat.clock.at, 10)).find(({ id }) =>
    id.startsWith("case:"),
  );
  await take();
  if (!next) throw new TypeError("no timer is due");
  expect(await chat.receiver.fire(next)).toBe("duplicate");
  expect(await types()).toEqual(["unclaimed-noticed"]);
});

it("a conversation with all of it is replayed from its log", async () => {
  await until(monday("11:30"));
  await take();
  await say();
  await chat.type("tack");
  await until(tuesday("16:00"));
  await decide();
  await chat.press("contest");
  await chat.type("Det stämmer inte, jag har bilder");
  await until(tuesday("16:45"));
  const log = await chat.store.readLog(chat.conversationId, 0, 1000);
  const stored = await chat.store.load(chat.conversationId);
  expect(replay(refund, log).snapshot).toEqual(stored?.snapshot);
});
