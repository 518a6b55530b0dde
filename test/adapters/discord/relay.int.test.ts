import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ActContent } from "../../../src/core/act.ts";
import type { Agent } from "../../../src/core/agent.ts";
import type { LogBody } from "../../../src/core/conversation.ts";
import type { Evidence } from "../../../src/core/evidence.ts";
import type { Seen } from "../../support/discord/seen.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, type DiscordBot } from "../../support/discord-bot.ts";
import { openThread } from "../../support/discord-customer.ts";
import { opus } from "../sharp/corpus.ts";

const screenshot = readFileSync(new URL("../../fixtures/files/screenshot.png", import.meta.url));
const alva: Agent = { id: "alva", name: "Alva", role: "agent" };
const patienceMs = 20_000;

let server: DiscordServer;
let bot: DiscordBot;
let people = 0;

beforeAll(async () => {
  server = await openDiscordServer();
  bot = await openDiscordBot(server);
});
afterEach(() => {
  server.clearFaults();
  expect(server.faults).toEqual([]);
});
afterAll(async () => {
  await bot.close();
  await server.close();
});

/** A customer whose thread Alva has. */
async function open() {
  const anna = server.user({ username: `anna.relay${++people}`, locale: "en-GB" });
  const customer = await openThread(anna, server.support);
  await customer.does({ press: "topic:drop" }, "en");
  await customer.does({ press: "person" }, "en");
  await bot.act(anna, alva, { type: "taken" });
  const { place } = customer;
  const says = (fits: (message: Seen) => boolean) =>
    anna.waitForMessage(place, (message) => message.fromBot && fits(message), patienceMs);
  await says(({ content }) => content.includes("Alva from the team"));
  const log = async (): Promise<LogBody[]> =>
    (await bot.store.readLog(`discord-${anna.id}`, 0, 1000)).map(({ body }) => body);
  return {
    anna,
    place,
    says,
    log,
    act: (content: ActContent) => bot.act(anna, alva, content),
    here: () => anna.messages(place).filter(({ content }) => content.startsWith("**Alva**")),
    /** The id of the message that an agent said last. */
    lastSaid: async (): Promise<string> => {
      const last = (await log()).findLast(
        (body) => body.type === "message" && body.message.replaces === undefined,
      );
      return last?.type === "message" ? last.id : "";
    },
    heard: async (count: number): Promise<void> => {
      const said = (body: LogBody) => body.type === "event" && body.event.type === "customer-wrote";
      await expect
        .poll(async () => (await log()).filter(said).length, { timeout: patienceMs })
        .toBe(count);
    },
  };
}

async function keep(bytes: Uint8Array, name: string): Promise<Evidence> {
  const kept = await bot.keepEvidence(bytes, name);
  if ("refused" in kept) throw new TypeError(`${name} is refused: ${kept.refused}`);
  return kept;
}

const message = "/channels/{channel_id}/messages/{message_id}";

describe("an agent's files", () => {
  it("come as attachments, the first with the text, and nobody is called", async () => {
    const { act, says } = await open();
    const files = [await keep(screenshot, "shot.png"), await keep(opus, "memo.ogg")];
    await act({ type: "said", text: "Look **here** @everyone", files });
    const first = await says(({ attachments }) => attachments.length > 0);
    expect(first.content).toBe(String.raw`**Alva**
Look \*\*here\*\* \@everyone`);
    expect(first.pingsEveryone).toBe(false);
    expect(first.attachments).toMatchObject([{ name: "shot.webp" }]);
    const second = await says(({ attachments }) => attachments.length > 0);
    expect(second).toMatchObject({ content: "**Alva**", attachments: [{ name: "memo.ogg" }] });
  });

  it("stand there once, though the answer was lost", async () => {
    const { act, says, here } = await open();
    const createMessage = { method: "POST", route: "/channels/{channel_id}/messages" };
    server.fault({ ...createMessage, fault: { type: "apply-then-drop" }, times: 1 });
    await act({ type: "said", text: "", files: [await keep(screenshot, "shot.png")] });
    await act({ type: "said", text: "after" });
    await says(({ content }) => content.includes("after"));
    expect(here().filter(({ attachments }) => attachments.length > 0)).toHaveLength(1);
  });
});

describe("an agent's answer", () => {
  it("replies to the customer's message, also when that is gone", async () => {
    const { anna, place, act, says, log, heard } = await open();
    const asked = anna.text(place, "When?");
    await heard(1);
    const last = (await log()).findLast((body) => body.type === "event");
    const answers = last?.type === "event" ? last.key : "";
    await act({ type: "said", text: "Tomorrow", answers });
    expect((await says(({ content }) => content.includes("Tomorrow"))).replyTo).toBe(asked.id);
    anna.delete(asked.id);
    await act({ type: "said", text: "At noon", answers });
    await says(({ content }) => content.includes("At noon"));
  });
});

describe("an agent's other words", () => {
  it("stand in the same message, with its file, also in a thread that sleeps", async () => {
    const { act, says, here, lastSaid } = await open();
    await act({ type: "said", text: "A shto", files: [await keep(screenshot, "shot.png")] });
    const { id } = await says(({ attachments }) => attachments.length > 0);
    server.fault({
      method: "PATCH",
      route: message,
      fault: { type: "refuse", code: 50083 },
      times: 1,
    });
    await act({ type: "reworded", message: await lastSaid(), text: "A **shot**" });
    await expect
      .poll(here, { timeout: patienceMs })
      .toMatchObject([{ id, attachments: [{}], content: "**Alva**\nA \\*\\*shot\\*\\*" }]);
  });

  it("come as a correction where the message is gone", async () => {
    const { act, says, lastSaid } = await open();
    await act({ type: "said", text: "One" });
    await says(({ content }) => content.includes("One"));
    server.fault({ method: "PATCH", route: message, fault: { type: "refuse", code: 10008 } });
    await act({ type: "reworded", message: await lastSaid(), text: "Two" });
    await says(({ content }) => content === "**Alva**\nCorrection\n\nTwo");
  });

  it("are refused where they are too long for one message", async () => {
    const { act, says, lastSaid } = await open();
    await act({ type: "said", text: "One" });
    await says(({ content }) => content.includes("One"));
    const reworded = act({ type: "reworded", message: await lastSaid(), text: "x".repeat(1990) });
    await expect(reworded).rejects.toMatchObject({ refusal: { reason: "wordsMissing" } });
  });

  it("are taken back with the message, once, though the answer was lost", async () => {
    const { act, says, here, lastSaid, log } = await open();
    await act({ type: "said", text: "One" });
    await says(({ content }) => content.includes("One"));
    server.fault({
      method: "DELETE",
      route: message,
      fault: { type: "apply-then-drop" },
      times: 1,
    });
    await act({ type: "withdrawn", message: await lastSaid() });
    await act({ type: "said", text: "Two" });
    await says(({ content }) => content.includes("Two"));
    expect(here().map(({ content }) => content)).toEqual(["**Alva**\nTwo"]);
    const events = (await log()).flatMap((body) =>
      body.type === "event" ? [body.event.type] : [],
    );
    expect(events).not.toContain("message-deleted");
  });
});

describe("what a customer takes back", () => {
  it("is noted once, without an answer; what was said by others is not", async () => {
    const { anna, place, act, says, log, heard } = await open();
    const said = [anna.text(place, "my address"), anna.text(place, "my number")];
    await heard(2);
    for (const { id } of said) anna.delete(id);
    const deletions = async () =>
      (await log()).flatMap((body) =>
        body.type === "event" && body.said?.deletes ? [body.said.deletes] : [],
      );
    await expect
      .poll(deletions, { timeout: patienceMs })
      .toEqual(said.map(({ id }) => `discord:m:${id}`));
    await act({ type: "said", text: "Noted" });
    await says(({ content }) => content.includes("Noted"));
  });
});

describe("what a customer changes or says aloud", () => {
  it("reaches the agent", async () => {
    const { anna, place, heard, log } = await open();
    const said = anna.text(place, "48213");
    await heard(1);
    anna.edit(said.id, "48214");
    await heard(2);
    anna.voiceMessage(place, opus);
    await heard(3);
    expect((await log()).slice(-2)).toMatchObject([
      { said: { text: "48214", edits: `discord:m:${said.id}` } },
      { said: { files: [{ type: "audio/ogg" }] } },
    ]);
  });
});
