/**
 * `npm run chaos`: everything that can go wrong around two processes on one
 * Redis, with customers on every channel and agents in the console. SEED=7
 * repeats a run as far as chance goes; `--minutes 10` is how long each run is
 * disturbed, `--runs 3` how many with seeds one after another, `--only
 * kill,cut` disturbs by these alone, `--plant lost` puts a fault into the bot
 * that has to be found. Ends with 1 where a promise is broken.
 */
import { parseArgs } from "node:util";
import { chaos, type ChaosOptions } from "./chaos.ts";
import { disturbances, type DisturbanceName } from "./faults.ts";
import { planted } from "../storm/plants.ts";
import { faulty } from "./plants.ts";
import { report } from "./report.ts";
import { broken, judgeChaos } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    runs: { type: "string", default: "2" },
    people: { type: "string", default: "8" },
    only: { type: "string" },
    plant: { type: "string" },
  },
});
const plant = Object.entries(faulty).find(([name]) => name === values.plant)?.[1];
const first = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const only = values.only
  ?.split(",")
  .filter((name): name is DisturbanceName => name in disturbances);

for (let turn = 0; turn < Number(values.runs); turn++) {
  const options: ChaosOptions = {
    seed: first + turn,
    people: Number(values.people),
    agents: 3,
    forMs: Number(values.minutes) * 60_000,
    gapMs: [300, 3000],
    pauseMs: [7000, 25_000],
    restWithinMs: 120_000,
    appendfsync: turn % 2 === 0 ? "everysec" : "always",
    ...(only && { only }),
    ...(plant && { settings: planted(plant) }),
  };
  console.log(`SEED=${options.seed} (appendfsync ${options.appendfsync})`);
  const found = await chaos(options);
  const verdict = judgeChaos(found);
  console.log(report(found, verdict));
  const faults = broken(verdict);
  if (Object.keys(faults).length === 0) continue;
  console.dir(faults, { maxArrayLength: 20, maxStringLength: 2000 });
  process.exitCode = 1;
}
console.log(process.exitCode === 1 ? "a promise is broken" : "every promise is kept");
