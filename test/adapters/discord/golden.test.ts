import { ComponentType } from "@discordjs/core";
import { describe, expect, it } from "vitest";
import { controlsOf } from "../../../src/adapters/discord/controls.ts";
import { contentOf, plain } from "../../../src/adapters/discord/markdown.ts";
import { modalOf } from "../../../src/adapters/discord/modal.ts";
import { fits } from "../../../src/adapters/discord/outbound.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { languages, type Language } from "../../../src/core/language.ts";
import { library, openChat } from "../../support/shop.ts";
import { transcribe, transcripts, waysToRules } from "../../support/golden.ts";

const ways = waysToRules();

/** Every message of every golden transcript. */
async function messagesOf(language: Language): Promise<Message[]> {
  const said: Message[] = [];
  const listen = async (messages: Promise<Message[]>) => {
    said.push(...(await messages));
    return messages;
  };
  for (const transcript of transcripts.filter((one) => one.language === language)) {
    await transcribe(transcript, ways.get(transcript.rule) ?? [], (of) => {
      const chat = openChat(of);
      return {
        ...chat,
        send: (content) => listen(chat.send(content)),
        press: (choice) => listen(chat.press(choice)),
      };
    });
  }
  return said;
}

describe.each(languages)("the words of the golden transcripts in %s", (language) => {
  it("are the same on Discord, and every choice is there", async () => {
    const texts = library.in(language);
    for (const message of await messagesOf(language)) {
      expect(fits(message)).toBe(true);
      expect(plain(contentOf(message, ""))).toBe(
        plainText(message) +
          (message.blocks.some(({ type }) => type === "returnLink") ? "\n<>" : ""),
      );
      const offered = controlsOf(message, 3, texts).flatMap(({ components }) =>
        components.flatMap((control) =>
          control.type === ComponentType.StringSelect
            ? control.options.map(({ label }) => label)
            : "label" in control && control.label
              ? [control.label]
              : [],
        ),
      );
      for (const { label } of message.choices)
        expect(offered.filter((one) => one === label)).toHaveLength(1);
      const modal = modalOf({ message, revision: 3 }, texts);
      expect(modal === undefined).toBe((message.form ?? []).length === 0);
      // Nothing of a form is cut: Discord has 45 characters for a label.
      expect(JSON.stringify(modal ?? {})).not.toContain("…");
    }
  });
});
