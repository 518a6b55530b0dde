import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../../src/core/conversation.ts";
import type { LoggedCall } from "../telegram/calls.ts";
import type { Chaos } from "./chaos.ts";
import { madeUp } from "./made-up.ts";
import { faulty, foundBy } from "./plants.ts";
import { broken, type ChaosVerdict, judgeChaos } from "./verdict.ts";

/** All of it can be changed. */
type Changed = ReturnType<typeof open>;

const well = await madeUp();
const open = (chaos: Chaos) => {
  const copy = structuredClone(chaos);
  return {
    ...copy,
    found: (channel: string) =>
      [...copy.conversations].find(([id]) => id.startsWith(channel))?.[1] as {
        stored: { snapshot: { context: Record<string, unknown> } };
        log: LogEntry[];
      },
    arrivals: [...copy.telegram.arrivals.values()][0] as LoggedCall[],
    acts: [...copy.telegram.acts.values()][0] as string[],
    room: [...copy.discord.rooms.values()][0] as string[],
    page: copy.people.web[0] as { acknowledged: string[]; seen: unknown[] },
    chat: copy.people.chats[0] as { typed: string[] },
    deeds: copy.agents[0]?.deeds as unknown as { key: string; text?: string; outcome: string }[],
    /** Listed as perhaps doubled. */
    list: (messageId: string) =>
      (copy.troubled as object[]).push({
        messageId,
        conversationId: "telegram-5001",
        seq: 1,
        state: "repeated",
        at: 0,
      }),
  };
};

const isEvent = ({ body }: LogEntry) => body.type === "event";
const isReply = ({ body }: LogEntry) => body.type === "message";
const without = (log: LogEntry[], is: (entry: LogEntry) => boolean) =>
  log.splice(log.findLastIndex(is), 1)[0] as LogEntry;
const swap = (list: unknown[]) => void list.unshift(...list.splice(1, 1));
const copyLast = <T>(list: T[], is: (one: T) => boolean = () => true) => {
  const last = list.findLast(is);
  if (last) list.push(structuredClone(last));
};
const keyed = (start: string) => (entry: LogEntry) =>
  entry.body.type === "event" && entry.body.key.startsWith(start);

const wrongs: readonly (readonly [keyof ChaosVerdict, string, (chaos: Changed) => void])[] = [
  [
    "lost",
    "a press on Telegram is in no log",
    ({ found }) => without(found("telegram").log, keyed("telegram:1:press")),
  ],
  [
    "lost",
    "a line of the live chat is in no log",
    ({ page }) => page.acknowledged.push("id-of-nothing"),
  ],
  ["lost", "a text on Discord is in no log", ({ chat }) => chat.typed.push("to nobody")],
  ["lost", "texts on Discord were taken in another order", ({ chat }) => swap(chat.typed)],
  [
    "lost",
    "a whole conversation on Discord is gone",
    ({ conversations }) => (conversations as Map<string, unknown>).delete("discord-77"),
  ],
  ...(["telegram", "discord", "web"] as const).map(
    (channel) =>
      [
        "doubled",
        `what came by ${channel} is in the log twice`,
        ({ found }: Changed) => copyLast(found(channel).log, keyed(channel)),
      ] as const,
  ),
  [
    "disordered",
    "what was done on Telegram stands in the log in another order",
    ({ acts }) => swap(acts),
  ],
  ["disordered", "replies came to Telegram in another order", ({ arrivals }) => swap(arrivals)],
  ["disordered", "messages stand on Discord in another order", ({ room }) => swap(room)],
  ["disordered", "the live chat shows messages in another order", ({ page }) => swap(page.seen)],
  ["unsent", "a reply never came to Telegram", ({ arrivals }) => arrivals.splice(1, 1)],
  [
    "unsent",
    "a reply was given up on Telegram",
    ({ troubled }) =>
      (troubled as object[]).push({
        messageId: "m",
        conversationId: "telegram-5001",
        seq: 1,
        state: "failed",
        at: 0,
      }),
  ],
  ["unsent", "a message never came to Discord", ({ room }) => room.pop()],
  ["unsent", "the live chat never showed a message", ({ page }) => page.seen.pop()],
  [
    "stray",
    "something came to Telegram that is no reply",
    ({ arrivals }) =>
      arrivals.push({
        ...(arrivals[0] as LoggedCall),
        messageId: 999,
        params: { text: "who said this?" },
      }),
  ],
  ["stray", "something stands on Discord that is no reply", ({ room }) => room.push("of-nobody")],
  [
    "sentTwice",
    "a reply came twice to Telegram and is not listed",
    (chaos) => copyToTelegram(chaos),
  ],
  [
    "sentTwice",
    "a reply came twice to Telegram in calm weather, though it is listed",
    (chaos) => chaos.list(copyToTelegram(chaos)),
  ],
  [
    "sentTwice",
    "a reply came twice to Telegram at a clean end, though it is listed",
    (chaos) => {
      const { at } = chaos.arrivals[0] as LoggedCall;
      (chaos.windows as object[]).push({ what: "restart", from: at, to: at });
      chaos.list(copyToTelegram(chaos));
    },
  ],
  ["sentTwice", "a message stands on Discord twice", ({ room }) => copyLast(room)],
  ["sentTwice", "the live chat was given a line twice", ({ page }) => copyLast(page.seen)],
  [
    "unheard",
    "an agent's act is in no log",
    ({ found }) => without(found("telegram").log, keyed("console:")),
  ],
  [
    "unheard",
    "an agent's words are in no reply",
    ({ deeds }) => ((deeds.at(-1) as { text: string }).text = "something else"),
  ],
  [
    "hurried",
    "a message went to Telegram before its pause was over",
    ({ telegram }) => (telegram.early as object[]).push({ at: 0, what: "sendMessage" }),
  ],
  [
    "hurried",
    "a message went to Discord before its pause was over",
    ({ discord }) => (discord.early as object[]).push({ at: 0, what: "POST" }),
  ],
  [
    "diverged",
    "a snapshot is not what the log makes of it",
    ({ found }) => void (found("web").stored.snapshot.context["planted"] = true),
  ],
  [
    "diverged",
    "an event is missing in the log",
    ({ found }) => without(found("web").log, keyed("web:")),
  ],
  [
    "timers",
    "a timer fired early",
    ({ found }) => {
      const fired = found("web").log.find(keyed("timer:")) as { at: number };
      fired.at = 0;
    },
  ],
  [
    "timers",
    "no timer fired in a day of silence",
    ({ found }) => {
      const { log } = found("web");
      log.splice(log.findIndex(keyed("timer:")));
    },
  ],
  ["doubled", "a timer fired twice", ({ found }) => copyLast(found("web").log, keyed("timer:"))],
  ["stalled", "a process ended by itself", ({ crashes }) => (crashes as string[]).push("1: ended")],
  ["stalled", "something waits for ever", ({ unrested }) => unrested.push("3 wait")],
  [
    "stalled",
    "a process ended with a fault",
    ({ exits }) => (exits as object[]).push({ code: 1, ms: 9 }),
  ],
  [
    "stalled",
    "a process took long to end",
    ({ exits }) => (exits as object[]).push({ code: 0, ms: 60_000 }),
  ],
  [
    "stalled",
    "a channel stood still",
    (chaos) => void ((chaos.people as { finished: number }).finished = 0),
  ],
  [
    "stalled",
    "an agent got no answer",
    ({ deeds }) => void ((deeds[0] as { outcome: string }).outcome = "unknown"),
  ],
  [
    "stalled",
    "Telegram would have refused a call",
    ({ telegram }) => (telegram.faults as string[]).push("x"),
  ],
  [
    "stalled",
    "Discord would have refused a call",
    ({ discord }) => (discord.faults as string[]).push("x"),
  ],
];

/** The last reply comes once more; gives its id. */
function copyToTelegram({ arrivals, found }: Changed): string {
  const last = arrivals.at(-1) as LoggedCall;
  arrivals.splice(-1, 0, { ...last, messageId: 99 });
  const { body } = found("telegram").log.findLast(isReply) as LogEntry;
  return body.type === "message" ? body.id : "";
}

describe("the judge of the chaos", () => {
  it("finds nothing where all went well, though everybody spoke", () => {
    expect(judgeChaos(well)).toEqual(emptied(judgeChaos(well)));
    for (const { log } of well.conversations.values())
      expect(log.filter(isEvent).length).toBeGreaterThan(3);
  });

  it.each(wrongs)("finds by %s that %s", (kind, _, change) => {
    const chaos = open(well);
    change(chaos);
    expect(judgeChaos(chaos)[kind]).not.toEqual([]);
  });

  it("lets a reply come twice to Telegram at a kill where it is listed, and counts it", () => {
    const chaos = open(well);
    const id = copyToTelegram(chaos);
    chaos.list(id);
    const { at } = chaos.arrivals.at(-1) as LoggedCall;
    (chaos.windows as object[]).push({ what: "kill", from: at, to: at });
    expect(broken(judgeChaos(chaos))).toEqual({});
    expect(judgeChaos(chaos).listed).toEqual([id]);
  });

  it("lets a press overtake words on the way to a webhook, and nothing else", () => {
    const chaos = open(well);
    chaos.telegram.isWebhook = true;
    swap(chaos.acts);
    expect(broken(judgeChaos(chaos))).toEqual({});
    chaos.acts.push(...chaos.acts.splice(-2, 1));
    expect(judgeChaos(chaos).disordered).not.toEqual([]);
  });

  it("has a made-up wrong and a planted fault for each of its verdicts", () => {
    const kinds = Object.keys(broken(allOf(judgeChaos(well))));
    expect(new Set(wrongs.map(([kind]) => kind))).toEqual(new Set(kinds));
    const planted = new Set(Object.values(foundBy));
    expect(kinds.filter((kind) => !planted.has(kind as keyof ChaosVerdict))).toEqual(["stray"]);
    expect(Object.keys(foundBy)).toEqual(Object.keys(faulty));
  });
});

const emptied = (verdict: ChaosVerdict) => mapped(verdict, []);
const allOf = (verdict: ChaosVerdict) => mapped(verdict, ["x"]);
const mapped = (verdict: ChaosVerdict, found: string[]): ChaosVerdict =>
  Object.fromEntries(Object.keys(verdict).map((kind) => [kind, found])) as unknown as ChaosVerdict;
