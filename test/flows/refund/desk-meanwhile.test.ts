import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainText, type Message } from "../../../src/core/message.ts";
import { alva, atDesk, type DeskChat, partial, reportDrop, theCase } from "../../support/desk.ts";
import { openChat } from "../../support/shop.ts";

const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");
const questions = "ordernummer";

let chat: DeskChat;
beforeEach(async () => {
  chat = openChat("sv");
  await chat.send({ type: "started" });
});
afterEach(() => chat.close());

describe("whoever asks for a person, and is asked a little more meanwhile,", () => {
  beforeEach(async () => {
    expect(textOf(await chat.press("topic:human"))).toContain(questions);
    await chat.act(alva, { type: "taken" });
  });
  const decide = async () => {
    const { factsRevision: seen } = await theCase(chat);
    return chat.act(alva, { type: "decided", decision: partial, seen });
  };

  it("is asked no more once the case is decided", async () => {
    const before = await theCase(chat);
    const told = textOf(await decide());
    expect(told).toContain("Beslut");
    expect(told).not.toContain(questions);
    expect(textOf(await chat.send({ type: "command", command: "help" }))).not.toContain(questions);
    expect((await theCase(chat)).factsRevision).toBe(before.factsRevision);
    expect(await atDesk(chat)).toMatchObject({ status: "decided", waitsFor: "customer" });
  });

  it("nor once it is closed, where the buttons ask how the help was", async () => {
    const told = await chat.act(alva, { type: "closed" });
    expect(textOf(told)).toContain("Hur tycker du");
    expect(textOf(told)).not.toContain(questions);
    const { number } = await theCase(chat);
    const thanked = textOf(await chat.press(`satisfaction:good:${number}`));
    expect(thanked).toContain("Tack");
    expect(thanked).not.toContain(questions);
  });

  it("is asked on when the thread is only given back", async () => {
    expect(textOf(await chat.act(alva, { type: "released" }))).toContain(questions);
  });

  it("can contest, and what they write then is added to the case", async () => {
    await decide();
    await chat.press("contest");
    await chat.type("Det stämmer inte, jag har bilder");
    expect(await atDesk(chat)).toMatchObject({ status: "contested" });
  });
});

it("whoever has another problem is asked on about that one when an earlier one is decided", async () => {
  await reportDrop(chat);
  const { number, factsRevision: seen } = await theCase(chat);
  await chat.press("another");
  expect(textOf(await chat.press("topic:human"))).toContain(questions);
  await chat.act(alva, { type: "taken" }, number);
  const told = await chat.act(alva, { type: "decided", decision: partial, seen }, number);
  expect(textOf(told)).toContain(questions);
});
