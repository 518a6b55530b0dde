import { ComponentType, type APIModalSubmission } from "@discordjs/core";
import type { FileRef } from "../../../core/inbound.ts";
import { fileOf } from "../files.ts";

/** What came back with a form, by field. */
export interface FilledIn {
  texts: Readonly<Record<string, string>>;
  picked: Readonly<Record<string, readonly string[]>>;
  files: readonly FileRef[];
}

export function readFilledIn({ components, resolved }: APIModalSubmission): FilledIn {
  const texts: Record<string, string> = {};
  const picked: Record<string, readonly string[]> = {};
  const files: FileRef[] = [];
  for (const label of components) {
    if (label.type !== ComponentType.Label) continue;
    const { component } = label;
    if (component.type === ComponentType.TextInput)
      texts[component.custom_id] = component.value.replace(/\r\n/gu, "\n");
    else if (component.type === ComponentType.StringSelect)
      picked[component.custom_id] = component.values;
    else if (component.type === ComponentType.FileUpload)
      for (const id of component.values) {
        const attachment = resolved?.attachments?.[id];
        if (attachment) files.push(fileOf(attachment));
      }
  }
  return { texts, picked, files };
}
