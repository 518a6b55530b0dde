import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Agent } from "../../../src/core/agent.ts";
import {
  alva,
  atDesk,
  bruno,
  lea,
  partial,
  refusalOf,
  reportDrop,
  theCase,
  type DeskChat,
} from "../../support/desk.ts";
import { openChat, stoppedClock } from "../../support/shop.ts";

let chat: DeskChat;
let staff: Agent[];
const seen = async () => (await theCase(chat)).factsRevision;

async function decide(agent: Agent, amountMinor: number = partial.amountMinor): Promise<void> {
  await chat.act(agent, { type: "taken" });
  const decision = { ...partial, amountMinor };
  await chat.act(agent, { type: "decided", decision, seen: await seen() });
}

async function contest(): Promise<void> {
  await chat.press("contest");
  await chat.type("Det stämmer inte, jag har bilder");
}

beforeEach(async () => {
  staff = [alva, bruno, lea];
  chat = openChat("sv", stoppedClock(), staff);
  await reportDrop(chat);
});
afterEach(() => chat.close());

describe("a contested case", () => {
  it("is not taken by who decided it, and by anybody else", async () => {
    await decide(alva);
    await contest();
    expect(await refusalOf(chat, alva, { type: "taken" })).toEqual({ reason: "ownDecision" });
    expect(await refusalOf(chat, alva, { type: "taken", over: true })).toEqual({
      reason: "ownDecision",
    });
    await chat.act(bruno, { type: "taken" });
    await chat.act(bruno, { type: "decided", decision: partial, seen: await seen() });
    expect((await atDesk(chat)).status).toBe("decided");
  });

  it("is taken by who decided it where nobody else works, at the moment of the act", async () => {
    await decide(alva);
    await contest();
    expect(await refusalOf(chat, alva, { type: "taken" })).toEqual({ reason: "ownDecision" });
    staff.splice(0, staff.length, alva);
    await chat.act(alva, { type: "taken" });
    expect((await atDesk(chat)).owner?.id).toBe("alva");
    staff.push(bruno);
    const decided = { type: "decided", decision: partial, seen: await seen() } as const;
    expect(await refusalOf(chat, alva, decided)).toEqual({ reason: "ownDecision" });
  });

  it("is taken neither by who proposed nor by who approved, while a third is there", async () => {
    await decide(alva, 50_000);
    await chat.act(lea, { type: "approved", seen: await seen() });
    await contest();
    for (const agent of [alva, lea])
      expect(await refusalOf(chat, agent, { type: "taken" })).toEqual({ reason: "ownDecision" });
    staff.splice(0, staff.length, alva, lea);
    await chat.act(lea, { type: "taken" });
  });

  it("has its new decision approved by another lead, where there is one", async () => {
    await decide(alva, 50_000);
    await chat.act(lea, { type: "approved", seen: await seen() });
    await contest();
    await decide(bruno, 60_000);
    const max: Agent = { id: "max", name: "Max", role: "admin" };
    staff.push(max);
    const approved = { type: "approved", seen: await seen() } as const;
    expect(await refusalOf(chat, lea, approved)).toEqual({ reason: "ownDecision" });
    staff.pop();
    await chat.act(lea, approved);
    expect((await atDesk(chat)).decision).toMatchObject({
      amountMinor: 60_000,
      approvedBy: { id: "lea" },
    });
  });

  it("is any agent's again once it is decided anew", async () => {
    await decide(alva);
    await contest();
    await decide(bruno);
    await chat.act(alva, { type: "taken" });
  });

  it("stays another's when it was closed and opened again", async () => {
    await decide(alva);
    await contest();
    await chat.act(bruno, { type: "taken" });
    await chat.act(bruno, { type: "closed" });
    await chat.act(alva, { type: "reopened" });
    expect(await refusalOf(chat, alva, { type: "taken" })).toEqual({ reason: "ownDecision" });
  });

  it("without a decision before is anybody's", async () => {
    await contest();
    await chat.act(alva, { type: "taken" });
    expect((await atDesk(chat)).status).toBe("contested");
  });
});
