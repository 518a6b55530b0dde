import { join } from "node:path";
import { expect } from "vitest";
import { openDatabaseToRead } from "../../../src/adapters/sqlite/schema.ts";
import { createSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import type { Language } from "../../../src/core/language.ts";
import { library } from "../shop.ts";
import type { SeenMessage } from "../telegram/view.ts";
import type { AgentHand } from "./agents.ts";
import { picture } from "./customers.ts";
import type { MixedShop } from "./mixed-shop.ts";
import { patience } from "./patience.ts";

/** Ida in the topic of this case, once its card is there. */
export async function atTelegram(
  { group, ida: agent, folder }: MixedShop,
  { number, language }: { number: string; language: Language },
): Promise<AgentHand> {
  const texts = library.in(language);
  const found = () => group.topicIds.find((one) => group.topic(one)?.name.startsWith(number));
  await expect.poll(found, patience).toBeDefined();
  const topic = found() ?? 0;
  const voice = group.as(agent.id, topic);
  const messages = () => group.topic(topic)?.messages ?? [];
  let said = 0;

  async function sees(fits: (message: SeenMessage) => boolean): Promise<SeenMessage> {
    const last = () => messages().findLast((message) => message.isFromBot && fits(message));
    await expect.poll(() => last() !== undefined, patience).toBe(true);
    return last() as SeenMessage;
  }
  /** The button whose words end so, of the last message that has one and says this. */
  async function press(key: string, words = "", values = {}): Promise<void> {
    const label = texts.text(key, values);
    const has = ({ buttons, text }: SeenMessage) =>
      text.includes(words) && buttons.some((one) => one.label.endsWith(label));
    const message = await sees(has);
    const data = message.buttons.find((one) => one.label.endsWith(label))?.data ?? "";
    expect(await voice.press(message, data).answered).toEqual({});
  }
  /** A prompt is answered once the bot knows it as one. */
  async function answers(key: string, values: object, words: string): Promise<void> {
    const asked = texts.text(key, { name: agent.firstName, ...values });
    const prompt = await sees(({ text }) => text === asked);
    await expect
      .poll(() => readMark(folder, `desk:telegram:kept:prompt:${group.id}/${prompt.id}`), patience)
      .toBeDefined();
    voice.text(words, { replyTo: prompt.id });
  }
  await sees(({ text }) => text.startsWith(`${number} · `));

  return {
    take: () => press("desk:button.take"),
    async says(text) {
      said = voice.text(`/reply ${text}`).message_id;
      await press("telegram:desk.send", text);
    },
    async rewords(text) {
      voice.edit(said, `/reply ${text}`);
      await press("telegram:desk.send", text);
    },
    async sendsPicture(text) {
      voice.photo(picture, { caption: `/reply ${text}` });
      await press("telegram:desk.send", text);
    },
    async asksForLink() {
      await press("desk:button.ask");
      await press("console:ask.profileLink");
    },
    async decides(reasons) {
      const values = { language: texts.text(`console:language.${language}`) };
      await press("desk:button.decide");
      await press("console:outcome.noRefund");
      await press("telegram:desk.change.reasons");
      await answers("telegram:desk.prompt.reasons", values, reasons);
      const { text } = await sees(
        ({ text: shown, buttons }) => shown.includes(reasons) && buttons.length > 0,
      );
      await press("console:decide.send", reasons, values);
      return text;
    },
    async closes() {
      await press("desk:button.close");
      await press("desk:button.close", texts.text("telegram:desk.confirmClosing"));
    },
    screen: async () =>
      messages()
        .filter(({ isFromBot }) => isFromBot)
        .map(({ text, file }) => [text, file && "🖼"].filter(Boolean).join("\n"))
        .join("\n"),
    pictures: async () =>
      messages().filter(({ isFromBot, file }) => isFromBot && file?.kind === "photo").length,
  };
}

/** A bot that runs is not held up by it. */
async function readMark(folder: string, name: string): Promise<string | undefined> {
  const db = openDatabaseToRead(join(folder, "ombud.sqlite"));
  if (!db) return undefined;
  const store = createSqliteStore(db);
  try {
    return await store.readMark(name);
  } finally {
    await store.close();
  }
}
