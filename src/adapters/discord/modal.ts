import {
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  TextInputBuilder,
} from "@discordjs/builders";
import {
  ComponentType,
  TextInputStyle,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
} from "@discordjs/core";
import type { FileRef } from "../../core/inbound.ts";
import type { FormField, Message } from "../../core/message.ts";
import type { Texts } from "../../core/texts.ts";
import { cut } from "./controls.ts";
import { formId } from "./custom-id.ts";
import { fileOf } from "./files.ts";

/** Component Reference, "Label": a modal has five of them. */
const most = { fields: 5, label: 45, description: 100, text: 2000, files: 10 };

/** What a conversation is asked now, and under which revision. */
export interface Prompted {
  message: Message;
  revision: number;
}

/** The form of what is asked now; undefined where nothing can be filled in. */
export function modalOf(
  { message, revision }: Prompted,
  texts: Texts,
): APIModalInteractionResponseCallbackData | undefined {
  const fields = message.form?.slice(0, most.fields) ?? [];
  if (fields.length === 0) return undefined;
  return new ModalBuilder()
    .setCustomId(formId(revision))
    .setTitle(cut(texts.text("discord:form.title"), most.label))
    .addLabelComponents(fields.map((field, index) => labelOf(field, index === 0)))
    .toJSON();
}

/** The open question has to be answered; those behind it may be left for later. */
function labelOf({ question, label, awaits }: FormField, isOpen: boolean): LabelBuilder {
  const named = new LabelBuilder().setLabel(cut(label, most.label));
  if (awaits === "files")
    return named.setFileUploadComponent(
      new FileUploadBuilder()
        .setCustomId(question)
        .setRequired(isOpen)
        .setMinValues(isOpen ? 1 : 0)
        .setMaxValues(most.files),
    );
  return named.setTextInputComponent(
    new TextInputBuilder()
      .setCustomId(question)
      .setStyle(awaits === "text" ? TextInputStyle.Paragraph : TextInputStyle.Short)
      .setRequired(isOpen)
      .setMaxLength(most.text),
  );
}

/** What was filled in: texts by their question, and the files of all. */
export function readForm({ components, resolved }: APIModalSubmission): {
  answers: Record<string, string>;
  files: FileRef[];
} {
  const answers: Record<string, string> = {};
  const files: FileRef[] = [];
  for (const label of components) {
    if (label.type !== ComponentType.Label) continue;
    const { component } = label;
    if (component.type === ComponentType.TextInput && component.value.trim() !== "")
      answers[component.custom_id] = component.value;
    if (component.type === ComponentType.FileUpload)
      for (const id of component.values) {
        const attachment = resolved?.attachments?.[id];
        if (attachment) files.push(fileOf(attachment));
      }
  }
  return { answers, files };
}
