import { invalidForm } from "./api-error.ts";
import { type Json, messageFlag } from "./model.ts";

/** Components, "Component Types". */
export const componentType = {
  row: 1,
  button: 2,
  select: 3,
  textInput: 4,
  label: 18,
  fileUpload: 19,
} as const;

const linkStyle = 5;
const premiumStyle = 6;

/** Every component in these, also those inside rows, sections, containers and labels. */
export function* everyComponent(components: readonly Json[]): Generator<Json> {
  for (const component of components) {
    yield component;
    yield* everyComponent(asList(component["components"]));
    if (isObject(component["component"])) yield* everyComponent([component["component"]]);
    if (isObject(component["accessory"])) yield* everyComponent([component["accessory"]]);
  }
}

export function asList(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

/** Each gets the number that Discord gives it, and what it leaves open its default. */
export function numbered(components: readonly Json[]): Json[] {
  const copy = structuredClone(components) as Json[];
  let number = 0;
  for (const component of everyComponent(copy)) {
    component["id"] ??= ++number;
    if (component["type"] !== componentType.select) continue;
    component["min_values"] ??= 1;
    component["max_values"] ??= 1;
  }
  return copy;
}

/** The rules that the schema cannot say (Components, "Anatomy of a Component"). */
export function checkComponents(components: readonly Json[], flags: number): void {
  if ((flags & messageFlag.componentsV2) === 0) {
    if (components.length > 5) throw invalidForm("components", "Must be 5 or fewer in length.");
    const odd = components.findIndex((component) => component["type"] !== componentType.row);
    if (odd !== -1) throw invalidForm(`components.${odd}.type`, "Value must be one of {1}.");
  }
  for (const component of everyComponent(components)) {
    if (component["type"] === componentType.row) checkRow(component);
    if (component["type"] === componentType.button) checkButton(component);
    if (component["type"] === componentType.select) checkSelect(component);
  }
  checkIds(components);
}

export function checkModal(components: readonly Json[]): void {
  if (components.length > 5) {
    throw invalidForm("data.components", "Must be between 1 and 5 in length.");
  }
  for (const component of everyComponent(components)) {
    if (component["type"] === componentType.select) checkSelect(component);
  }
  checkIds(components);
}

function checkIds(components: readonly Json[]): void {
  const seen = new Set<string>();
  for (const { custom_id: id } of everyComponent(components)) {
    if (typeof id !== "string") continue;
    if (seen.has(id)) {
      throw invalidForm("components", `Component custom id cannot be duplicated: ${id}`);
    }
    seen.add(id);
  }
}

function checkRow(row: Json): void {
  const inside = asList(row["components"]);
  const selects = inside.filter(({ type }) => type !== componentType.button);
  if (selects.length > 0 && inside.length > 1) {
    throw invalidForm("components", "A row holds up to five buttons or one select.");
  }
}

function checkButton(button: Json): void {
  const { style, label, emoji, url, custom_id: id } = button;
  if (style === premiumStyle) return;
  if ((label ?? "") === "" && (emoji ?? null) === null) {
    throw invalidForm("components", "A button must have a label or an emoji.");
  }
  if (style === linkStyle && (typeof url !== "string" || (id ?? null) !== null)) {
    throw invalidForm("components", "A link button must have a url and no custom_id.");
  }
  if (style !== linkStyle && (typeof id !== "string" || (url ?? null) !== null)) {
    throw invalidForm("components", "A button must have a custom_id and no url.");
  }
}

function checkSelect(select: Json): void {
  const options = asList(select["options"]);
  const values = new Set(options.map(({ value }) => value));
  if (values.size !== options.length) {
    throw invalidForm("components", "The specified option value is already used.");
  }
  const least = Number(select["min_values"] ?? 1);
  const most = Number(select["max_values"] ?? 1);
  const chosen = options.filter((option) => option["default"] === true).length;
  if (least > most || most > options.length || chosen > most) {
    throw invalidForm("components", "min_values, max_values and the options don't fit each other.");
  }
}
