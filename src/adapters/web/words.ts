import { type Language } from "../../core/language.ts";
import en from "../../../locales/en/chat.json" with { type: "json" };
import fr from "../../../locales/fr/chat.json" with { type: "json" };
import sv from "../../../locales/sv/chat.json" with { type: "json" };

/** The words around the conversation: what the page itself says. */
export type Words = typeof en;

export const words: Record<Language, Words> = { en, fr, sv };

/** How each language calls itself. */
export const languageNames: Record<Language, string> = {
  fr: "Français",
  sv: "Svenska",
  en: "English",
};

/** Puts values into `{{name}}`, once and in one pass. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/gu, (_, name: string) => String(values[name] ?? ""));
}
