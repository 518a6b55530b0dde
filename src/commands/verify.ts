/**
 * `npm run verify`: shows that the bot can neither strand a customer nor
 * invent an outcome. Reads the machine, the rules and the words, prints what
 * it looked at in figures, and ends with 1 at the first promise that is
 * broken. `--walks N` and `--seed N` set the random walks.
 */
import { parseArgs } from "node:util";
import { told, whyNotBuilt } from "./verify/findings.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, walks: { type: "string" } },
});

try {
  // All else reads the machine: where it can't be built, that is all there is to say.
  await import("../../flows/refund/machine.ts");
} catch (error) {
  console.error(told(whyNotBuilt(error)));
  process.exit(1);
}
const { verify } = await import("./verify/run.ts");
await verify({ seed: Number(values.seed ?? 1), walks: Number(values.walks ?? 10_000) });
