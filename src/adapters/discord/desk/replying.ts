import {
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  TextInputBuilder,
} from "@discordjs/builders";
import {
  ButtonStyle,
  TextInputStyle,
  type APIModalInteractionResponseCallbackData,
} from "@discordjs/core";
import type { ActContent } from "../../../core/act.ts";
import { type Agent, refOf } from "../../../core/agent.ts";
import type { Case } from "../../../core/case.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { FileRef } from "../../../core/inbound.ts";
import type { Message } from "../../../core/message.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskHand } from "../../../ports/desk.ts";
import { cut } from "../controls.ts";
import type { Attached } from "./attached.ts";
import { deskId } from "./desk-id.ts";
import type { Drafts } from "./drafts.ts";
import { type Acting, type Press, refusalText } from "./press.ts";
import { button, previewOf } from "./preview.ts";

/** As many as a customer's channel and the core take (`wordsMissing`). */
export const longestWords = 3000;
const longestTitle = 45;
const mostFiles = 10;

export interface Words {
  text: string;
  files?: readonly FileRef[];
  /** Asked of the customer rather than told. */
  isQuestion?: boolean;
}

/** What an agent says to the customer: written, seen as the customer will, sent. */
export interface Replying {
  /** The form for it, or for a question in the agent's own words. */
  form(
    entry: Case,
    words: Texts,
    type: "replied" | "question",
  ): APIModalInteractionResponseCallbackData;
  /** Shows what is about to be said. */
  preview(press: Press, said: Words): Promise<void>;
}

export const textField = "text";

export function createReplying(parts: {
  hand: DeskHand;
  acting: Acting;
  drafts: Drafts;
  attached: Attached;
}): Replying {
  const { hand, acting, drafts, attached } = parts;

  return {
    form(entry, words, type) {
      const language = words.text(`console:language.${entry.language}`);
      return new ModalBuilder()
        .setCustomId(deskId({ type }))
        .setTitle(cut(words.text(`discord:desk.form.${type}`), longestTitle))
        .addLabelComponents(
          new LabelBuilder()
            .setLabel(cut(words.text("console:answer.label", { language }), longestTitle))
            .setTextInputComponent(
              new TextInputBuilder()
                .setCustomId(textField)
                .setStyle(TextInputStyle.Paragraph)
                .setRequired(type === "question")
                .setMaxLength(longestWords),
            ),
          ...(type === "replied" ? [filesField(words)] : []),
        )
        .toJSON();
    },

    async preview(press, { text, files: refs = [], isQuestion = false }) {
      const { interaction, answer, userId, thread, words } = press;
      await answer.begin();
      const taken = await attached(refs);
      if ("refused" in taken) return answer.show({ content: refusalText(taken.refused, words) });
      const { files } = taken;
      const content: ActContent = isQuestion
        ? { type: "asked", wanted: "question", text }
        : { type: "said", text, ...(files.length > 0 && { files }) };
      const foreseen = await acting.foresee(press, content);
      const refusal = "reason" in foreseen ? foreseen : undefined;
      const [agent, entry] = await Promise.all([
        hand.agentOf("discord", userId),
        hand.caseIn("discord", thread),
      ]);
      // What was written waits in its preview for what can be mended by then.
      if (!agent || !entry || (refusal && !mendable.has(refusal.reason)))
        return answer.show({
          content: refusalText(refusal ?? { reason: "noThread" }, words),
        });
      const draft = interaction.id;
      await drafts.keep(draft, { content, userId, thread });
      const language = words.text(`console:language.${entry.language}`);
      await answer.show(
        previewOf(
          "messages" in foreseen ? foreseen.messages : [messageOf(agent, entry, text, files)],
          [
            words.text("discord:desk.preview.reply", { language }),
            ...(refusal ? [`⚠ ${refusalText(refusal, words)}`] : []),
          ].join("\n"),
          [
            button(
              { type: "send", draft },
              words.text("console:answer.send", { language }),
              ButtonStyle.Primary,
            ),
            button(
              { type: "discard", draft },
              words.text("discord:desk.discard"),
              ButtonStyle.Secondary,
            ),
          ],
        ),
      );
    },
  };
}

/** What waits to be sent, while it can't be foreseen how it is said. */
const messageOf = (
  agent: Agent,
  { language }: Case,
  text: string,
  files: readonly Evidence[],
): Message => ({
  language,
  blocks: [
    ...(text.trim() === "" ? [] : [{ type: "text" as const, text: text.trim() }]),
    ...files.map((file) => ({ type: "file" as const, file })),
  ],
  choices: [],
  author: refOf(agent),
});

const filesField = (words: Texts): LabelBuilder =>
  new LabelBuilder()
    .setLabel(cut(words.text("discord:desk.form.files"), longestTitle))
    .setFileUploadComponent(
      new FileUploadBuilder()
        .setCustomId("files")
        .setRequired(false)
        .setMinValues(0)
        .setMaxValues(mostFiles),
    );

const mendable: ReadonlySet<string> = new Set(["notTaken", "ownedBy", "isClosed", "gapLeft"]);
