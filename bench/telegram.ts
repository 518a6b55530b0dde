/**
 * `npm run bench:telegram`: the bot on Telegram beside grammY's own polling
 * and runner, each as a process that talks to the local Telegram server: what
 * becomes of what customers say under kill -9, and turns a second. `-- --kills
 * 10` makes the storms shorter, `--seed 7` others.
 */
import { parseArgs } from "node:util";
import { installRivals } from "./contenders.ts";
import { names, speed, survive } from "./rivals.ts";

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
/** Of each answer; 50 ms is what a server in the same country may see of Telegram. */
const latencies = [0, 50] as const;
/** Chats, and over how many turns, near and far. */
const loads = [
  { chats: 1, near: 400, far: 40 },
  { chats: 32, near: 2000, far: 300 },
  { chats: 256, near: 3000, far: 600 },
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

async function printStorms(latencyMs: number): Promise<void> {
  const title = `${weather.stops} kills, 100 chats, ${latencyMs} ms away`;
  const rows = [[title, "updates", "lost", "doubled", "named", "disordered"]];
  for (const name of names) {
    const { updates, lost, doubled, listed, disordered } = await survive(name, {
      ...weather,
      latencyMs,
    });
    const cells = [updates, lost, doubled, listed ?? "–", disordered];
    rows.push([titles[name], ...cells.map(String)]);
  }
  print(rows);
  console.log();
}

async function printSpeeds(latencyMs: number): Promise<void> {
  const columns = loads.flatMap(({ chats }) => [
    `${chats} ${chats === 1 ? "chat" : "chats"}, turns/s`,
    "CPU ms/turn",
  ]);
  const rows = [[`${latencyMs} ms away`, ...columns]];
  for (const name of names) {
    const cells: string[] = [];
    for (const { chats, near, far } of loads) {
      const load = { chats, turns: latencyMs === 0 ? near : far, latencyMs };
      const found = [];
      for (let round = 0; round < rounds; round++) found.push(await speed(name, load));
      const cpu = median(found.map(({ cpuMs }) => cpuMs ?? Number.NaN));
      cells.push(
        median(found.map(({ turnsASecond }) => turnsASecond)).toFixed(0),
        Number.isNaN(cpu) ? "–" : cpu.toFixed(2),
      );
    }
    rows.push([titles[name], ...cells]);
  }
  print(rows);
  console.log();
}

installRivals();
for (const latencyMs of latencies) await printStorms(latencyMs);
for (const latencyMs of latencies) await printSpeeds(latencyMs);
