import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenCase, RefundContext } from "../../../flows/refund/context.ts";
import type { ActContent, ActRefusal } from "../../../src/core/act.ts";
import { type Agent, roles } from "../../../src/core/agent.ts";
import { leastRole, type ActType } from "../../../src/core/act.ts";
import { ActRefused } from "../../../src/core/errors.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { replay } from "../../../src/core/replay.ts";
import { choicesOf, openChat, refund } from "../../support/shop.ts";
import { picture } from "./dialogue.ts";

const alva: Agent = { id: "alva", name: "Alva", role: "agent" };
const bruno: Agent = { id: "bruno", name: "Bruno", role: "agent" };
const lea: Agent = { id: "lea", name: "Léa", role: "lead" };
const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");

let chat: ReturnType<typeof openChat>;
beforeEach(async () => {
  chat = openChat("sv");
  await chat.send({ type: "started" });
  for (const press of ["topic:drop"]) await chat.press(press);
  await chat.type("48213");
  await chat.press("progress:completed");
  for (const figure of ["1000", "1000", "500", "1100"]) await chat.type(figure);
  await chat.type("för 5 dagar sedan");
  await chat.press("dropWish:refund");
  await chat.type("299 kr");
  for (const words of ["Instagramföljare", "instagram.com/anna.lind", "De försvann i måndags"])
    await chat.type(words);
  await chat.press("pictures:none");
  await chat.press("confirm");
});
afterEach(() => chat.close());

async function theCase(): Promise<OpenCase> {
  const stored = await chat.store.load(chat.conversationId);
  const { case: open } = (stored?.snapshot.context ?? {}) as Partial<RefundContext>;
  if (!open) throw new TypeError("no case is open");
  return open;
}

async function refusalOf(agent: Agent, content: ActContent, number?: string): Promise<ActRefusal> {
  const before = await chat.store.load(chat.conversationId);
  const refused = await chat.act(agent, content, number).catch((error: unknown) => error);
  if (!(refused instanceof ActRefused)) throw new TypeError("the act was carried out");
  expect(await chat.store.load(chat.conversationId)).toEqual(before);
  return refused.refusal;
}

const partial = {
  outcome: "partialRefund",
  amountMinor: 11960,
  currency: "SEK",
  clauses: ["5.5", "5.10"],
  reasons: "Vi har kontrollerat leveransen och ser att 400 följare har försvunnit.",
} as const;

describe("an agent takes a thread", () => {
  it("and the customer reads who it is, without any question of the bot's", async () => {
    const messages = await chat.act(alva, { type: "taken" });
    expect(textOf(messages)).toBe("Alva från teamet är här nu och läser det du skriver.");
    expect(choicesOf(messages)).toEqual([]);
    expect(await chat.store.findCase((await theCase()).number)).toMatchObject({
      owner: { id: "alva", name: "Alva" },
      status: "open",
      waitsFor: "shop",
    });
  });

  it("and the other hears who has it", async () => {
    await chat.act(alva, { type: "taken" });
    expect(await refusalOf(bruno, { type: "taken" })).toEqual({ reason: "ownedBy", name: "Alva" });
    await chat.act(bruno, { type: "taken", over: true });
    expect(await refusalOf(alva, { type: "said", text: "Hej" })).toEqual({
      reason: "ownedBy",
      name: "Bruno",
    });
  });

  it("one of two at the same moment, 200 times", async () => {
    for (let round = 0; round < 200; round++) {
      const outcomes = await Promise.allSettled(
        [alva, bruno].map((agent) => chat.act(agent, { type: "taken" })),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const lost = outcomes.find((outcome) => outcome.status === "rejected");
      expect(lost?.reason).toMatchObject({ refusal: { reason: "ownedBy" } });
      const winner = outcomes[0]?.status === "fulfilled" ? alva : bruno;
      await chat.act(winner, { type: "released" });
    }
  });

  it("and the bot is silent, whatever the customer does, also after a day and a week", async () => {
    await chat.act(alva, { type: "taken" });
    expect(await chat.type("hjälp")).toEqual([]);
    expect(await chat.press("another")).toEqual([]);
    expect(await chat.send({ type: "files", files: [picture(1)], caption: "så här" })).toEqual([]);
    expect(await chat.send({ type: "command", command: "startOver" })).toEqual([]);
    expect(await chat.pass(25 * 3_600_000)).toEqual([]);
    expect(await chat.pass(7 * 24 * 3_600_000)).toEqual([]);
    const { record } = await theCase();
    expect(record.evidence).toHaveLength(1);
    expect(record.additions.map(({ text }) => text)).toContain("så här");
  });

  it("gives it back, and the bot goes on where it was", async () => {
    await chat.act(alva, { type: "taken" });
    const messages = await chat.act(alva, { type: "released" });
    expect(textOf(messages)).toContain("Alva har lämnat samtalet.");
    expect(choicesOf(messages)).toContain("addition");
  });
});

describe("an agent with the thread", () => {
  beforeEach(() => chat.act(alva, { type: "taken" }));

  it("speaks under their own name, in plain text", async () => {
    const [message] = await chat.act(alva, { type: "said", text: "Hej! Vi tittar på det. <b>" });
    expect(message).toMatchObject({
      author: { id: "alva", name: "Alva" },
      blocks: [{ type: "text", text: "Hej! Vi tittar på det. <b>" }],
      choices: [],
    });
    expect((await chat.store.findCase((await theCase()).number))?.waitsFor).toBe("customer");
    await chat.type("tack!");
    expect((await chat.store.findCase((await theCase()).number))?.waitsFor).toBe("shop");
  });

  it("asks for more in the customer's language", async () => {
    const messages = await chat.act(alva, { type: "asked", wanted: "screenshot" });
    expect(textOf(messages)).toContain("Alva behöver en skärmdump");
  });

  it("asks a question in their own words, and the answer comes into the case", async () => {
    const text = "Bytte du namn nyligen?";
    const messages = await chat.act(alva, { type: "asked", wanted: "question", text });
    expect(textOf(messages)).toBe(`Alva har en fråga till dig:\n\n${text}`);
    const { number } = await theCase();
    expect((await chat.store.findCase(number))?.waitsFor).toBe("customer");
    const log = await chat.store.readLog(chat.conversationId, 0, 1000);
    expect(
      log.find(({ body }) => body.type === "event" && body.said?.act === "asked")?.body,
    ).toMatchObject({ said: { text } });
    expect(await chat.type("ja, i förrgår")).toEqual([]);
    expect((await theCase()).record.additions.at(-1)?.text).toBe("ja, i förrgår");
    expect((await chat.store.findCase(number))?.waitsFor).toBe("shop");
    for (const empty of ["", "  ", "x".repeat(3001)])
      expect(await refusalOf(alva, { type: "asked", wanted: "question", text: empty })).toEqual({
        reason: "wordsMissing",
      });
    expect(await refusalOf(bruno, { type: "asked", wanted: "question", text })).toEqual({
      reason: "ownedBy",
      name: "Alva",
    });
  });

  it("notes something that the customer never reads", async () => {
    expect(await chat.act(bruno, { type: "noted", text: "ringde banken" })).toEqual([]);
    const log = await chat.store.readLog(chat.conversationId, 0, 1000);
    expect(log.at(-1)?.body).toMatchObject({
      by: "agent",
      said: { text: "ringde banken", act: "noted", agent: { name: "Bruno" } },
    });
  });

  it("corrects a fact, and the assessment is made and recorded again", async () => {
    const before = await theCase();
    await chat.act(alva, { type: "corrected", question: "dropWish", text: "redeliver" });
    const after = await theCase();
    expect(before.record.assessment.rule).toBe("drop.guaranteed-refund");
    expect(after.record.assessment.rule).toBe("drop.guaranteed-redeliver");
    expect(after.factsRevision).toBe(before.factsRevision + 1);
    expect(
      await refusalOf(alva, { type: "corrected", question: "ordered", text: "många" }),
    ).toEqual({
      reason: "notUnderstood",
    });
  });

  it("decides, and the customer reads the formal update in their language", async () => {
    const { factsRevision: seen, number } = await theCase();
    const messages = await chat.act(alva, { type: "decided", decision: partial, seen });
    const [update] = messages;
    expect(update?.blocks[0]).toMatchObject({
      type: "decision",
      tone: "positive",
      heading: `Beslut, ärende ${number}`,
      summary: "Du får tillbaka en del av beloppet: 119,60\u00a0kr.",
      reasons: partial.reasons,
    });
    expect(textOf(messages)).toContain("5.10");
    expect(choicesOf(messages)).toContain("contest");
    expect(await chat.store.findCase(number)).toMatchObject({
      status: "decided",
      decision: { ...partial, by: { id: "alva" } },
    });
    expect((await chat.store.findCase(number))?.owner).toBeUndefined();
  });

  it("decides nothing on facts that have changed, without a clause, an amount or reasons", async () => {
    const { factsRevision: seen } = await theCase();
    const decided = (changes: object, at = seen): ActContent => ({
      type: "decided",
      decision: { ...partial, ...changes },
      seen: at,
    });
    expect(await refusalOf(alva, decided({}, seen - 1))).toEqual({ reason: "factsChanged" });
    expect(await refusalOf(alva, decided({ clauses: [] }))).toEqual({ reason: "clauseMissing" });
    expect(await refusalOf(alva, decided({ clauses: ["9.9"] }))).toEqual({
      reason: "clauseMissing",
    });
    expect(await refusalOf(alva, decided({ amountMinor: 0 }))).toEqual({ reason: "amountMissing" });
    expect(await refusalOf(alva, decided({ reasons: "  " }))).toEqual({ reason: "reasonsMissing" });
    await chat.send({ type: "files", files: [picture(2)] });
    expect(await refusalOf(alva, decided({}))).toEqual({ reason: "factsChanged" });
  });

  it("closes the case; a customer who writes again opens it", async () => {
    await chat.act(alva, { type: "closed" });
    const { number } = await theCase();
    expect((await chat.store.findCase(number))?.status).toBe("closed");
    expect(await refusalOf(bruno, { type: "taken" })).toEqual({ reason: "isClosed" });
    await chat.type("det har försvunnit fler");
    expect((await chat.store.findCase(number))?.status).toBe("open");
  });
});

describe("a decision above the sum that needs a second person", () => {
  const large = { ...partial, outcome: "fullRefund", amountMinor: 50_000 } as const;
  let seen = 0;
  beforeEach(async () => {
    await chat.act(alva, { type: "taken" });
    seen = (await theCase()).factsRevision;
    expect(await chat.act(alva, { type: "decided", decision: large, seen })).toEqual([]);
  });

  it("waits for a lead who is another person, and is told then", async () => {
    const { number } = await theCase();
    expect((await chat.store.findCase(number))?.status).toBe("proposed");
    expect(await refusalOf(bruno, { type: "approved", seen })).toEqual({ reason: "notAllowed" });
    const herself: Agent = { ...alva, role: "lead" };
    expect(await refusalOf(herself, { type: "approved", seen })).toEqual({ reason: "samePerson" });
    const [update] = await chat.act(lea, { type: "approved", seen });
    expect(update?.blocks[0]).toMatchObject({ type: "decision" });
    expect(await chat.store.findCase(number)).toMatchObject({
      status: "decided",
      decision: { by: { id: "alva" }, approvedBy: { id: "lea" } },
    });
  });

  it("is declined, and nobody tells the customer", async () => {
    expect(await chat.act(lea, { type: "declined" })).toEqual([]);
    expect((await theCase()).proposal).toBeUndefined();
  });

  it("lapses when a fact changes", async () => {
    await chat.act(alva, { type: "corrected", question: "price", text: "100 kr" });
    expect(await refusalOf(lea, { type: "approved", seen })).toEqual({
      reason: "nothingProposed",
    });
  });
});

describe("a decision that is contested", () => {
  it("goes back to people, and a new decision ends it", async () => {
    await chat.act(alva, { type: "taken" });
    const { number } = await theCase();
    const seen = async () => (await theCase()).factsRevision;
    const refused = { ...partial, outcome: "noRefund", clauses: ["5.4b"] } as const;
    await chat.act(alva, { type: "decided", decision: refused, seen: await seen() });
    await chat.press("contest");
    await chat.type("Det stämmer inte, jag har bilder");
    expect(await chat.store.findCase(number)).toMatchObject({
      status: "contested",
      waitsFor: "shop",
      decision: { outcome: "noRefund" },
    });
    await chat.act(bruno, { type: "taken" });
    await chat.act(bruno, { type: "decided", decision: partial, seen: await seen() });
    expect((await chat.store.findCase(number))?.status).toBe("decided");
  });
});

it("an earlier case is decided while the customer is at another problem, which goes on", async () => {
  const { number } = await theCase();
  await chat.press("another");
  await chat.press("topic:account");
  await chat.act(alva, { type: "taken" }, number);
  const seen = (await chat.store.findCase(number))?.factsRevision ?? 0;
  const messages = await chat.act(alva, { type: "decided", decision: partial, seen }, number);
  expect(textOf(messages)).toContain(number);
  expect((await chat.store.findCase(number))?.status).toBe("decided");
  expect(choicesOf(messages)).toContain("orderNumber:unknown");
  await chat.type("48214");
  expect(choicesOf(await chat.press("loggedIn:yes"))).toContain("confirm");
});

it("a conversation with acts is replayed from its log", async () => {
  await chat.act(alva, { type: "taken" });
  await chat.act(alva, { type: "said", text: "Hej" });
  await chat.type("hej");
  await chat.act(alva, { type: "corrected", question: "price", text: "199 kr" });
  const { factsRevision: seen } = await theCase();
  await chat.act(alva, { type: "decided", decision: partial, seen });
  const log = await chat.store.readLog(chat.conversationId, 0, 1000);
  const stored = await chat.store.load(chat.conversationId);
  expect(replay(refund, log).snapshot).toEqual(stored?.snapshot);
});

it.each(Object.keys(leastRole) as ActType[])(
  "%s is for whom its rule names, and above",
  async (type) => {
    const content = {
      type,
      text: "x",
      wanted: "screenshot",
      question: "price",
      decision: partial,
      seen: 1,
    } as unknown as ActContent;
    for (const role of roles) {
      const agent: Agent = { ...lea, role };
      const outcome = await chat.act(agent, content).catch((error: unknown) => error);
      const isRefused = outcome instanceof ActRefused && outcome.refusal.reason === "notAllowed";
      expect(isRefused).toBe(roles.indexOf(role) < roles.indexOf(leastRole[type]));
    }
  },
);
