import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  type APISelectMenuOption,
  type APIStringSelectComponent,
} from "@discordjs/core";
import { ActionRowBuilder, ButtonBuilder, StringSelectMenuBuilder } from "@discordjs/builders";
import type { Choice, Message } from "../../core/message.ts";
import type { Texts } from "../../core/texts.ts";
import { choiceId, formId, menuId } from "./custom-id.ts";

/** Component Reference, "Action Row" and "String Select". */
const most = { rows: 5, buttonsInRow: 5, label: 80, options: 25, optionLabel: 100 };

export type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/**
 * The choices as native controls: buttons where they fit, menus where there
 * are groups or more than fit; the ways out in a row of their own, last.
 */
export function controlsOf(message: Message, revision: number, texts: Texts): Row[] {
  const { choices } = message;
  const grouped = choices.filter(({ group }) => group !== undefined);
  const single = choices.filter(({ group, weight }) => group === undefined && weight !== "quiet");
  const quiet = choices.filter(({ group, weight }) => group === undefined && weight === "quiet");
  const changes = message.blocks.flatMap((block) =>
    block.type === "review" ? block.rows.map(({ change }) => change) : [],
  );
  const menus = [
    ...inPieces(grouped).map((options) => ({ options, placeholder: "discord:menu.pick" })),
    ...inPieces(changes).map((options) => ({ options, placeholder: "discord:menu.change" })),
  ].map(({ options, placeholder }, index) =>
    menuRow(options, menuId(revision, index), texts.text(placeholder)),
  );
  const form = message.form?.length ? [formButton(revision, texts)] : [];
  const outs = buttonRows(quiet.map((choice) => button(choice, revision)));
  const room = most.rows - menus.length - outs.length;
  const rows = buttonRows([...single.map((choice) => button(choice, revision)), ...form]);
  if (rows.length <= room) return [...menus, ...rows, ...outs];
  // More than fit as buttons: the answers become a menu, the form stays beside the ways out.
  const answers = inPieces(single).map((options, index) =>
    menuRow(options, menuId(revision, menus.length + index), texts.text("discord:menu.pick")),
  );
  return [...menus, ...answers, ...buttonRows(form), ...outs].slice(0, most.rows);
}

/** The controls as they stand once one was used: none can be pressed, what was chosen shows. */
export function spent(rows: readonly APIMessageTopLevelComponent[], chosen?: string): Row[] {
  return rows
    .filter((row) => row.type === ComponentType.ActionRow)
    .map((row) => ({
      ...row,
      components: row.components.map((control) => spentControl(control, chosen)),
    }));
}

function spentControl(
  control: APIComponentInMessageActionRow,
  chosen: string | undefined,
): APIComponentInMessageActionRow {
  if (control.type === ComponentType.StringSelect) {
    const options = control.options.map((option) => ({
      ...option,
      default: option.value === chosen,
    }));
    return { ...control, options, disabled: true };
  }
  const isChosen = "custom_id" in control && control.custom_id.endsWith(`:${chosen}`);
  if (control.type !== ComponentType.Button || !("custom_id" in control)) return control;
  return { ...control, disabled: true, ...(isChosen && { style: ButtonStyle.Success }) };
}

function buttonRows(buttons: readonly APIButtonComponentWithCustomId[]): Row[] {
  return inPieces(buttons, most.buttonsInRow).map((part) =>
    new ActionRowBuilder<ButtonBuilder>()
      .addComponents(part.map((one) => new ButtonBuilder(one)))
      .toJSON(),
  );
}

function menuRow(choices: readonly Choice[], id: string, placeholder: string): Row {
  const menu = new StringSelectMenuBuilder({
    custom_id: id,
    placeholder: cut(placeholder, 150),
    options: choices.map(option),
  } as Partial<APIStringSelectComponent>);
  return new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu).toJSON();
}

const option = ({ id, label, group }: Choice): APISelectMenuOption => ({
  value: id,
  label: cut(label, most.optionLabel),
  ...(group !== undefined && { description: cut(group, most.optionLabel) }),
});

const styles = {
  primary: ButtonStyle.Primary,
  normal: ButtonStyle.Primary,
  quiet: ButtonStyle.Secondary,
} as const;

const button = (
  { id, label, weight }: Choice,
  revision: number,
): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  style: styles[weight],
  label: cut(label, most.label),
  custom_id: choiceId(revision, id),
});

const formButton = (revision: number, texts: Texts): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  style: ButtonStyle.Secondary,
  label: cut(texts.text("discord:form.open"), most.label),
  custom_id: formId(revision),
});

/** Labels of ours are shorter; a cut one shows that it is. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;

function inPieces<T>(all: readonly T[], size = most.options): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
