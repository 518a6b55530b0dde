/**
 * `npm run examples`: keeps a snapshot of every place in which a customer can
 * stand, as the present version of the flow writes it. Adds what is new; what
 * is kept shows what is stored out there, and only `--again` writes it anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Snapshot } from "../core/conversation.ts";
import { machine } from "../../flows/refund/machine.ts";
import { flowVersion } from "../../flows/refund/policy/figures.ts";
import { rules } from "../../flows/refund/policy/rules.ts";
import { loadTexts } from "../adapters/i18next/texts.ts";
import { placeOf } from "./verify/dialogue.ts";
import { localesFolder } from "./verify/locales.ts";
import { checkMachine } from "./verify/machine.ts";
import { openBot } from "./verify/thread.ts";
import { examplesFolder, lostExamples } from "./verify/versions.ts";
import { checkWays } from "./verify/ways.ts";

const { values } = parseArgs({ options: { again: { type: "boolean" } } });
const file = fileURLToPath(new URL(`${flowVersion}.json`, examplesFolder));
const kept = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as Snapshot[]).map((one) => JSON.stringify(one))
  : [];

const bot = openBot(await loadTexts(localesFolder));
const { stands } = checkMachine(bot, checkWays(machine, rules).turns);
const today = stands.map(({ snapshot }) => JSON.stringify(snapshot));
const [lost, ...others] = lostExamples(kept, today);
if (lost !== undefined && !values.again) {
  const place = placeOf({ snapshot: JSON.parse(lost) as Snapshot });
  console.error(
    `Not written: ${others.length + 1} of the ${kept.length} snapshots of version ${flowVersion} would be others today, the first at ${place}.
They show what customers have stored. Set flowVersion to ${flowVersion + 1} and give a migration (docs/changing-the-policy.md).
Only where version ${flowVersion} was never released: npm run examples -- --again`,
  );
  process.exit(1);
}
mkdirSync(examplesFolder, { recursive: true });
writeFileSync(file, `[\n${today.join(",\n")}\n]\n`);
console.log(
  `${today.length} snapshots of version ${flowVersion}, ${lostExamples(today, kept).length} of them new`,
);
