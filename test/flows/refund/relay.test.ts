import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownOf, type RefundContext } from "../../../flows/refund/context.ts";
import type { ActContent, ActRefusal } from "../../../src/core/act.ts";
import type { Agent } from "../../../src/core/agent.ts";
import { ActRefused } from "../../../src/core/errors.ts";
import type { Evidence } from "../../../src/core/evidence.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { choicesOf, library, openChat } from "../../support/shop.ts";
import { picture } from "./dialogue.ts";

const alva: Agent = { id: "alva", name: "Alva", role: "agent" };
const bruno: Agent = { id: "bruno", name: "Bruno", role: "lead" };
const voice: Evidence = {
  id: "voice-of-a-customer",
  sha256: "0".repeat(64),
  type: "audio/ogg",
  sizeBytes: 1200,
  name: "voice.ogg",
};
const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");

let chat: ReturnType<typeof openChat>;
beforeEach(async () => {
  chat = openChat("fr");
  await chat.send({ type: "started" });
  await chat.press("topic:drop");
  await chat.type("une personne");
  await chat.act(alva, { type: "taken" });
});
afterEach(() => chat.close());

const contextNow = async () =>
  (await chat.store.load(chat.conversationId))?.snapshot.context as RefundContext;
const logNow = () => chat.store.readLog(chat.conversationId, 0, 1000);
const lastEvent = async () => {
  const found = (await logNow()).findLast(({ body }) => body.type === "event")?.body;
  if (found?.type !== "event") throw new TypeError("no event is logged");
  return found;
};
/** The id of the last message that somebody said. */
const lastId = async (): Promise<string> => {
  const found = (await logNow()).findLast(({ body }) => body.type === "message")?.body;
  return found?.type === "message" ? found.id : "";
};
async function refusalOf(agent: Agent, content: ActContent): Promise<ActRefusal> {
  const refused = await chat.act(agent, content).catch((error: unknown) => error);
  if (!(refused instanceof ActRefused)) throw new TypeError("the act was carried out");
  return refused.refusal;
}

describe("an agent's files", () => {
  it("go with the text and behind it, one to a message, under the agent's name", async () => {
    const files = [picture(1), picture(2)];
    const messages = await chat.act(alva, { type: "said", text: "Voici", files });
    expect(messages).toMatchObject([
      {
        author: { id: "alva" },
        blocks: [
          { type: "text", text: "Voici" },
          { type: "file", file: files[0] },
        ],
      },
      { author: { id: "alva" }, blocks: [{ type: "file", file: files[1] }] },
    ]);
    expect(await lastEvent()).toMatchObject({ said: { text: "Voici", files, act: "said" } });
  });

  it("need no text, but one of both", async () => {
    const [message] = await chat.act(alva, { type: "said", text: " ", files: [voice] });
    expect(message?.blocks).toEqual([{ type: "file", file: voice }]);
    expect(await refusalOf(alva, { type: "said", text: " ", files: [] })).toEqual({
      reason: "wordsMissing",
    });
  });
});

describe("an agent's answer to one of the customer's messages", () => {
  it("shows its beginning", async () => {
    await chat.type("x".repeat(300), "the-words");
    const [message] = await chat.act(alva, { type: "said", text: "Oui", answers: "the-words" });
    expect(message).toMatchObject({ answers: "the-words", quote: "x".repeat(200) });
  });

  it("goes out without it where nobody said that", async () => {
    const [message] = await chat.act(alva, { type: "said", text: "Oui", answers: "unknown" });
    expect(message).not.toHaveProperty("quote");
    expect(message).not.toHaveProperty("answers");
  });
});

describe("an agent's other words", () => {
  it("stand in the place of the first, with the same file", async () => {
    await chat.type("Quand ?", "the-words");
    const files = [picture(1)];
    await chat.act(alva, { type: "said", text: "Demian", files, answers: "the-words" });
    const message = await lastId();
    const messages = await chat.act(alva, { type: "reworded", message, text: "Demain" });
    expect(messages).toMatchObject([
      {
        replaces: message,
        author: { id: "alva" },
        quote: "Quand ?",
        blocks: [{ text: "Demain" }, { file: { id: picture(1).id } }],
      },
    ]);
    const again = await chat.act(alva, { type: "reworded", message, text: "Après-demain" });
    expect(again).toMatchObject([{ replaces: message, blocks: [{ text: "Après-demain" }, {}] }]);
  });

  it("leave the bot's open question as it is", async () => {
    await chat.act(alva, { type: "said", text: "Bonjour" });
    const message = await lastId();
    await chat.act(alva, { type: "released" });
    const before = await chat.store.load(chat.conversationId);
    const messages = await chat.act(alva, { type: "reworded", message, text: "Bonsoir" });
    expect(textOf(messages)).toBe("Alva\nBonsoir");
    const after = await chat.store.load(chat.conversationId);
    expect(after?.promptedRevision).toBe(before?.promptedRevision);
    expect(choicesOf(await chat.press("status"))).not.toEqual([]);
  });

  it("and a withdrawal take nobody else's words, nor the bot's, nor what is withdrawn", async () => {
    await chat.act(alva, { type: "said", text: "Bonjour" });
    const message = await lastId();
    const refused = { reason: "notYours" };
    expect(await refusalOf(bruno, { type: "reworded", message, text: "Non" })).toEqual(refused);
    expect(await refusalOf(bruno, { type: "withdrawn", message })).toEqual(refused);
    const [withdrawal] = await chat.act(alva, { type: "withdrawn", message });
    expect(withdrawal).toMatchObject({ replaces: message, blocks: [], author: { id: "alva" } });
    expect(await refusalOf(alva, { type: "withdrawn", message })).toEqual(refused);
    expect(await refusalOf(alva, { type: "reworded", message, text: "Si" })).toEqual(refused);
    await chat.type("bonjour ?");
    const [first] = (await logNow()).flatMap(({ body }) =>
      body.type === "message" ? [body.id] : [],
    );
    expect(await refusalOf(alva, { type: "withdrawn", message: first ?? "" })).toEqual(refused);
    expect(await refusalOf(alva, { type: "withdrawn", message: await lastId() })).toEqual(refused);
  });
});

describe("what a customer takes back", () => {
  it("is noted without a word, and changes nothing that was decided on it", async () => {
    for (const owned of [true, false]) {
      if (!owned) await chat.act(alva, { type: "released" });
      await chat.type(`le texte ${owned}`, `said:${owned}`);
      const before = await contextNow();
      expect(await chat.send({ type: "deleted", of: `said:${owned}` })).toEqual([]);
      expect(await lastEvent()).toMatchObject({
        by: "platform",
        event: { type: "message-deleted" },
        said: { deletes: `said:${owned}` },
      });
      const { at, dice } = await contextNow();
      expect(await contextNow()).toEqual({ ...before, at, dice });
    }
  });
});

describe("a voice message", () => {
  it("goes into the case of the agent who has the thread", async () => {
    expect(await chat.send({ type: "files", files: [voice] })).toEqual([]);
    expect((await contextNow()).case?.record.evidence).toEqual([voice]);
    await chat.act(alva, { type: "released" });
    await chat.type("un mot de plus");
    const context = await contextNow();
    expect(context.case?.record.evidence).toEqual([voice]);
    // It proves nothing where the policy asks for pictures.
    expect(knownOf(context).evidenceCount).toBe(0);
  });

  it("is not listened to by the bot, which says so and keeps it for people", async () => {
    await chat.act(alva, { type: "released" });
    const answer = await chat.send({ type: "files", files: [voice] });
    expect(textOf(answer)).toContain(library.in("fr").text("bot:unsupported.voice"));
    expect((await contextNow()).evidence).toEqual([]);
    expect(await lastEvent()).toMatchObject({ said: { files: [voice] } });
  });

  it("among pictures keeps none of them from being taken", async () => {
    await chat.act(alva, { type: "released" });
    const answer = await chat.send({ type: "files", files: [voice, picture(1)] });
    expect(textOf(answer)).toContain(library.in("fr").text("bot:evidence.refused.wrongType"));
    expect((await contextNow()).evidence).toEqual([picture(1)]);
  });
});

it("an agent's words to a customer out of reach wait until they are back", async () => {
  await chat.send({ type: "unreachable", reason: "blocked" });
  const messages = await chat.act(alva, { type: "said", text: "Bonjour" });
  expect(textOf(messages)).toContain("Bonjour");
});
