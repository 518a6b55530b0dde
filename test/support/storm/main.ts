/**
 * Telegram's part of `npm run soak`: the storms of `telegram-kill.e2e.test.ts`
 * at their full length. SEED=7 repeats a run as far as chance goes, `--only
 * kill`, `rough` or `restart` runs one; ends with 1 where a promise is broken.
 */
import { parseArgs } from "node:util";
import { figures, storm, type StormOptions } from "./storm.ts";
import { judge, spotless } from "./verdict.ts";
import { roughWeather } from "./weather.ts";

const { values } = parseArgs({ options: { only: { type: "string" } } });
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

const common = { seed, chats: 100, everyMs: [0, 1000] } as const;
const storms: Readonly<Record<string, StormOptions>> = {
  kill: { ...common, stops: 60, signal: "SIGKILL" },
  rough: { ...common, stops: 60, signal: "SIGKILL", faults: roughWeather(seed) },
  restart: { ...common, stops: 50, signal: "SIGTERM" },
};

console.log(`SEED=${seed}`);
for (const [name, options] of Object.entries(storms)) {
  if (values.only !== undefined && values.only !== name) continue;
  const evidence = await storm(options);
  const verdict = judge(evidence);
  const isAllowed = options.signal === "SIGKILL";
  const isKept =
    JSON.stringify(verdict) === JSON.stringify(spotless(isAllowed ? verdict.doubled : []));
  console.log(name, { ...figures(evidence), doubled: verdict.doubled.length });
  if (evidence.errorLines !== "") console.log(evidence.errorLines.trim());
  if (isKept) continue;
  console.dir({ ...verdict, doubled: verdict.doubled.length }, { maxArrayLength: 20 });
  process.exitCode = 1;
}
console.log(process.exitCode === 1 ? "a promise is broken" : "every promise is kept");
