import { ComponentType } from "@discordjs/core";
import { describe, expect, it } from "vitest";
import { controlsOf } from "../../../src/adapters/discord/controls.ts";
import { contentOf, plain } from "../../../src/adapters/discord/markdown.ts";
import { modalOf } from "../../../src/adapters/discord/modal.ts";
import { fits } from "../../../src/adapters/discord/outbound.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { languages } from "../../../src/core/language.ts";
import { library, openChat } from "../../support/shop.ts";
import { stories } from "../../support/stories.ts";

/** Every message of every story. */
async function messagesOf(language: (typeof languages)[number]): Promise<Message[]> {
  const said: Message[] = [];
  for (const story of stories) {
    const chat = openChat(language);
    said.push(...(await chat.send({ type: "started" })));
    for (const deed of story.deeds) {
      if ("press" in deed) said.push(...(await chat.press(deed.press)));
      else if ("write" in deed)
        said.push(
          ...(await chat.type(typeof deed.write === "string" ? deed.write : deed.write[language])),
        );
      else
        said.push(
          ...(await chat.send({
            type: "files",
            files: [
              {
                id: `p${said.length}`,
                sha256: "0",
                type: "image/png",
                sizeBytes: 1,
                name: "a.png",
              },
            ],
          })),
        );
    }
    await chat.store.close();
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
