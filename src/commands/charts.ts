/** `npm run charts`: draws the machine and writes the policy's table, into docs/. */
import { loadTexts } from "../adapters/i18next/texts.ts";
import { writePages } from "./chart/pages.ts";
import { localesFolder } from "./verify/locales.ts";

const texts = await loadTexts(localesFolder);
await writePages(texts.in("en"));
