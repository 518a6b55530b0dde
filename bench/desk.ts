/**
 * `npm run bench:desk`: how long it takes from "a person, please" to the card,
 * at 50 turns a second, on each kind of desk; the platforms are the local
 * servers. `-- --turns 100 --seconds 20` for others, `-- console` for one.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openConsoleDesk } from "./desk/console.ts";
import { openDiscordForum } from "./desk/discord.ts";
import type { MeasuredDesk } from "./desk/measured.ts";
import { openTelegramGroup } from "./desk/telegram.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: "string", default: "50" },
    seconds: { type: "string", default: "15" },
  },
});
const perSecond = Number(values.turns);
const turns = perSecond * Number(values.seconds);
/** As long as a group at 20 messages a minute needs for some dozens of cards. */
const patienceMs = 300_000;
const desks = {
  console: openConsoleDesk,
  discord: openDiscordForum,
  telegram: openTelegramGroup,
};

for (const [name, open] of Object.entries(desks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const desk = await open(turns);
  process.stdout.write(`${name}: ${await measure(desk)} ${desk.remark()}\n`);
  await desk.close();
}
process.exit();

async function measure(desk: MeasuredDesk): Promise<string> {
  const askedAt = new Map<string, number>();
  const asked = Math.ceil(turns / desk.oneIn);
  const begun = performance.now();
  for (let turn = 0; turn < turns; turn++) {
    const wait = begun + (turn * 1000) / perSecond - performance.now();
    if (wait > 0) await delay(wait);
    void (turn % desk.oneIn === 0
      ? desk.ask((number, at) => void askedAt.set(number, at))
      : desk.turn());
  }
  while (desk.shownAt.size < asked && performance.now() - begun < patienceMs) await delay(50);
  const took = [...desk.shownAt].map(([number, at]) => at - (askedAt.get(number) ?? Number.NaN));
  const at = (share: number) =>
    Math.round(took.toSorted((a, b) => a - b)[Math.floor(took.length * share)] ?? Number.NaN);
  return `${took.length} of ${asked} cards at ${perSecond} turns a second: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(0.9999)} ms.`;
}
