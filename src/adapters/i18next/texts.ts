import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import i18next, { type i18n, type ResourceLanguage } from "i18next";
import { type Language, languages } from "../../core/language.ts";
import type { TextValues, Texts } from "../../core/texts.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { createFormats } from "./formats.ts";

/**
 * Reads `<folder>/<language>/<namespace>.json` of every language. Nothing
 * falls back: not to another language, not to the key.
 *
 * @param shops The shop's own texts by key: they become the namespace `shop`.
 * @throws Error when a folder is missing or a file is no JSON object.
 */
export async function loadTexts(
  folder: string,
  shops?: Readonly<Record<Language, Readonly<Record<string, string>>>>,
): Promise<TextLibrary> {
  const resources = Object.fromEntries(
    await Promise.all(
      languages.map(async (language) => [
        language,
        {
          ...(await readLanguage(join(folder, language))),
          ...(shops && { shop: shops[language] }),
        },
      ]),
    ),
  ) as Record<Language, ResourceLanguage>;
  const library = i18next.createInstance();
  await library.init({
    lng: languages[0],
    fallbackLng: false,
    resources,
    interpolation: { escapeValue: false },
  });
  const texts = new Map(
    languages.map((language) => [language, createTexts(library, language, resources[language])]),
  );
  return {
    in: (language) => texts.get(language) as Texts,
  };
}

async function readLanguage(folder: string): Promise<ResourceLanguage> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  const namespaces = await Promise.all(
    files.map(
      async (file) => [basename(file, ".json"), await readNamespace(join(folder, file))] as const,
    ),
  );
  return Object.fromEntries(namespaces);
}

async function readNamespace(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${path} can't be read as JSON`, { cause });
  }
}

/** A count that finds the plural form for many as well as a text without plural forms. */
const many = 2;

const pluralForm = /_(?:zero|one|two|few|many|other)$/u;

/** `bot:welcome.hello` and so on, each once. */
function keysOf(resources: ResourceLanguage): string[] {
  const written = Object.entries(resources).flatMap(([namespace, texts]) =>
    flatten(texts, `${namespace}:`),
  );
  const known = new Set(written);
  const stems = written.map((key) => {
    const stem = key.replace(pluralForm, "");
    return known.has(`${stem}_other`) ? stem : key;
  });
  return [...new Set(stems)];
}

const flatten = (value: unknown, prefix: string): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
        flatten(inner, `${prefix}${prefix.endsWith(":") ? "" : "."}${key}`),
      )
    : [prefix];

/** Text and names of values in turn: `["Il y a ", "count", " jours"]`. */
type Template = readonly string[];

/**
 * i18next finds a text and its plural; the values are put in here, once and
 * in one pass, so that `{{…}}` or `$t(…)` in what a customer typed is never
 * read as a template. Templates are kept, which makes a text ten times faster
 * than `t()`.
 */
function createTexts(library: i18n, language: Language, resources: ResourceLanguage): Texts {
  const find = library.getFixedT(language);
  const formats = createFormats(language);
  const plurals = new Intl.PluralRules(language);
  const templates = new Map<string, Template>();
  const present = new Map<string, boolean>();
  let keys: string[] | undefined;

  const templateOf = (key: string, count: number | undefined): Template => {
    const slot =
      count === undefined ? key : `${key} ${count === 0 ? "zero" : plurals.select(count)}`;
    const known = templates.get(slot);
    if (known) return known;
    const template = findTemplate(key, count);
    templates.set(slot, template);
    return template;
  };

  const findTemplate = (key: string, count: number | undefined): Template => {
    const found: unknown = library.exists(key, {
      lng: language,
      returnObjects: false,
      ...(count !== undefined && { count }),
    })
      ? find(key, { skipInterpolation: true, ...(count !== undefined && { count }) })
      : undefined;
    if (typeof found !== "string") throw new Error(`no text for ${key} in ${language}`);
    return found.split(/\{\{\s*([^{}]+?)\s*\}\}/u);
  };

  const shown = (key: string, name: string, values: TextValues): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`no value for {{${name}}} of ${key} in ${language}`);
    return typeof value === "number" ? formats.figure(value) : value;
  };

  return {
    language,
    text(key, values = {}) {
      const template = templateOf(
        key,
        typeof values["count"] === "number" ? values["count"] : undefined,
      );
      let text = template[0] ?? "";
      for (let at = 1; at < template.length; at += 2) {
        text += shown(key, template[at] ?? "", values) + (template[at + 1] ?? "");
      }
      return text;
    },
    has(key) {
      const known = present.get(key);
      if (known !== undefined) return known;
      const found = library.exists(key, { lng: language, returnObjects: false, count: many });
      present.set(key, found);
      return found;
    },
    keys: (prefix) => (keys ??= keysOf(resources)).filter((key) => key.startsWith(prefix)),
    template: (key, count = many) => templateOf(key, count),
    ...formats,
  };
}
