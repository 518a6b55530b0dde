import {
  LabelBuilder,
  ModalBuilder,
  StringSelectMenuBuilder,
  StringSelectMenuOptionBuilder,
  TextInputBuilder,
} from "@discordjs/builders";
import {
  ButtonStyle,
  TextInputStyle,
  type APIModalInteractionResponseCallbackData,
} from "@discordjs/core";
import { decisionOutcomes, type DecisionDraft, type DecisionOutcome } from "../../../core/act.ts";
import { amountIn, amountText } from "../../../core/amount.ts";
import type { Case } from "../../../core/case.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskHand } from "../../../ports/desk.ts";
import { cut } from "../controls.ts";
import type { Shown } from "./answer.ts";
import { rowsOf } from "./card.ts";
import { deskId } from "./desk-id.ts";
import type { Drafts } from "./drafts.ts";
import type { FilledIn } from "./form.ts";
import { type Acting, type Press, refusalText } from "./press.ts";
import { button, previewOf } from "./preview.ts";
import { longestWords } from "./replying.ts";

const longestLabel = 45;
const longestOption = 100;
/** Component Reference, "String Select". */
const mostOptions = 25;
const withMoney: ReadonlySet<DecisionOutcome> = new Set(["fullRefund", "partialRefund"]);

/** A decision: its outcome, its form, the formal update as the customer will read it. */
export interface Deciding {
  menu(entry: Case, words: Texts): Shown;
  form(
    entry: Case,
    outcome: DecisionOutcome,
    seen: number,
    words: Texts,
  ): APIModalInteractionResponseCallbackData;
  preview(
    press: Press,
    filled: FilledIn,
    on: { outcome: DecisionOutcome; seen: number },
  ): Promise<void>;
  /** What waits for a second person, to be read before it is approved. */
  proposal(press: Press): Promise<void>;
}

export function createDeciding(parts: {
  hand: DeskHand;
  acting: Acting;
  drafts: Drafts;
}): Deciding {
  const { hand, acting, drafts } = parts;

  return {
    menu(entry, words) {
      const { outcome: suggested } = hand.draft(entry);
      const outcomes = [suggested, ...decisionOutcomes.filter((one) => one !== suggested)];
      return {
        content: words.text("discord:desk.decide.pick"),
        components: rowsOf([
          new StringSelectMenuBuilder()
            .setCustomId(deskId({ type: "outcome", seen: entry.factsRevision }))
            .addOptions(
              outcomes.map((outcome) => {
                const option = new StringSelectMenuOptionBuilder()
                  .setValue(outcome)
                  .setLabel(words.text(`console:outcome.${outcome}`));
                return outcome === suggested
                  ? option.setDescription(words.text("discord:desk.decide.suggested"))
                  : option;
              }),
            ),
        ]),
      };
    },

    form(entry, outcome, seen, words) {
      const draft = hand.draft(entry);
      const language = words.text(`console:language.${entry.language}`);
      return new ModalBuilder()
        .setCustomId(deskId({ type: "decision", seen, outcome }))
        .setTitle(cut(words.text(`console:outcome.${outcome}`), longestLabel))
        .addLabelComponents(
          ...(withMoney.has(outcome) ? [amountField(draft, words)] : []),
          clausesField(hand.clauses(words.language), draft, words),
          new LabelBuilder()
            .setLabel(cut(words.text("console:decide.reasons", { language }), longestLabel))
            .setTextInputComponent(
              new TextInputBuilder()
                .setCustomId("reasons")
                .setStyle(TextInputStyle.Paragraph)
                .setRequired(true)
                .setMaxLength(longestWords)
                .setValue(draft.reasons.slice(0, longestWords)),
            ),
        )
        .toJSON();
    },

    async preview(press, { texts, picked }, { outcome, seen }) {
      const { interaction, answer, userId, thread, words } = press;
      await answer.begin();
      const currency = (entry: Case) => hand.draft(entry).currency ?? "EUR";
      const draftOf = (entry: Case): DecisionDraft => {
        const amountMinor = amountIn(texts["amount"] ?? "", currency(entry));
        return {
          outcome,
          ...(amountMinor !== undefined && { amountMinor }),
          currency: currency(entry),
          clauses: picked["clauses"] ?? [],
          reasons: texts["reasons"] ?? "",
        };
      };
      const met = await acting.meet(press, (entry) => ({
        type: "decided",
        decision: draftOf(entry),
        seen,
      }));
      if (!met) return;
      const { agent, entry } = met;
      const decision = draftOf(entry);
      const update = hand.preview(entry, decision, agent);
      if ("refused" in update) return answer.show({ content: refusalText(update.refused, words) });
      const draft = interaction.id;
      await drafts.keep(draft, { content: { type: "decided", decision, seen }, userId, thread });
      const language = words.text(`console:language.${entry.language}`);
      const { needsSecond } = update;
      await answer.show(
        previewOf(
          [update.message],
          [
            words.text("discord:desk.preview.decision", { language }),
            ...(needsSecond ? [`⚠ ${words.text("console:decide.needsSecond")}`] : []),
          ].join("\n"),
          [
            button(
              { type: "send", draft },
              needsSecond
                ? words.text("console:decide.propose")
                : words.text("console:decide.send", { language }),
              ButtonStyle.Success,
            ),
            button(
              { type: "discard", draft },
              words.text("discord:desk.cancel"),
              ButtonStyle.Secondary,
            ),
          ],
        ),
      );
    },

    async proposal(press) {
      const { answer, words } = press;
      await answer.begin();
      const met = await acting.meet(press, ({ proposal }) => ({
        type: "approved",
        seen: proposal?.factsRevision ?? 0,
      }));
      if (!met) return;
      const { entry } = met;
      const { proposal, language } = entry;
      const update = proposal && hand.preview(entry, proposal, { ...proposal.by, role: "agent" });
      if (!proposal || !update || "refused" in update)
        return answer.show({ content: refusalText({ reason: "nothingProposed" }, words) });
      await answer.show(
        previewOf(
          [update.message],
          [
            words.text("console:proposal.title", { name: proposal.by.name }),
            words.text("discord:desk.preview.decision", {
              language: words.text(`console:language.${language}`),
            }),
          ].join("\n"),
          [
            button(
              { type: "approved", seen: proposal.factsRevision },
              words.text("desk:button.approve"),
              ButtonStyle.Success,
            ),
            button({ type: "cancel" }, words.text("discord:desk.cancel"), ButtonStyle.Secondary),
          ],
        ),
      );
    },
  };
}

const amountField = (draft: DecisionDraft, words: Texts) =>
  new LabelBuilder()
    .setLabel(
      cut(words.text("console:decide.amount", { currency: draft.currency ?? "EUR" }), longestLabel),
    )
    .setTextInputComponent(
      new TextInputBuilder()
        .setCustomId("amount")
        .setStyle(TextInputStyle.Short)
        .setRequired(true)
        .setMaxLength(20)
        .setValue(amountText(draft)),
    );

/** The suggested ones first, so that a long list can be cut. */
function clausesField(
  known: readonly { id: string; title: string }[],
  { clauses }: DecisionDraft,
  words: Texts,
): LabelBuilder {
  const options = [
    ...known.filter(({ id }) => clauses.includes(id)),
    ...known.filter(({ id }) => !clauses.includes(id)),
  ].slice(0, mostOptions);
  return new LabelBuilder()
    .setLabel(cut(words.text("console:decide.clauses"), longestLabel))
    .setStringSelectMenuComponent(
      new StringSelectMenuBuilder()
        .setCustomId("clauses")
        .setRequired(true)
        .setMinValues(1)
        .setMaxValues(options.length)
        .addOptions(
          options.map(({ id, title }) =>
            new StringSelectMenuOptionBuilder()
              .setValue(id)
              .setLabel(cut(`${id} · ${title}`, longestOption))
              .setDefault(clauses.includes(id)),
          ),
        ),
    );
}
