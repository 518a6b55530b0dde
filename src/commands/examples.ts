/**
 * `npm run examples`: keeps a snapshot of every place in which a customer can
 * stand, as the present version of the flow writes it. Before the release of
 * a version; never after, as they show what is stored out there.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { machine } from "../../flows/refund/machine.ts";
import { flowVersion } from "../../flows/refund/policy/figures.ts";
import { rules } from "../../flows/refund/policy/rules.ts";
import { loadTexts } from "../adapters/i18next/texts.ts";
import { localesFolder } from "./verify/locales.ts";
import { checkMachine } from "./verify/machine.ts";
import { openBot } from "./verify/thread.ts";
import { examplesFolder } from "./verify/versions.ts";
import { checkWays } from "./verify/ways.ts";

const bot = openBot(await loadTexts(localesFolder));
const { stands } = checkMachine(bot, checkWays(machine, rules).turns);
const file = fileURLToPath(new URL(`${flowVersion}.json`, examplesFolder));
mkdirSync(examplesFolder, { recursive: true });
const lines = stands.map(({ snapshot }) => JSON.stringify(snapshot));
writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
console.log(`${stands.length} snapshots of version ${flowVersion} written`);
