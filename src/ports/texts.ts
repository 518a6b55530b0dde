import type { Language } from "../core/language.ts";
import type { Texts } from "../core/texts.ts";

/** The words of every language, loaded before the first message. */
export interface TextLibrary {
  in(language: Language): Texts;
}
