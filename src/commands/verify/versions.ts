import { readdirSync, readFileSync } from "node:fs";
import type { Snapshot } from "../../core/conversation.ts";
import { open } from "../../core/upgrade.ts";
import { placeOf, type Dialogue } from "./dialogue.ts";
import { openLedger, type Checked } from "./findings.ts";
import { bring, threadAt, type Bot } from "./thread.ts";

/** Snapshots that a version of the flow wrote: one for each kind of place in which a customer can stand. */
export type Examples = ReadonlyMap<number, readonly Snapshot[]>;

/** Where `npm run examples` keeps them, a file a version; those of a released version are never written again. */
export const examplesFolder = new URL("../../../flows/refund/examples/", import.meta.url);

export function readExamples(): Examples {
  const files = readdirSync(examplesFolder).filter((file) => file.endsWith(".json"));
  return new Map(
    files.map((file) => {
      const text = readFileSync(new URL(file, examplesFolder), "utf8");
      return [Number.parseInt(file, 10), JSON.parse(text) as Snapshot[]];
    }),
  );
}

/** Those of the kept examples that would not be written today: what customers have stored looks like them. */
export const lostExamples = (kept: readonly string[], today: readonly string[]): string[] =>
  kept.filter((line) => !today.includes(line));

/** That what any version stored can be gone on with, and that this version has left examples of itself. */
export function checkVersions(bot: Bot, examples: Examples, stands: readonly Dialogue[]): Checked {
  const ledger = openLedger();
  const { version } = bot.flow;
  for (let of = 1; of <= version; of++) {
    const snapshots = examples.get(of) ?? [];
    for (const [index, snapshot] of snapshots.entries()) {
      const fault = openFault(bot, of, snapshot);
      if (fault)
        ledger.broken(
          "what an older version stored opens",
          fault,
          `snapshot ${index} of version ${of}`,
        );
    }
    const left = new Set(snapshots.map((snapshot) => placeOf({ snapshot })));
    const missing = of === version ? stands.map(placeOf).filter((place) => !left.has(place)) : [];
    for (const place of snapshots.length === 0 ? ["any place"] : missing) {
      ledger.broken(
        "every version leaves examples of itself",
        `version ${of} has no snapshot at ${place}: npm run examples`,
        `flows/refund/examples/${of}.json`,
      );
    }
  }
  return {
    figures: { versions: version, snapshots: [...examples.values()].flat().length },
    findings: ledger.findings(),
    warnings: [],
  };
}

function openFault(bot: Bot, version: number, snapshot: Snapshot): string | undefined {
  const now = (snapshot.context as { at?: number }).at ?? 0;
  try {
    const thread = threadAt(bot, snapshot, "fr", now);
    const stored = { ...thread.conversation, flowVersion: version };
    const { conversation, log } = open(bot.flow, stored, { now, dice: "0badcafe" });
    if (log.some((body) => body.type === "upgraded" && body.unreadable)) return "no longer opens";
    bot.flow.check(conversation.snapshot);
    bring(bot, { ...thread, conversation }, { type: "text", text: "aide" });
    return undefined;
  } catch (error) {
    return `can't be gone on with: ${(error as Error).message.split("\n")[0]}`;
  }
}
