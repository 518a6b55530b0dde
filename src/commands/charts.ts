/** `npm run charts`: draws the machine and writes the policy's table, into docs/. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadTexts } from "../adapters/i18next/texts.ts";
import { generatedPages } from "./chart/pages.ts";

const root = new URL("../../", import.meta.url);
const texts = await loadTexts(fileURLToPath(new URL("locales", root)));
await mkdir(new URL("docs/charts", root), { recursive: true });
for (const [path, content] of await generatedPages(texts.in("en")))
  await writeFile(new URL(`docs/${path}`, root), content);
