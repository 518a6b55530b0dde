import { languages } from "../../src/core/language.ts";
import { library } from "./shop.ts";

/** That what was written has to wait, and what a press is answered where Discord has forgotten the press. */
const keys = ["chat:outage", "discord:pressAgain", "discord:notYours"];
const sentences = new Set(
  languages.flatMap((language) => keys.map((key) => library.in(language).text(key))),
);

/** Whether the bot says it beside its log, best effort, as it shows that it types. */
export const isSign = (text: string | undefined): boolean =>
  text !== undefined && sentences.has(text);
