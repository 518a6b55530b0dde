import { describe, expect, it } from "vitest";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { topics } from "../../../flows/refund/policy/rules.ts";
import { languages } from "../../../src/core/language.ts";
import { choicesOf, openChat } from "../../support/shop.ts";
import { stories } from "../../support/stories.ts";
import { picture } from "./dialogue.ts";

it("every topic has a button, and a story that begins with it", async () => {
  const chat = openChat("fr");
  const offered = choicesOf(await chat.send({ type: "started" }));
  const begun = stories.flatMap(({ deeds: [first] }) =>
    first && "press" in first ? [first.press] : [],
  );
  for (const topic of topics) {
    expect(offered).toContain(`topic:${topic}`);
    expect(begun).toContain(`topic:${topic}`);
  }
  await chat.store.close();
});

describe.each(languages)("in %s", (language) => {
  it.each(stories.map((story) => [story.name, story] as const))(
    "%s comes to its end",
    async (_, { deeds, rule }) => {
      const chat = openChat(language);
      await chat.send({ type: "started" });
      for (const deed of deeds) {
        if ("press" in deed) await chat.press(deed.press);
        else if ("picture" in deed) await chat.send({ type: "files", files: [picture(1)] });
        else await chat.type(typeof deed.write === "string" ? deed.write : deed.write[language]);
      }
      const conversation = await chat.store.load(chat.conversationId);
      const context = conversation?.snapshot.context as RefundContext;
      expect(context.misses).toBe(0);
      expect(context.assessment?.rule).toBe(rule);
      expect(conversation?.language).toBe(language);
      await chat.store.close();
    },
  );
});
