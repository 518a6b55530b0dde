import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { faulty } from "./chaos/plants.ts";
import * as storm from "./storm/plants.ts";

const isPlant = (one: unknown): one is storm.Plant =>
  typeof one === "object" && one !== null && "edits" in one;
const plants = Object.entries({ ...faulty, ...storm }).filter(([, one]) => isPlant(one));

it.each(plants)("the plant %s is still for the code as it is", (_, plant) => {
  const { file, edits } = plant as storm.Plant;
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
  for (const [what] of edits) expect(source).toContain(what);
});
