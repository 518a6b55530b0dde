import { languages } from "../../src/core/language.ts";
import { library } from "./shop.ts";

const sentences = new Set(languages.map((language) => library.in(language).text("chat:outage")));

/** Whether the bot says it beside its log, best effort, as it shows that it types: that what was written has to wait. */
export const isSign = (text: string | undefined): boolean =>
  text !== undefined && sentences.has(text);
