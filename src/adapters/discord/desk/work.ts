import {
  ComponentType,
  InteractionType,
  type APIInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
} from "@discordjs/core";
import { decisionOutcomes } from "../../../core/act.ts";
import type { DeskWork } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { wordOf } from "../failure.ts";
import type { Lanes } from "../lanes.ts";
import type { Rest } from "../rest.ts";
import { answerTo } from "./answer.ts";
import type { Attached } from "./attached.ts";
import { createChanging, sentAs } from "./changing.ts";
import { commandOf, filesWith, wordsOf } from "./commands.ts";
import { createDeciding } from "./deciding.ts";
import { createDeeds, provisional } from "./deeds.ts";
import { type DeskControl, isDeskId, readDeskId } from "./desk-id.ts";
import type { Drafts } from "./drafts.ts";
import { readFilledIn } from "./form.ts";
import { createActing, keyOf, type Press, pressOf, refusalText } from "./press.ts";
import { createReplying, textField } from "./replying.ts";

/** What agents press, choose, fill in and command in the posts. */
export interface Work {
  /** Whether it is the desk's, wherever it was used. */
  isOurs(interaction: APIInteraction): boolean;
  /** Acknowledges at once; resolves when it is done. Never throws. */
  take(interaction: APIInteraction): Promise<void>;
}

export function createWork(
  parts: {
    rest: Rest;
    lanes: Lanes;
    drafts: Drafts;
    attached: Attached;
    texts: TextLibrary;
    log: Log;
    sleep: (ms: number) => { done: Promise<void>; abort: () => void };
  } & Pick<DeskWork, "hand" | "language">,
): Work {
  const { rest, lanes, drafts, texts, log, hand, language } = parts;
  const acting = createActing(hand);
  const replying = createReplying({ ...parts, acting });
  const changing = createChanging({ hand, acting, drafts });
  const deciding = createDeciding({ hand, acting, drafts });
  const deeds = createDeeds({ ...parts, acting, replying, deciding });

  return {
    isOurs(interaction) {
      if (interaction.type === InteractionType.ApplicationCommand)
        return commandOf(interaction.data.name) !== undefined;
      return (
        (interaction.type === InteractionType.MessageComponent ||
          interaction.type === InteractionType.ModalSubmit) &&
        isDeskId(interaction.data.custom_id)
      );
    },

    async take(interaction) {
      const answer = answerTo(interaction, rest, log);
      const press = pressOf(interaction, answer, texts, language);
      try {
        await used(interaction, press);
      } catch (error) {
        log.error({ code: wordOf(error) }, "what an agent did on Discord could not be taken");
        await answer.add(press.words.text("discord:pressAgain"));
      }
    },
  };

  async function used(interaction: APIInteraction, press: Press): Promise<void> {
    if (interaction.type === InteractionType.ApplicationCommand) {
      const command = commandOf(interaction.data.name);
      if (command === "note") await deeds.note(press, wordsOf(interaction));
      else if (command === "reply")
        await replying.preview(press, {
          text: wordsOf(interaction),
          files: filesWith(interaction),
        });
      else if (command) await deeds.begin(press, command);
    } else if (interaction.type === InteractionType.MessageComponent) {
      const control = readDeskId(interaction.data.custom_id);
      if (control) await pressed(interaction, press, control);
    } else if (interaction.type === InteractionType.ModalSubmit) {
      const control = readDeskId(interaction.data.custom_id);
      if (control) await filledIn(interaction, press, control);
    }
  }

  async function pressed(
    interaction: APIMessageComponentInteraction,
    press: Press,
    control: DeskControl,
  ): Promise<void> {
    const [chosen = ""] =
      interaction.data.component_type === ComponentType.StringSelect ? interaction.data.values : [];
    switch (control.type) {
      case "deed":
        // Two presses of one agent are one after the other; of two agents the store lets one win.
        return deeds.begin(press, control.deed);
      case "wanted":
        return deeds.want(press, chosen);
      case "outcome": {
        const outcome = decisionOutcomes.find((one) => one === chosen);
        if (!outcome) return;
        const { seen } = control;
        return deeds.open(press, provisional(seen), (entry) =>
          deciding.form(entry, outcome, seen, press.words),
        );
      }
      case "approved":
        return deeds.now(
          press,
          { type: "approved", seen: control.seen },
          keyOf(interaction.message),
          "discord:desk.approved",
        );
      case "closed":
        return deeds.now(
          press,
          { type: "closed" },
          keyOf(interaction.message),
          "discord:desk.close.done",
        );
      case "send":
        await press.answer.begin();
        return lanes.run(`desk:${control.draft}`, () => send(press, control.draft));
      case "discard":
        await drafts.drop(control.draft);
        return press.answer.show({ content: press.words.text("discord:desk.discarded") });
      case "cancel":
        return press.answer.show({ content: press.words.text("discord:desk.cancelled") });
      case "reword":
        return changing.form(press, control.draft);
      case "withdraw":
        return changing.withdraw(press, control.draft);
      case "replied":
      case "reworded":
      case "question":
      case "decision":
    }
  }

  async function filledIn(
    interaction: APIModalSubmitInteraction,
    press: Press,
    control: DeskControl,
  ): Promise<void> {
    const filled = readFilledIn(interaction.data);
    const {
      texts: { [textField]: text = "" },
      files,
    } = filled;
    if (control.type === "replied") await replying.preview(press, { text, files });
    else if (control.type === "question") await replying.preview(press, { text, isQuestion: true });
    else if (control.type === "reworded") await changing.preview(press, control.draft, text);
    else if (control.type === "decision") await deciding.preview(press, filled, control);
  }

  /** Sends what was previewed, as it was, once. */
  async function send(press: Press, id: string): Promise<void> {
    const { answer, words } = press;
    const draft = await drafts.find(id);
    if (!draft) return answer.show({ content: words.text("discord:desk.over") });
    const { of = id } = draft;
    const sent = {
      content: words.text("discord:desk.sent"),
      components: changing.buttons(words, of),
    };
    if (draft.isSent) return answer.show(sent);
    const refusal = await acting.act({ ...press, thread: draft.thread }, draft.content, sentAs(id));
    if (refusal?.reason === "factsChanged") {
      await drafts.drop(id);
      return answer.show({ content: refusalText(refusal, words) });
    }
    // The preview stays, to be sent once the reason is gone.
    if (refusal) return answer.add(refusalText(refusal, words));
    if (draft.content.type === "said" || draft.content.type === "reworded") {
      // Its newest words are what the next change begins from.
      for (const one of new Set([id, of])) await drafts.keep(one, { ...draft, isSent: true });
      return answer.show(sent);
    }
    await drafts.drop(id);
    const isDecision = draft.content.type === "decided";
    await answer.show({ content: words.text(`discord:desk.${isDecision ? "decided" : "sent"}`) });
  }
}
