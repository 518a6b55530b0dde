/**
 * `npm run chaos`: everything that can go wrong around two processes on one
 * Redis, with customers on every channel and agents in the console. SEED=7
 * repeats a run as far as chance goes; `--minutes 10` is how long each run is
 * disturbed, `--runs 3` how many with seeds one after another, `--only
 * kill,cut` disturbs by these alone. Of four seeds one after another each has
 * another of two ways to Telegram and of two ways to the disk. `--plant lost`
 * puts a fault into the bot that has to be found. Ends with 1 where a promise
 * is broken, or a planted fault was not found.
 */
import { parseArgs } from "node:util";
import { chaos, type ChaosOptions } from "./chaos.ts";
import { disturbances, type DisturbanceName } from "./faults.ts";
import { faulty, foundBy } from "./plants.ts";
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
const isPlant = (name = ""): name is keyof typeof faulty => Object.hasOwn(faulty, name);
if (values.plant !== undefined && !isPlant(values.plant))
  throw new RangeError(`there is no plant ${values.plant}, but ${Object.keys(faulty).join(", ")}`);
const plant = values.plant;
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
    isWebhook: (first + turn) % 2 === 0,
    appendfsync: (first + turn) % 4 < 2 ? "everysec" : "always",
    ...(only && { only }),
    ...(plant && { plant: faulty[plant] }),
  };
  console.log(
    `SEED=${options.seed} (appendfsync ${options.appendfsync}, Telegram by ${options.isWebhook ? "webhook" : "polling"})`,
  );
  const found = await chaos(options);
  const verdict = judgeChaos(found);
  console.log(report(found, verdict));
  const faults = broken(verdict);
  const isFound = plant && (faults[foundBy[plant]] ?? []).length > 0;
  if (Object.keys(faults).length > 0)
    console.dir(faults, { maxArrayLength: plant ? 3 : 20, maxStringLength: 2000 });
  if (plant) console.log(`${plant} was ${isFound ? "" : "not "}found by ${foundBy[plant]}`);
  if (plant ? !isFound : Object.keys(faults).length > 0) process.exitCode = 1;
}
if (!plant) console.log(process.exitCode === 1 ? "a promise is broken" : "every promise is kept");
