import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export const scriptNames = [
  "audit",
  "bring",
  "claim",
  "commit",
  "due",
  "follow",
  "forget",
  "held",
  "hold",
  "index",
  "indexed",
  "keep-following",
  "lease",
  "lease-following",
  "marks",
  "pending",
  "postpone",
  "read-marks",
  "ready",
  "release",
  "reserve",
  "sessions",
  "settle",
  "timers",
  "unlease",
  "unsent",
  "walk",
  "whole",
] as const;

export type ScriptName = (typeof scriptNames)[number];

const read = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), "utf8");

export interface Script {
  source: string;
  sha: string;
}

const scriptOf = (source: string): Script => ({
  source,
  sha: createHash("sha1").update(source).digest("hex"),
});

/** Every script as Redis gets it, on one part and on several. */
export function readScripts(): Record<ScriptName, Script & { each: Script }> {
  const shared = read("shared");
  const eachPart = read("each-part");
  const scripts = scriptNames.map((name) => {
    const own = read(name);
    const each = `local ARGV = ARGV\n${shared}\nlocal function one()\n${own}\nend\n${eachPart}`;
    return [name, { ...scriptOf(`${shared}\n${own}`), each: scriptOf(each) }] as const;
  });
  return Object.fromEntries(scripts) as ReturnType<typeof readScripts>;
}
