import type { Chaos } from "./chaos.ts";
import { type ChaosVerdict, firedIn } from "./verdict.ts";

/** A line for each promise of `PROMISES.md`'s numbers: what was done to it, how often, and what came of it; where a test of its own is the proof, which. */
export function report(chaos: Chaos, verdict: ChaosVerdict): string {
  const { windows, conversations, people, agents, exits, telegram, discord } = chaos;
  const all = [...conversations.values()];
  const runs = (...names: readonly string[]) =>
    windows.filter(({ what }) => names.length === 0 || names.includes(what)).length;
  const told =
    [...telegram.acts.values()].flat().length +
    people.web.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0) +
    people.chats.reduce((sum, { typed }) => sum + typed.length, 0);
  const deeds = agents.flatMap((agent) => agent.deeds);
  const done = deeds.filter(({ outcome }) => outcome === "done").length;
  const messages = all.flatMap(({ log }) => log.filter(({ body }) => body.type === "message"));
  const fired = all.reduce((sum, { log }) => sum + firedIn(log), 0);
  const answers = people.answersMs.toSorted((a, b) => a - b);
  const share = (of: number) => Math.round(answers[Math.floor(answers.length * of)] ?? 0);
  const rows: (readonly [string, string, number, string])[] = [
    ["P1 taken, never lost", "all", runs(), `${told} deeds, ${verdict.lost.length} lost`],
    [
      "P2 taken once",
      "cuts, repeats, races",
      runs("kill", "customersCut", "race", "gateway", "truncate", "updatesAgain"),
      `${verdict.doubled.length} doubled`,
    ],
    [
      "P3 sent once",
      "all, answers lost",
      runs(),
      `${messages.length} replies, ${verdict.unsent.length} lost, ${verdict.sentTwice.length} doubled, ${verdict.listed.length} on Telegram as listed`,
    ],
    [
      "P4 in order",
      "all",
      runs(),
      `${verdict.disordered.length} out of order, ${verdict.stray.length} stray`,
    ],
    [
      "P5 state is the log's",
      "pauses, kills, races",
      runs("pause", "kill", "race"),
      `${conversations.size} conversations, ${verdict.diverged.length} diverged`,
    ],
    [
      "P6 timers fire once",
      "clocks, kills",
      runs("clock", "kill"),
      `${fired} fired, ${verdict.timers.length} wrong`,
    ],
    [
      "P7 what is taken stays",
      "Redis killed",
      runs("redisKill"),
      `${verdict.lost.length} lost; a power cut is not tried`,
    ],
    [
      "P8 no call too early",
      "429",
      runs(),
      `${telegram.early.length} on Telegram, ${discord.early.length} on Discord, ${verdict.hurried.length} without an excuse`,
    ],
    [
      "P9 full disk",
      "Redis's disk full",
      runs("diskFull"),
      `${verdict.lost.length} lost; SQLite's: test/e2e/telegram-outage.e2e.test.ts`,
    ],
    ["P10 upgrade", "none", 0, "test/core/upgrade.test.ts, npm run verify"],
    [
      "P14 agents’ words",
      "all",
      runs(),
      `${done} of ${deeds.length} deeds done, ${verdict.unheard.length} of them unheard, ${deeds.filter(({ outcome }) => outcome === "unknown").length} unanswered`,
    ],
    [
      "P15 one owner",
      "none of its own",
      0,
      "races: test/app/owner-races.int.test.ts; silence: test/flows/refund/desk.test.ts",
    ],
    [
      "P16 goes on",
      "all",
      runs(),
      `answers p50 ${share(0.5)} ms, p99 ${share(0.99)} ms; at rest ${chaos.restMs} ms after the last fault`,
    ],
    [
      "P19 ends cleanly",
      "SIGTERM",
      runs("restart"),
      `${exits.length} ends, slowest ${Math.max(0, ...exits.map(({ ms }) => ms))} ms`,
    ],
    [
      "P20 Discord’s gap",
      "gateway, kills",
      runs("gateway", "kill", "pause"),
      `${people.finished} stories to their end, ${people.derailed.length} led elsewhere`,
    ],
  ];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(
      ([promise, fault, count, figures]) =>
        `${promise.padEnd(width(0))}  ${fault.padEnd(width(1))}  ${`${count}`.padStart(4)}  ${figures}`,
    )
    .join("\n");
}
