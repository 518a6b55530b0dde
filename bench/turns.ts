/**
 * `npm run bench`: what a turn costs, beside the bare commit of the very same
 * data in the same run. The two take turns, round by round, so that whatever
 * else the machine does falls on both; every figure is the median of the
 * rounds. `--json` prints the figures for a program.
 */
import { turnsEach } from "./conversation.ts";
import { alone, coldStart, split, underLoad } from "./measures.ts";

const rounds = 7;
const warmUps = 3;
const conversations = 100;
const offered = { turnsASecond: 50, conversations: 25, rounds: 3 };
const coldStarts = 5;

/** A figure of the bot, the same of what it is measured by, and how the first compares. */
interface Row {
  what: string;
  unit: string;
  bot: number;
  bare?: number | undefined;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

async function measure(): Promise<Row[]> {
  const byRound: (Awaited<ReturnType<typeof alone>> & {
    spent: Awaited<ReturnType<typeof split>>;
  })[] = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const one = await alone(conversations);
    const spent = await split(conversations, one.commits);
    if (round >= warmUps) byRound.push({ ...one, spent });
  }
  const starts: Awaited<ReturnType<typeof coldStart>>[] = [];
  for (let count = 0; count < coldStarts; count++) starts.push(await coldStart());
  const loads: Awaited<ReturnType<typeof underLoad>>[] = [];
  for (let round = 0; round < offered.rounds; round++) loads.push(await underLoad(offered));
  const late = (share: number, of: (load: (typeof loads)[number]) => number[]) =>
    median(loads.map((load) => percentile(of(load), share)));

  const of = (figure: (round: (typeof byRound)[number]) => number) => median(byRound.map(figure));
  const commits = byRound[0]?.commits ?? [];
  const committed = commits.reduce(
    (sum, { conversation, log: entries, cases }) =>
      sum + jsonBytes(conversation) + jsonBytes(entries) + jsonBytes(cases),
    0,
  );
  const last = commits.slice(-conversations).map(({ conversation }) => jsonBytes(conversation));
  const commitUs = of(({ bare }) => bare.cpuUs);
  const deciding = of(({ spent }) => spent.read + spent.step + spent.plan);
  return [
    {
      what: "turns, one after another",
      unit: "a second",
      bot: 1e6 / of(({ bot }) => bot.wallUs),
      bare: 1e6 / of(({ bare }) => bare.wallUs),
    },
    {
      what: "processor time of a turn",
      unit: "µs",
      bot: of(({ bot }) => bot.cpuUs),
      bare: commitUs,
    },
    { what: "  load", unit: "µs", bot: of(({ spent }) => spent.load), bare: commitUs },
    { what: "  readEvent", unit: "µs", bot: of(({ spent }) => spent.read), bare: commitUs },
    { what: "  step", unit: "µs", bot: of(({ spent }) => spent.step), bare: commitUs },
    { what: "  plan and render", unit: "µs", bot: of(({ spent }) => spent.plan), bare: commitUs },
    { what: "  logic and rendering in all", unit: "µs", bot: deciding, bare: commitUs },
    {
      what: `p50 of a turn at ${offered.turnsASecond} a second`,
      unit: "ms",
      bot: late(0.5, ({ bot }) => bot),
      bare: late(0.5, ({ bare }) => bare),
    },
    {
      what: `p99 of a turn at ${offered.turnsASecond} a second`,
      unit: "ms",
      bot: late(0.99, ({ bot }) => bot),
      bare: late(0.99, ({ bare }) => bare),
    },
    {
      what: `file for a conversation of ${turnsEach} turns, beside the JSON committed`,
      unit: "bytes",
      bot: of(({ bytes }) => bytes),
      bare: committed / conversations,
    },
    { what: "a conversation's row at its end, as JSON", unit: "bytes", bot: median(last) },
    {
      what: "cold start to the first reply, beside Node alone",
      unit: "ms",
      bot: median(starts.map(({ bot }) => bot)),
      bare: median(starts.map(({ bare }) => bare)),
    },
  ];
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const shown = (value: number | undefined): string =>
  value === undefined
    ? ""
    : value.toPrecision(3).includes("e")
      ? value.toFixed(0)
      : String(Number(value.toPrecision(3)));

function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ what, unit, bot, bare }) => [
    what,
    shown(bot),
    unit,
    shown(bare),
    shown(bare && bot / bare),
  ]);
  const table = [["", "bot", "", "bare commit", "ratio"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    const line = row.map((cell, column) =>
      column === 0 || column === 2
        ? cell.padEnd(widths[column] ?? 0)
        : cell.padStart(widths[column] ?? 0),
    );
    console.log(line.join("  ").trimEnd());
  }
}

const rows = await measure();
if (process.argv.includes("--json")) console.log(JSON.stringify(rows, undefined, 2));
else printTable(rows);
