import { type SentFile, keepFiles } from "./attachments.ts";
import type { Links } from "./attachments.ts";
import { asList, componentType } from "./components.ts";
import type { Channel, Interaction, Json } from "./model.ts";
import { attachmentJson } from "./payloads.ts";
import { textOf } from "./seen.ts";
import type { World } from "./world.ts";

export interface ModalField {
  customId: string;
  label: string;
  description: string;
  kind: "text" | "select" | "files" | "other";
  required: boolean;
  /** Prefilled. */
  value: string;
  placeholder: string;
  long: boolean;
  least: number | undefined;
  most: number | undefined;
  options: readonly { label: string; value: string }[];
}

/** A form that is open on a person's screen. */
export interface ShownModal {
  /** Of the interaction that opened it. */
  interactionId: string;
  customId: string;
  title: string;
  fields: readonly ModalField[];
  /** Text between the fields. */
  texts: readonly string[];
}

/** What is filled in: text, chosen values or files, by the field's id. */
export type ModalValues = Readonly<
  Record<string, string | readonly string[] | readonly FileToSend[]>
>;

export interface FileToSend {
  name: string;
  bytes: Uint8Array;
  contentType?: string;
}

const textDisplay = 10;

export function shownModal(interaction: Interaction): ShownModal | undefined {
  const { modal } = interaction;
  if (modal === undefined) return undefined;
  return {
    interactionId: interaction.id,
    customId: modal.customId,
    title: modal.title,
    fields: modal.components.flatMap(fieldsOf),
    texts: modal.components
      .filter(({ type }) => type === textDisplay)
      .map(({ content }) => textOf(content)),
  };
}

function fieldsOf(component: Json): ModalField[] {
  if (component["type"] === componentType.row) {
    return asList(component["components"]).map((one) => fieldOf(one, textOf(one["label"]), ""));
  }
  if (component["type"] !== componentType.label) return [];
  const { label, description, component: inner } = component;
  return [fieldOf(inner as Json, textOf(label), textOf(description))];
}

function fieldOf(component: Json, label: string, description: string): ModalField {
  const kinds: Readonly<Record<number, ModalField["kind"]>> = {
    [componentType.textInput]: "text",
    [componentType.select]: "select",
    [componentType.fileUpload]: "files",
  };
  const kind = kinds[Number(component["type"])] ?? "other";
  const number = (value: unknown) => (typeof value === "number" ? value : undefined);
  const isText = kind === "text";
  return {
    customId: textOf(component["custom_id"]),
    label,
    description,
    kind,
    required: component["required"] !== false,
    value: textOf(component["value"]),
    placeholder: textOf(component["placeholder"]),
    long: component["style"] === 2,
    least: number(component[isText ? "min_length" : "min_values"]),
    most: number(component[isText ? "max_length" : "max_values"]),
    options: asList(component["options"]).map((option) => ({
      label: textOf(option["label"]),
      value: textOf(option["value"]),
    })),
  };
}

/**
 * The `data` of a modal's submit (Receiving and Responding, "Modal Submit Data Structure").
 *
 * @throws Error where Discord's own form would not let it be sent.
 */
export function submitted(
  world: World,
  links: Links,
  channel: Channel,
  interaction: Interaction,
  values: ModalValues,
): Json {
  const modal = shownModal(interaction);
  if (modal === undefined) throw new Error("this interaction has shown no modal");
  for (const name of Object.keys(values)) {
    if (!modal.fields.some(({ customId }) => customId === name)) {
      throw new Error(`the modal has no field ${name}`);
    }
  }
  const attachments: Record<string, Json> = {};
  const answer = (component: Json, field: ModalField | undefined): Json => {
    const base = { type: component["type"], id: component["id"] };
    if (field === undefined) return base;
    const value = values[field.customId];
    const filled = { ...base, custom_id: field.customId };
    if (field.kind === "text") return { ...filled, value: textIn(field, value) };
    if (field.kind === "select") return { ...filled, values: chosenIn(field, value) };
    const kept = keepFiles(world, channel, filesIn(field, value), [], true);
    for (const one of kept) attachments[one.id] = attachmentJson(one, links);
    return { ...filled, values: kept.map(({ id }) => id) };
  };
  const fieldBy = (component: Json) =>
    modal.fields.find(({ customId }) => customId === component["custom_id"]);
  let number = 0;
  const components = (interaction.modal?.components ?? []).map((component): Json => {
    const base = { type: component["type"], id: component["id"] ?? ++number };
    if (component["type"] === componentType.row) {
      const inside = asList(component["components"]);
      return { ...base, components: inside.map((one) => numbered(one, fieldBy(one))) };
    }
    if (component["type"] !== componentType.label) return base;
    const inner = component["component"] as Json;
    return { ...base, component: numbered(inner, fieldBy(inner)) };
  });
  function numbered(component: Json, field: ModalField | undefined): Json {
    return answer({ ...component, id: component["id"] ?? ++number }, field);
  }
  const resolved = Object.keys(attachments).length === 0 ? {} : { resolved: { attachments } };
  return { custom_id: modal.customId, components, ...resolved };
}

function textIn(field: ModalField, value: ModalValues[string] | undefined): string {
  const text = value === undefined ? field.value : value;
  if (typeof text !== "string") throw new Error(`${field.customId} takes a text`);
  if (field.required && text === "") throw new Error(`${field.customId} must be filled in`);
  if (text.length > (field.most ?? 4000)) throw new Error(`${field.customId} is too long`);
  if (text !== "" && text.length < (field.least ?? 0)) {
    throw new Error(`${field.customId} is too short`);
  }
  return text;
}

function chosenIn(field: ModalField, value: ModalValues[string] | undefined): string[] {
  const chosen = (typeof value === "string" ? [value] : (value ?? [])) as string[];
  demandCount(field, chosen.length);
  for (const one of chosen) {
    if (!field.options.some((option) => option.value === one)) {
      throw new Error(`${field.customId} has no option ${one}`);
    }
  }
  return chosen;
}

function filesIn(field: ModalField, value: ModalValues[string] | undefined): SentFile[] {
  const files = (value ?? []) as readonly FileToSend[];
  demandCount(field, files.length);
  return toFiles(files);
}

function demandCount(field: ModalField, count: number): void {
  if (count === 0 && !field.required) return;
  const [least, most] = [field.least ?? 1, field.most ?? 1];
  if (count < least || count > most) {
    throw new Error(`${field.customId} takes ${least} to ${most}, not ${count}`);
  }
}

export function toFiles(files: readonly FileToSend[] = []): SentFile[] {
  return files.map(({ name, bytes, contentType }, index) => ({
    index,
    name,
    bytes: Buffer.from(bytes),
    contentType,
  }));
}
