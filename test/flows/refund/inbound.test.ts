import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { standing } from "../../../flows/refund/standing.ts";
import type { Said } from "../../../src/core/conversation.ts";
import type { EvidenceRefusal } from "../../../src/core/evidence.ts";
import { type Command, commands, unsupportedKinds } from "../../../src/core/inbound.ts";
import { languages } from "../../../src/core/language.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { choicesOf, library, openChat } from "../../support/shop.ts";
import { picture } from "./dialogue.ts";

let chat: ReturnType<typeof openChat>;
beforeEach(() => {
  chat = openChat("fr");
});
afterEach(() => chat.store.close());

const texts = library.in("fr");
const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");
const noticesOf = (messages: readonly Message[]) =>
  messages
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => (block.type === "notice" ? [block.text] : []));
const stored = async () => {
  const conversation = await chat.store.load(chat.conversationId);
  if (!conversation) throw new Error("no conversation is stored");
  return conversation;
};
const contextNow = async () => (await stored()).snapshot.context as RefundContext;
const placeNow = async () => {
  const { place, question } = standing((await stored()).snapshot);
  return question ?? place;
};
const lastSaid = async (): Promise<Said | undefined> => {
  const entries = await chat.store.readLog(chat.conversationId, 0, 1000);
  const last = entries.findLast(({ body }) => body.type === "event")?.body;
  return last?.type === "event" ? last.said : undefined;
};

/** Places of a dialogue, from the first to an open case. */
const places = {
  "the topics": () => chat.send({ type: "started" }),
  "a question": async () => {
    await chat.press("topic:notDelivered");
    return chat.type("48213");
  },
  "the review": async () => {
    await chat.press("topic:slowDelivery");
    await chat.type("48213");
    return chat.press("expectedTime:notPassed");
  },
  "an open case": async () => {
    await chat.press("topic:drop");
    return chat.type("une personne");
  },
};
const everywhere = Object.entries(places);
const command = (name: Command) => chat.send({ type: "command", command: name });

describe.each(everywhere)("at %s", (place, go) => {
  it.each(commands)("the command %s is answered, and said in the log", async (name) => {
    await go();
    const answer = await command(name);
    expect(answer.length).toBeGreaterThan(0);
    expect(choicesOf(answer).length).toBeGreaterThan(0);
    expect(await lastSaid()).toEqual({ text: `/${name}` });
  });

  it("help, status and language leave the dialogue where it is", async () => {
    await go();
    const [before, { answers }] = [await placeNow(), await contextNow()];
    for (const name of ["help", "status", "language"] as const) {
      await command(name);
      expect(await placeNow(), name).toBe(before);
    }
    expect((await contextNow()).answers).toEqual(answers);
  });

  it("a person is had by command, and one case is opened at most", async () => {
    await go();
    await command("person");
    expect(await chat.store.listCases({ limit: 9 })).toHaveLength(1);
    await command("person");
    expect(await chat.store.listCases({ limit: 9 })).toHaveLength(1);
  });

  it("starting over by command comes to the topics", async () => {
    await go();
    await command("startOver");
    expect(await placeNow()).toBe("choosingTopic");
  });

  it.each([
    ["by command", () => command("language")],
    ["by word", () => chat.type("langue")],
    ["by button", () => chat.press("language")],
  ])("the languages are shown when asked for %s, and one can be pressed", async (_, ask) => {
    await go();
    const before = await placeNow();
    const answer = await ask();
    expect(textOf(answer)).toContain(texts.text("bot:language.ask"));
    expect(choicesOf(answer)).toEqual(
      expect.arrayContaining(languages.map((language) => `language:${language}`)),
    );
    const chosen = await chat.press("language:sv");
    expect(chosen.at(-1)?.language).toBe("sv");
    expect(await placeNow()).toBe(before);
  });

  it.each(unsupportedKinds)("a %s is answered in words and changes nothing", async (kind) => {
    await go();
    const [before, { answers, misses }] = [await placeNow(), await contextNow()];
    const answer = await chat.send({ type: "unsupported", kind });
    expect(noticesOf(answer)).toEqual([texts.text(`bot:unsupported.${kind}`)]);
    expect(await placeNow()).toBe(before);
    expect(await contextNow()).toMatchObject({ answers, misses });
  });

  it("files that could not be taken are said, each reason once, and change nothing", async () => {
    await go();
    const [before, { evidence }] = [await placeNow(), await contextNow()];
    const refused: EvidenceRefusal[] = ["tooLarge", "lost", "tooLarge"];
    const answer = await chat.send({ type: "files", files: [], refused, caption: "voilà" });
    expect(noticesOf(answer)).toEqual(
      ["tooLarge", "lost"].map((reason) => texts.text(`bot:evidence.refused.${reason}`)),
    );
    expect(await lastSaid()).toEqual({ files: [], refused, text: "voilà" });
    expect(await placeNow()).toBe(before);
    expect((await contextNow()).evidence).toEqual(evidence);
  });

  it("files that could not be taken are said beside those that could", async () => {
    await go();
    const { evidence } = await contextNow();
    const answer = await chat.send({ type: "files", files: [picture(1)], refused: ["wrongType"] });
    expect(noticesOf(answer)).toEqual([texts.text("bot:evidence.refused.wrongType")]);
    expect(await lastSaid()).toEqual({ files: [picture(1)], refused: ["wrongType"] });
    expect((await contextNow()).evidence).toEqual([...evidence, picture(1)]);
  });

  it("an edit says what it edits", async () => {
    await go();
    await chat.type("un mot de plus", "first");
    await chat.send({ type: "edited", of: "first", text: "un autre mot" });
    expect(await lastSaid()).toEqual({ text: "un autre mot", edits: "first" });
  });

  it("what the platform says of the customer leaves the dialogue as it is, without a word", async () => {
    await go();
    const [before, { answers, evidence }] = [await placeNow(), await contextNow()];
    for (const content of [
      { type: "moved" },
      { type: "undelivered", message: "m", reason: "tooLong" },
      { type: "unreachable", reason: "blocked" },
    ] as const) {
      expect(await chat.send(content), content.type).toEqual([]);
      expect(await placeNow()).toBe(before);
    }
    const back = await chat.send({ type: "reachable" });
    expect(choicesOf(back).length).toBeGreaterThan(0);
    expect(await placeNow()).toBe(before);
    expect(await contextNow()).toMatchObject({ answers, evidence });
  });

  if (place === "the topics") return;

  it.each(["", "account", "account_99887", "99887", "human"])(
    "a link to the chat changes nothing of the dialogue: %j",
    async (payload) => {
      await go();
      const [before, { answers, topic }] = [await placeNow(), await contextNow()];
      const answer = await chat.send({ type: "started", payload });
      expect(choicesOf(answer).length).toBeGreaterThan(0);
      expect(await placeNow()).toBe(before);
      expect(await contextNow()).toMatchObject({ answers, topic });
    },
  );
});

describe("a link to the chat", () => {
  const open = (payload: string) => chat.send({ type: "started", payload });

  it("may name the topic", async () => {
    const answer = await open("drop");
    expect((await contextNow()).topic).toBe("drop");
    expect(await placeNow()).toBe("orderNumber");
    expect(textOf(answer)).toContain("Viplikes");
  });

  it("may name the order, which is said back and kept for the topic", async () => {
    expect(textOf(await open("48213"))).toContain("48213");
    expect(await placeNow()).toBe("choosingTopic");
    await chat.press("topic:drop");
    expect((await contextNow()).answers.orderNumber).toBe("48213");
    expect(await placeNow()).toBe("progress");
  });

  it.each(["drop_48213", "drop-48213"])("may name both: %s", async (payload) => {
    await open(payload);
    expect(await contextNow()).toMatchObject({ topic: "drop", answers: { orderNumber: "48213" } });
    expect(await placeNow()).toBe("progress");
  });

  it("may ask for a person", async () => {
    await open("human");
    expect(await chat.store.listCases({ limit: 9 })).toMatchObject([
      { kind: "humanReview", reason: "customerAsked" },
    ]);
  });

  it.each([
    "rubbish",
    "_",
    "-_-",
    "drop_rubbish",
    "__proto__",
    "constructor",
    "drop_48213_99887",
    "x".repeat(64),
    "\u0000",
  ])("of any other kind is a start like any: %j", async (payload) => {
    const answer = await open(payload);
    expect(textOf(answer)).toContain("Viplikes");
    expect(choicesOf(answer).length).toBeGreaterThan(0);
    expect(await chat.store.listCases({ limit: 9 })).toEqual([]);
    expect(await placeNow()).toBe(payload.startsWith("drop") ? "orderNumber" : "choosingTopic");
    expect((await contextNow()).answers).toEqual({});
  });
});

describe("files beside which others could not be taken", () => {
  it("answer the question that waits for them", async () => {
    await chat.press("topic:wrongCountry");
    await chat.type("48213");
    await chat.press("targeted:yes");
    expect(await placeNow()).toBe("statistics");
    await chat.send({ type: "files", files: [picture(1)], refused: ["broken"] });
    expect(await placeNow()).toBe("shownCountry");
  });

  it("as the very first message greet, and say both", async () => {
    const answer = await chat.send({ type: "files", files: [picture(1)], refused: ["lost"] });
    expect(textOf(answer)).toContain("Viplikes");
    expect(noticesOf(answer)).toHaveLength(1);
    expect((await contextNow()).evidence).toEqual([picture(1)]);
  });
});
