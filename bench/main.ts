/**
 * `npm run bench`: the bot on Redis, beside the bare commit of the same bytes
 * and beside what others would build the same conversation with. Contenders
 * take turns, round by round, so that whatever else the machine does falls on
 * all; a figure is the median of the rounds. `-- --quick` takes about a
 * minute; `-- --rounds 5 --conversations 300` sets how much; `-- --write` draws docs/bench.svg and keeps the figures beside it;
 * `-- --only engine,stored` measures some of it. `-- --record` measures nothing: it writes
 * what the rivals say, where Ombud says something else since.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { installRivals } from "./contenders.ts";
import {
  endToEnd,
  engineBesideCommit,
  processes,
  spoken,
  stored,
  type Figures,
} from "./figures.ts";
import { draw } from "./plots.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string" },
    record: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    conversations: { type: "string", default: "1000" },
  },
});
const scale = values.quick
  ? { rounds: 1, conversations: 60, stored: [1000, 20_000] }
  : {
      rounds: Number(values.rounds),
      conversations: Number(values.conversations),
      stored: [1000, 100_000, 1_000_000],
    };
const measures = { engine: engineBesideCommit, endToEnd, stored, processes };
const picture = new URL("../docs/bench.svg", import.meta.url);
const kept = new URL("figures.json", import.meta.url);

installRivals();
if (values.record) {
  const dialogue = new URL("rivals/dialogue.json", import.meta.url);
  writeFileSync(dialogue, `${JSON.stringify({ questions: await spoken() }, undefined, 2)}\n`);
  process.exit();
}
const wanted = values.only?.split(",") ?? Object.keys(measures);
let figures: Figures = values.only ? (JSON.parse(readFileSync(kept, "utf8")) as Figures) : [];
for (const [name, measure] of Object.entries(measures)) {
  if (!wanted.includes(name)) continue;
  const load = loadavg()[0] ?? 0;
  const found = await measure(scale);
  for (const table of found) {
    console.log(`\n${table.title} (${table.unit})`);
    for (const { name: row, values: cells } of table.rows)
      console.log(`  ${row.padEnd(24)}${cells.map((cell) => shown(cell).padStart(10)).join("")}`);
    console.log(`  ${"".padEnd(24)}${table.columns.map((column) => column.padStart(10)).join("")}`);
  }
  console.log(`load of the machine: ${load.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`);
  const known = new Set(figures.map(({ title }) => title));
  // Each in its place, so that the picture stays what it was.
  figures = [
    ...figures.map((table) => found.find(({ title }) => title === table.title) ?? table),
    ...found.filter(({ title }) => !known.has(title)),
  ];
}
if (values.write) {
  writeFileSync(kept, `${JSON.stringify(figures, undefined, 1)}\n`);
  writeFileSync(picture, draw(figures));
}

function shown(value: number): string {
  if (Number.isNaN(value)) return "–";
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
