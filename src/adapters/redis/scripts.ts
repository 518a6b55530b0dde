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
  "release",
  "reserve",
  "sessions",
  "settle",
  "timers",
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

/** Every script as Redis gets it. */
export function readScripts(): Record<ScriptName, Script> {
  const shared = read("shared");
  const scripts = scriptNames.map((name) => {
    const source = `${shared}\n${read(name)}`;
    return [name, { source, sha: createHash("sha1").update(source).digest("hex") }] as const;
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}
