/**
 * `node bench/desk-discord.ts`: how long it takes from "a person, please" to
 * the card in a Discord forum, at 50 turns a second, on the local server.
 * `-- --turns 100 --seconds 20` for others.
 */
import { parseArgs } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { openDiscordServer } from "../test/support/discord/server.ts";
import { openDiscordDesk } from "../test/support/discord-desk.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "50" },
    seconds: { type: "string", default: "15" },
  },
});
const perSecond = Number(values.turns);
const count = perSecond * Number(values.seconds);

const server = await openDiscordServer();
server.guild.guild.maxActiveThreads = count;
const shop = await openDiscordDesk(server);
const askedAt = new Map<string, number>();
const shownAt = new Map<string, number>();
server.world.listen((happening) => {
  if (happening.type !== "channel-created" || happening.channel.parent !== server.forum) return;
  shownAt.set(happening.channel.name.split(" ")[0] ?? "", performance.now());
});

const begun = performance.now();
for (let turn = 0; turn < count; turn++) {
  const wait = begun + (turn * 1000) / perSecond - performance.now();
  if (wait > 0) await delay(wait);
  void shop.ask((number, at) => void askedAt.set(number, at));
}
while (shownAt.size < count && performance.now() - begun < 120_000) await delay(50);

const took = [...shownAt].map(([number, at]) => at - (askedAt.get(number) ?? Number.NaN));
const at = (share: number) =>
  Math.round(took.toSorted((a, b) => a - b)[Math.floor(took.length * share)] ?? Number.NaN);
process.stdout.write(
  `${took.length} of ${count} cards at ${perSecond} a second: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms\n`,
);
await shop.close();
await server.close();
process.exit();
