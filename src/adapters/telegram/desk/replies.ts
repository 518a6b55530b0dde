import type { ActContent } from "../../../core/act.ts";
import { ticketValidMs } from "../../../core/evidence.ts";
import type { Message, Span } from "../../../core/message.ts";
import { spansOf } from "../../../core/message.ts";
import type { Refused } from "../../../ports/desk.ts";
import { type Bench, carryOut, deny, type Doer, foresee, messageId, refuse } from "./bench.ts";
import { button } from "./controls.ts";
import type { Kept, Words } from "./kept.ts";

type KeptReply = Extract<Kept, { type: "reply" }>;

export function contentOf({ text, isQuestion, files, answers, rewords }: Words): ActContent {
  if (rewords) return { type: "reworded", message: rewords.message, text };
  return isQuestion
    ? { type: "asked", wanted: "question", text }
    : {
        type: "said",
        text,
        ...(files && files.length > 0 && { files }),
        ...(answers !== undefined && { answers }),
      };
}

/** An agent's message is said once, and each change of it once. */
export const wordsKey = (id: string, { rewords }: Pick<Words, "rewords">): string =>
  rewords ? `reworded:${id}:${rewords.at}` : `said:${id}`;

/** What an agent writes to a customer: shown as the customer will see it, and sent when they say so. */
export function createReplies(bench: Bench) {
  const { keeping, voice, texts, now } = bench;

  return { draft, send, discard, ask };

  /** `message` is the agent's own; a change of it makes a new preview. */
  async function draft(doer: Doer, message: number, words: Words): Promise<void> {
    const id = messageId(bench, message);
    const foreseen = await foresee(bench, doer, contentOf(words));
    if ("reason" in foreseen) return refuse(bench, doer, message, foreseen);
    const before = await keeping.read("reply", id);
    if (before?.text === words.text && before.preview !== undefined) return;
    const kept = {
      type: "reply" as const,
      by: doer.by.userId,
      at: now(),
      ...words,
      version: (before?.version ?? 0) + 1,
    };
    await keeping.write(id, kept);
    const about = `${message}-${kept.version}`;
    const { topic } = doer;
    voice.say({
      topic,
      answers: message,
      spans: previewOf(foreseen.messages),
      keyboard: [
        [
          button(texts.text("telegram:desk.send"), { topic, verb: "send", about }),
          button(texts.text("telegram:desk.discard"), { topic, verb: "discard", about }),
        ],
      ],
      said: async (preview) => {
        const last = await keeping.read("reply", id);
        // Changed again, sent or thrown away meanwhile.
        if (last?.version === kept.version) await keeping.write(id, { ...kept, preview });
      },
    });
    if (before?.preview !== undefined) voice.erase(before.preview);
  }

  function previewOf(messages: readonly Message[]): Span[] {
    const language = texts.text(`console:language.${messages[0]?.language ?? texts.language}`);
    const title = texts.text("telegram:desk.preview", { language });
    return [
      { text: title, as: "label" },
      ...messages.flatMap((message): Span[] => [{ text: "\n\n" }, ...spansOf(message)]),
    ];
  }

  /** `about` is the agent's message and the version of its preview. */
  async function send(doer: Doer, about: string): Promise<Refused | "lapsed" | undefined> {
    const found = await begun(doer, about);
    if ("ending" in found) return found.ending;
    const refused = await carryOut(bench, doer, wordsKey(found.id, found), contentOf(found));
    if (refused) return refused;
    return finish(found);
  }

  async function discard(doer: Doer, about: string): Promise<Refused | "lapsed" | undefined> {
    const found = await begun(doer, about);
    return "ending" in found ? found.ending : finish(found);
  }

  async function begun(
    doer: Doer,
    about: string,
  ): Promise<{ ending: Refused | "lapsed" } | (KeptReply & { id: string })> {
    const [message, version] = about.split("-");
    const id = messageId(bench, Number(message));
    const kept = await keeping.read("reply", id);
    if (!kept || kept.version !== Number(version)) return { ending: "lapsed" };
    // Files that nobody has sent are swept away.
    if (kept.files && now() - kept.at > ticketValidMs) return { ending: "lapsed" };
    if (kept.by === doer.by.userId) return { id, ...kept };
    return { ending: await deny(bench, doer, contentOf(kept), "notTheirs") };
  }

  async function finish({ id, preview }: { id: string; preview?: number }): Promise<undefined> {
    await keeping.forget("reply", id);
    if (preview !== undefined) voice.erase(preview);
  }

  /** Asks for the words, in an answer to the bot's message. */
  async function ask(
    doer: Doer,
    answers: number | undefined,
    wanted: "reply" | "question",
  ): Promise<Refused | undefined> {
    // Only whether they may; the words are still to come.
    const foreseen = await foresee(bench, doer, { type: "said", text: "0" });
    if ("reason" in foreseen) return foreseen;
    const { by, topic } = doer;
    voice.say({
      topic,
      asks: by,
      ...(answers !== undefined && { answers }),
      spans: [{ text: texts.text(`telegram:desk.prompt.${wanted}`, { name: by.name }) }],
      said: (prompt) =>
        keeping.write(messageId(bench, prompt), {
          type: "prompt",
          by: by.userId,
          at: now(),
          wants: wanted,
        }),
    });
    return undefined;
  }
}

export type Replies = ReturnType<typeof createReplies>;
