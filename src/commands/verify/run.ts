import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { readFact } from "../../../flows/refund/facts.ts";
import { machine } from "../../../flows/refund/machine.ts";
import { clauses, information } from "../../../flows/refund/policy/clauses.ts";
import { figures } from "../../../flows/refund/policy/figures.ts";
import { rules } from "../../../flows/refund/policy/rules.ts";
import { loadTexts } from "../../adapters/i18next/texts.ts";
import { writePages } from "../chart/pages.ts";
import { told, type Checked } from "./findings.ts";
import { localesFolder, readLocales } from "./locales.ts";
import { checkMachine } from "./machine.ts";
import { checkRules, checkThresholds } from "./rules.ts";
import { openBot } from "./thread.ts";
import { checkWalks } from "./walks.ts";
import { checkVersions, readExamples } from "./versions.ts";
import { checkWays } from "./ways.ts";
import {
  answersToAnything,
  checkMessages,
  checkSaid,
  checkTexts,
  distinct,
  longestEcho,
  sceneOf,
} from "./words.ts";

/** More of the same kind says nothing new. */
const mostFindings = 20;

interface Walks {
  seed: number;
  walks: number;
}

// A thread takes its share of the walks.
if (!isMainThread) {
  const bot = openBot(await loadTexts(localesFolder));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(checkWalks(bot, rules, workerData as Walks));
}

/** Looks at every promise; prints what it looked at, and ends the process with 1 at the first kind that is broken. */
export async function verify(asked: Walks): Promise<void> {
  const began = performance.now();
  // The walks take longer than all else together: they go on beside it, half and half.
  const walked = [asked, { ...asked, seed: asked.seed + 1 }].map(
    (half): Promise<[Checked]> =>
      once(
        new Worker(fileURLToPath(import.meta.url), {
          workerData: { ...half, walks: Math.ceil(half.walks / 2) },
        }),
        "message",
      ) as Promise<[Checked]>,
  );
  const entries = readLocales();
  const bot = openBot(await loadTexts(localesFolder));

  report("rules", checkRules({ rules, clauses, information }));
  report("thresholds", checkThresholds(figures, readFact));
  report("texts", checkTexts(entries));
  const { turns } = report("ways", checkWays(machine, rules));
  const { stands, outcomes } = report("machine", checkMachine(bot, turns));
  report("versions", checkVersions(bot, readExamples(), stands));
  const scenes = [
    ...turns.map(sceneOf),
    ...distinct([...stands, ...outcomes, ...answersToAnything(bot, stands)]),
  ];
  const { warnings } = report("messages", checkMessages(bot, scenes));
  report("said", checkSaid(entries, bot.used, information));
  for (const half of walked) report("walks", (await half)[0]);

  console.log(`${warnings.length} labels may be cut on a phone’s button: ${warnings.join(", ")}`);
  console.log(
    `A review with a customer’s longest words has ${longestEcho(bot, scenes)} characters: a channel splits it.`,
  );
  await writePages(bot.texts.in("en"));
  console.log(`Every promise holds (${((performance.now() - began) / 1000).toFixed(1)} s).`);
}

function report<C extends Checked>(name: string, checked: C): C {
  const counts = Object.entries(checked.figures).map(
    ([what, count]) => `${count.toLocaleString("en")} ${what}`,
  );
  console.log(`${name.padEnd(10)}  ${counts.join(", ")}`);
  const { findings } = checked;
  if (findings.length === 0) return checked;
  for (const finding of findings.slice(0, mostFindings)) console.error(told(finding));
  if (findings.length > mostFindings)
    console.error(`\n… and ${findings.length - mostFindings} more`);
  process.exit(1);
}
