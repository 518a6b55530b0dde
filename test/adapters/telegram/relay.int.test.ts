import { afterEach, describe, expect, it } from "vitest";
import type { ActContent } from "../../../src/core/act.ts";
import type { Agent } from "../../../src/core/agent.ts";
import type { Evidence } from "../../../src/core/evidence.ts";
import { failing } from "../../support/telegram/faults.ts";
import type { Customer } from "../../support/telegram/people.ts";
import { mp3, opus, pdf } from "../sharp/corpus.ts";
import {
  choose,
  eventually,
  mistakes,
  none,
  openBot,
  picture,
  question,
  type TestBot,
} from "./bot.ts";

const alva: Agent = { id: "alva", name: "Alva", role: "agent" };
const hour = 3_600_000;

let bot: TestBot;
afterEach(async () => {
  const { server } = bot;
  await bot.close();
  expect(mistakes(server)).toEqual(none);
});

/** A customer whose thread Alva has. */
async function open(): Promise<Customer> {
  bot = await openBot();
  const anna = bot.server.user({ id: 7, languageCode: "en" });
  await choose(anna, "drop");
  anna.command("human");
  await question(anna);
  await bot.act(anna, alva, { type: "taken" });
  await anna.waitForMessage(({ text }) => text.includes("Alva from the team"));
  return anna;
}

const act = (anna: Customer, content: ActContent) => bot.act(anna, alva, content);

async function keep(bytes: Uint8Array, name: string): Promise<Evidence> {
  const kept = await bot.keepEvidence(bytes, name);
  if ("refused" in kept) throw new TypeError(`${name} is refused: ${kept.refused}`);
  return kept;
}

/** The id of the message that an agent said last. */
async function lastSaid(anna: Customer): Promise<string> {
  const log = await bot.logOf(anna);
  const last = log.findLast((body) => body.type === "message" && !body.message.replaces);
  return last?.type === "message" ? last.id : "";
}

const sentBy = (method: string) => bot.server.calls.filter((call) => call.method === method);
const textsOf = (anna: Customer) => anna.chat.messages.map(({ text }) => text);
/** Nothing waits to be sent. */
const drained = () =>
  eventually(
    async () => ((await bot.store.nextDueAt(["telegram"])) ?? Infinity) > bot.clock.now() + hour,
  ).toBe(true);

describe("an agent's files", () => {
  it("come as what they are, the first with the text, each under the agent's name", async () => {
    const anna = await open();
    const files = await Promise.all([
      keep(picture, "shot.png"),
      keep(pdf, "invoice.pdf"),
      keep(opus, "memo.ogg"),
      keep(mp3, ""),
    ]);
    await act(anna, { type: "said", text: "Look: <b> @anna", files });
    const first = await anna.waitForMessage(({ raw }) => raw.photo !== undefined);
    expect(first.text).toBe("Alva\nLook: <b> @anna");
    expect(first.entities.map(({ type }) => type)).toEqual(["bold", "code"]);
    const paper = await anna.waitForMessage(({ raw }) => raw.document !== undefined);
    expect(paper).toMatchObject({ text: "Alva", raw: { document: { file_name: "invoice.pdf" } } });
    expect(paper.file?.bytes).toEqual(pdf);
    const memo = await anna.waitForMessage(({ raw }) => raw.voice !== undefined);
    expect(memo.file?.bytes).toEqual(opus);
    await anna.waitForMessage(({ raw }) => raw.voice !== undefined);
  });

  it("come behind a text that is too long for a caption", async () => {
    const anna = await open();
    const text = "x".repeat(1100);
    await act(anna, { type: "said", text, files: [await keep(picture, "shot.png")] });
    await anna.waitForMessage(({ text: seen }) => seen === `Alva\n${text}`);
    await anna.waitForMessage(({ raw, text: seen }) => raw.photo !== undefined && seen === "Alva");
  });

  it.each([
    ["sendVoice", opus, "VOICE_MESSAGES_FORBIDDEN"],
    ["sendPhoto", picture, "PHOTO_INVALID_DIMENSIONS"],
  ])("come as a document where the chat takes no such thing: %s", async (method, bytes, words) => {
    const anna = await open();
    const description = `Bad Request: ${words}`;
    bot.server.fault(failing(method, { type: "refuse", status: 400, description }));
    await act(anna, { type: "said", text: "", files: [await keep(bytes, "file.bin")] });
    await anna.waitForMessage(({ raw }) => raw.document !== undefined);
  });

  it("that are lost are said to be, to the shop", async () => {
    const anna = await open();
    const file = await keep(pdf, "invoice.pdf");
    await bot.evidence.remove(file.id);
    await act(anna, { type: "said", text: "", files: [file] });
    await eventually(() => bot.eventsOf(anna)).toContain("message-undelivered");
  });
});

describe("an agent's answer", () => {
  it("replies to the customer's message, also when that is gone", async () => {
    const anna = await open();
    const asked = anna.text("When?");
    await bot.allTaken();
    const log = await bot.logOf(anna);
    const heard = log.findLast((body) => body.type === "event" && body.by === "customer");
    const answers = heard?.type === "event" ? heard.key : "";
    await act(anna, { type: "said", text: "Tomorrow", answers });
    const answer = await anna.waitForMessage(({ text }) => text.includes("Tomorrow"));
    expect(answer.replyTo).toBe(asked.message_id);
    const [sent] = sentBy("sendMessage").slice(-1);
    expect(sent?.params.reply_parameters).toMatchObject({ allow_sending_without_reply: true });
  });
});

describe("an agent's other words", () => {
  it("stand in the same message, text or caption, whatever they look like", async () => {
    const anna = await open();
    await act(anna, { type: "said", text: "Demian" });
    const text = await anna.waitForMessage(({ text: seen }) => seen.includes("Demian"));
    await act(anna, { type: "reworded", message: await lastSaid(anna), text: "To_morrow_ <i>" });
    await anna.waitForMessage(
      ({ id, text: seen }) => id === text.id && seen === "Alva\nTo_morrow_ <i>",
    );
    await act(anna, { type: "said", text: "A shto", files: [await keep(picture, "shot.png")] });
    const photo = await anna.waitForMessage(({ raw }) => raw.photo !== undefined);
    await act(anna, { type: "reworded", message: await lastSaid(anna), text: "A shot" });
    await anna.waitForMessage(({ id, text: seen }) => id === photo.id && seen === "Alva\nA shot");
  });

  it("told twice, or again as the answer was lost, change it once", async () => {
    const anna = await open();
    await act(anna, { type: "said", text: "One" });
    await anna.waitForMessage(({ text }) => text === "Alva\nOne");
    const message = await lastSaid(anna);
    bot.server.fault(failing("editMessageText", { type: "apply-then-drop" }));
    await act(anna, { type: "reworded", message, text: "Two" });
    await anna.waitForMessage(({ text }) => text === "Alva\nTwo");
    await act(anna, { type: "reworded", message, text: "Two" });
    bot.clock.pass(5000);
    await drained();
    expect(textsOf(anna).filter((text) => text.startsWith("Alva\n"))).toEqual(["Alva\nTwo"]);
  });

  it("come as a correction where the message is gone", async () => {
    const anna = await open();
    await act(anna, { type: "said", text: "One" });
    await anna.waitForMessage(({ text }) => text === "Alva\nOne");
    const description = "Bad Request: message to edit not found";
    bot.server.fault(failing("editMessageText", { type: "refuse", status: 400, description }));
    await act(anna, { type: "reworded", message: await lastSaid(anna), text: "Two" });
    await anna.waitForMessage(({ text }) => text === "Alva\nCorrection\n\nTwo");
  });

  it("are taken back with the message, which may be gone already", async () => {
    const anna = await open();
    for (const words of ["One", "Two"]) {
      await act(anna, { type: "said", text: words });
      await anna.waitForMessage(({ text }) => text === `Alva\n${words}`);
      if (words === "Two") {
        const description = "Bad Request: message to delete not found";
        bot.server.fault(failing("deleteMessage", { type: "refuse", status: 400, description }));
      }
      await act(anna, { type: "withdrawn", message: await lastSaid(anna) });
      await drained();
    }
    expect(textsOf(anna)).not.toContain("Alva\nOne");
    expect(sentBy("deleteMessage")).toHaveLength(2);
  });

  it("stay where they are too old, and the shop reads so", async () => {
    const anna = await open();
    await act(anna, { type: "said", text: "One" });
    await anna.waitForMessage(({ text }) => text === "Alva\nOne");
    bot.clock.pass(49 * hour);
    await act(anna, { type: "withdrawn", message: await lastSaid(anna) });
    await eventually(() => bot.eventsOf(anna)).toContain("message-undelivered");
    const [delivery] = await bot.store.listTroubledDeliveries({ limit: 1 });
    expect(delivery).toMatchObject({ state: "failed", reason: "tooOld" });
  });

  it("leave the buttons of the bot's open question", async () => {
    const anna = await open();
    await act(anna, { type: "said", text: "One" });
    await anna.waitForMessage(({ text }) => text === "Alva\nOne");
    const message = await lastSaid(anna);
    await act(anna, { type: "released" });
    const asked = await question(anna);
    await act(anna, { type: "reworded", message, text: "Two" });
    await anna.waitForMessage(({ text }) => text === "Alva\nTwo");
    const after = anna.chat.messages.find(({ id }) => id === asked.id);
    expect(after?.buttons).toEqual(asked.buttons);
  });
});

describe("a voice message to an agent", () => {
  it("stands in the case", async () => {
    const anna = await open();
    anna.voice(opus);
    await eventually(async () => (await bot.logOf(anna)).at(-1)).toMatchObject({
      event: { type: "customer-wrote" },
      said: { files: [{ type: "audio/ogg" }] },
    });
  });
});
