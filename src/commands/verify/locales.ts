import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Language, languages } from "../../core/language.ts";

export const localesFolder = fileURLToPath(new URL("../../../locales", import.meta.url));

/** One text as it stands in a file: `bot:welcome.hello_one`. */
export interface LocaleText {
  language: Language;
  /** With its plural suffix. */
  key: string;
  /** Without its plural suffix; the same as `key` where there are no plural forms. */
  base: string;
  text: string;
}

export function readLocales(): LocaleText[] {
  return languages.flatMap((language) => {
    const texts = namespaces(language).flatMap((namespace) =>
      flatten(
        JSON.parse(readFileSync(join(localesFolder, language, `${namespace}.json`), "utf8")),
        `${namespace}:`,
      ),
    );
    const keys = new Set(texts.map(([key]) => key));
    return texts.map(([key, text]) => {
      const stem = key.replace(/_(zero|one|two|few|many|other)$/u, "");
      return {
        language,
        key,
        base: keys.has(`${stem}_other`) || keys.has(`${stem}_one`) ? stem : key,
        text,
      };
    });
  });
}

export function namespaces(language: Language): string[] {
  return readdirSync(join(localesFolder, language))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

function flatten(value: unknown, prefix: string): [key: string, text: string][] {
  if (typeof value === "string") return [[prefix, value]];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${prefix} is neither a text nor a group of texts`);
  }
  const glue = prefix.endsWith(":") ? "" : ".";
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, `${prefix}${glue}${key}`));
}
