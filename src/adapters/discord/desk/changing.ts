import { LabelBuilder, ModalBuilder, TextInputBuilder } from "@discordjs/builders";
import { ButtonStyle, TextInputStyle } from "@discordjs/core";
import type { ActContent } from "../../../core/act.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskHand } from "../../../ports/desk.ts";
import { cut, type Row } from "../controls.ts";
import { rowsOf } from "./card.ts";
import { deskId } from "./desk-id.ts";
import type { Drafts } from "./drafts.ts";
import { type Acting, type Press, refusalText } from "./press.ts";
import { button, previewOf } from "./preview.ts";
import { longestWords, textField } from "./replying.ts";

const longestTitle = 45;

/** What an agent does to what they have sent: offered where they read that it was. */
export interface Changing {
  buttons(words: Texts, draft: string): Row[];
  form(press: Press, draft: string): Promise<void>;
  preview(press: Press, draft: string, text: string): Promise<void>;
  withdraw(press: Press, draft: string): Promise<void>;
}

/** Under which a draft was sent. */
export const sentAs = (draft: string): string => `d:${draft}`;

export function createChanging(parts: {
  hand: DeskHand;
  acting: Acting;
  drafts: Drafts;
}): Changing {
  const { hand, acting, drafts } = parts;
  const sent = ({ thread }: Press, draft: string) =>
    hand.sentUnder("discord", thread, sentAs(draft));
  const gone = ({ answer, words }: Press) => answer.add(refusalText({ reason: "notYours" }, words));

  return {
    buttons: (words, draft) =>
      rowsOf([
        button({ type: "reword", draft }, words.text("discord:desk.reword"), ButtonStyle.Secondary),
        button(
          { type: "withdraw", draft },
          words.text("discord:desk.withdraw"),
          ButtonStyle.Secondary,
        ),
      ]),

    async form(press, draft) {
      const { answer, words } = press;
      const found = await drafts.find(draft);
      if (!found || !("text" in found.content)) return gone(press);
      const { text } = found.content;
      await answer.open(
        new ModalBuilder()
          .setCustomId(deskId({ type: "reworded", draft }))
          .setTitle(cut(words.text("discord:desk.reword"), longestTitle))
          .addLabelComponents(
            new LabelBuilder()
              .setLabel(cut(words.text("discord:desk.slash.text.description"), longestTitle))
              .setTextInputComponent(
                new TextInputBuilder()
                  .setCustomId(textField)
                  .setStyle(TextInputStyle.Paragraph)
                  .setRequired(true)
                  .setMaxLength(longestWords)
                  .setValue(text.slice(0, longestWords)),
              ),
          )
          .toJSON(),
      );
    },

    async preview(press, draft, text) {
      const { answer, words, interaction, userId, thread } = press;
      await answer.begin();
      const message = await sent(press, draft);
      if (message === undefined) return gone(press);
      const content: ActContent = { type: "reworded", message, text };
      const foreseen = await acting.foresee(press, content);
      if ("reason" in foreseen) return answer.add(refusalText(foreseen, words));
      const next = interaction.id;
      await drafts.keep(next, { content, userId, thread, of: draft });
      const language = words.text(
        `console:language.${foreseen.messages[0]?.language ?? words.language}`,
      );
      await answer.show(
        previewOf(foreseen.messages, words.text("discord:desk.preview.reply", { language }), [
          button(
            { type: "send", draft: next },
            words.text("console:answer.send", { language }),
            ButtonStyle.Primary,
          ),
          button(
            { type: "discard", draft: next },
            words.text("discord:desk.discard"),
            ButtonStyle.Secondary,
          ),
        ]),
      );
    },

    async withdraw(press, draft) {
      const { answer, words } = press;
      await answer.begin();
      const message = await sent(press, draft);
      if (message === undefined) return gone(press);
      const refusal = await acting.act(press, { type: "withdrawn", message }, `w:${draft}`);
      if (refusal) return answer.add(refusalText(refusal, words));
      await answer.show({ content: words.text("discord:desk.withdrawn") });
    },
  };
}
