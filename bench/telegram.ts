/**
 * `npm run bench:telegram`: the bot on Telegram beside grammY's own polling
 * and runner, each as a process that talks to the local Telegram server: what
 * becomes of what customers say under kill -9, and turns a second. `-- --kills
 * 10` makes the storms shorter, `--seed 7` others.
 */
import { parseArgs } from "node:util";
import { installRivals, names, speed, survive } from "./rivals.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
});
const weather = {
  seed: Number(values.seed),
  chats: 100,
  stops: Number(values.kills),
  everyMs: [0, 1000],
} as const;
/** Chats, and over how many turns. */
const loads = [
  [1, 400],
  [32, 2000],
  [256, 3000],
] as const;
const rounds = 3;

const titles = {
  ombud: "Ombud",
  polling: "grammY bot.start()",
  runner: "@grammyjs/runner",
} as const;

const median = (values_: readonly number[]): number =>
  values_.toSorted((a, b) => a - b)[Math.floor(values_.length / 2)] ?? Number.NaN;

function print(rows: readonly (readonly string[])[]): void {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    );
}

installRivals();
const storms = [
  [`${weather.stops} kills, 100 chats`, "updates", "lost", "doubled", "named", "disordered"],
];
for (const name of names) {
  const { updates, lost, doubled, listed, disordered } = await survive(name, weather);
  storms.push([titles[name], ...[updates, lost, doubled, listed ?? "–", disordered].map(String)]);
}
print(storms);

console.log();
const speeds = [["", ...loads.flatMap(([chats]) => [`${chats} chats, turns/s`, "CPU ms/turn"])]];
for (const name of names) {
  const cells: string[] = [];
  for (const [chats, turns] of loads) {
    const found = [];
    for (let round = 0; round < rounds; round++) found.push(await speed(name, chats, turns));
    const cpu = median(found.map(({ cpuMs }) => cpuMs ?? Number.NaN));
    cells.push(
      median(found.map(({ turnsASecond }) => turnsASecond)).toFixed(0),
      Number.isNaN(cpu) ? "–" : cpu.toFixed(2),
    );
  }
  speeds.push([titles[name], ...cells]);
}
print(speeds);
