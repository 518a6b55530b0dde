import { StringSelectMenuBuilder, StringSelectMenuOptionBuilder } from "@discordjs/builders";
import { wantedThings } from "../../../core/act.ts";
import type { Texts } from "../../../core/texts.ts";
import type { Shown } from "./answer.ts";
import { rowsOf } from "./card.ts";
import { deskId } from "./desk-id.ts";

export const ownQuestion = "question";

/** What a customer can be asked for. */
export function wantedMenu(words: Texts): Shown {
  const options = [
    ...wantedThings.map((thing) => ({ value: thing, label: words.text(`console:ask.${thing}`) })),
    { value: ownQuestion, label: words.text("discord:desk.ask.question") },
  ];
  return {
    content: words.text("console:ask.title"),
    components: rowsOf([
      new StringSelectMenuBuilder()
        .setCustomId(deskId({ type: "wanted" }))
        .addOptions(
          options.map(({ value, label }) =>
            new StringSelectMenuOptionBuilder().setValue(value).setLabel(label),
          ),
        ),
    ]),
  };
}
