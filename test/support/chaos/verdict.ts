import { messageIn } from "../../../src/adapters/discord/inbound.ts";
import { nonceOf } from "../../../src/adapters/discord/outbound.ts";
import { timeOf } from "../../../src/adapters/discord/rooms.ts";
import type { LogEntry } from "../../../src/core/conversation.ts";
import { replay } from "../../../src/core/replay.ts";
import { refund } from "../shop.ts";
import { judge, plain } from "../storm/verdict.ts";
import type { Chaos } from "./chaos.ts";
import type { Found } from "./evidence.ts";
import type { DisturbanceName } from "./faults.ts";

/** What went wrong, by its kind, each with what it was; a bot that keeps its promises leaves all of it empty. */
export interface ChaosVerdict {
  /** What customers did and were told was taken, and is not in the log. */
  lost: string[];
  /** What is in the log twice. */
  doubled: string[];
  disordered: string[];
  /** Replies in the log that never came, or came and are none. */
  unsent: string[];
  stray: string[];
  /** Replies that came twice where the platform lets that be known, or that nobody was told of. */
  sentTwice: string[];
  /** What agents did and were told was done, and is not in the log, or is said and in no reply. */
  unheard: string[];
  /** Messages that went out before the pause that a platform had asked for was over. */
  hurried: string[];
  /** Conversations whose state is not what the log makes of it. */
  diverged: string[];
  /** Timers that fired twice, too early or not at all. */
  timers: string[];
  /** What did not come to rest, processes that ended by themselves or too slowly, customers who got no further. */
  stalled: string[];
  /** Replies on Telegram that came twice, as the bot itself says. */
  listed: string[];
}

/** Told to end, a process has ended by then. */
const exitWithinMs = 20_000;
/** What a process had in hand when it was stopped is out by then. */
const goesOnWithinMs = 2000;
/** No timer is to fire earlier than this before it is due. */
const earlyMs = 1000;

export function judgeChaos(chaos: Chaos): ChaosVerdict {
  const verdict: ChaosVerdict = {
    lost: [],
    doubled: [],
    disordered: [],
    unsent: [],
    stray: [],
    sentTwice: [],
    unheard: [],
    hurried: [],
    diverged: [],
    timers: [],
    stalled: [],
    listed: [],
  };
  judgeTelegram(chaos, verdict);
  judgeWeb(chaos, verdict);
  judgeDiscord(chaos, verdict);
  judgeAgents(chaos, verdict);
  judgePauses(chaos, verdict);
  for (const [id, { stored, log }] of chaos.conversations) {
    const keys = keysIn(log);
    verdict.doubled.push(...keys.filter((key, index) => keys.indexOf(key) < index));
    const again = replay(refund, log).snapshot;
    if (plain(JSON.parse(JSON.stringify(again))) !== plain(stored.snapshot))
      verdict.diverged.push(id);
    judgeTimers(log, verdict);
  }
  judgeRest(chaos, verdict);
  return verdict;
}

const keysIn = (log: readonly LogEntry[]): string[] =>
  log.flatMap(({ body }) => (body.type === "event" ? [body.key] : []));

const repliesIn = (log: readonly LogEntry[]) =>
  log.flatMap(({ seq, body }) => (body.type === "message" ? [{ seq, ...body }] : []));

/** In these a reply that was sent may not be kept as sent. A clean end doubles nothing, nor does a clock or a gateway. */
const leavesInDoubt: ReadonlySet<string> = new Set<DisturbanceName>([
  "kill",
  "pause",
  "redisKill",
  "cut",
  "delay",
  "silence",
  "truncate",
  "diskFull",
]);

function judgeTelegram(chaos: Chaos, verdict: ChaosVerdict): void {
  const { conversations, troubled, telegram, windows } = chaos;
  const own = [...conversations].filter(([, { stored }]) => stored.channel === "telegram");
  const { updates, replies, ...rest } = judge({
    ...telegram,
    lives: [],
    cuts: [],
    troubles: windows.filter(({ what }) => leavesInDoubt.has(what)),
    areLanesApart: telegram.isWebhook,
    left: {
      conversations: new Map(
        own.map(([id, found]) => [Number(id.replace("telegram-", "")), found]),
      ),
      troubled: troubled.filter(({ conversationId }) => conversationId.startsWith("telegram-")),
      waiting: { replies: 0, held: 0, timers: 0 },
    },
    errorLines: "",
  });
  verdict.lost.push(...updates.lost);
  verdict.doubled.push(...updates.doubled);
  verdict.disordered.push(...updates.disordered, ...replies.disordered);
  verdict.unsent.push(...replies.lost, ...replies.failed);
  verdict.stray.push(...replies.stray);
  verdict.sentTwice.push(...rest.unlisted, ...rest.unexcused);
  verdict.listed.push(...rest.doubled);
  verdict.stalled.push(...telegram.faults.map((fault) => `Telegram would have refused: ${fault}`));
}

function judgeWeb({ conversations, people }: Chaos, verdict: ChaosVerdict): void {
  const own = [...conversations.values()].filter(({ stored }) => stored.channel === "web");
  const byId = new Map(
    own.flatMap((found) =>
      keysIn(found.log).map((key) => [key.slice(key.lastIndexOf(":") + 1), found] as const),
    ),
  );
  for (const customer of people.web) {
    const { acknowledged, seen } = customer;
    verdict.lost.push(...acknowledged.filter((id) => !byId.has(id)).map((id) => `web ${id}`));
    const found = byId.get(acknowledged[0] ?? "");
    const said = seen.filter(({ from }) => from === "bot").map(({ seq }) => seq);
    verdict.sentTwice.push(
      ...said.filter((seq, index) => said.indexOf(seq) < index).map((seq) => `web ${seq}`),
    );
    const order = [...new Set(said)];
    if (order.some((seq, index) => seq < (order[index - 1] ?? 0)))
      verdict.disordered.push(`web ${found?.stored.id}`);
    const shown = new Set(said);
    for (const { seq, id } of repliesIn(found?.log ?? []))
      if (!shown.has(seq)) verdict.unsent.push(`web ${id}`);
  }
}

/** What the store says of it, for whoever has to find out. */
function describeUnsent(
  { deliveries, log }: Found,
  rooms: Chaos["discord"]["rooms"],
  id: string,
  seq: number,
): string {
  const stands = [...rooms].flatMap(([room, nonces]) => (nonces.includes(nonceOf(id)) ? room : []));
  const delivery = deliveries.find(({ messageId }) => messageId === id);
  const same = deliveries.filter(({ receipt }) => receipt && receipt === delivery?.receipt);
  const at = log.find((entry) => entry.seq === seq)?.at ?? 0;
  return `discord ${id}: committed at ${new Date(at).toISOString()}, ${JSON.stringify(delivery)}, its receipt ${same.length} times, it stands in [${stands.join()}]`;
}

/** Every message stands in its room once, in the order in which it was committed, and every text was taken once, in its order. */
function judgeDiscord({ conversations, people, discord }: Chaos, verdict: ChaosVerdict): void {
  for (const { person, place, typed } of people.chats) {
    const found = conversations.get(`discord-${person.id}`);
    if (!found) {
      verdict.lost.push(`discord ${person.id}`);
      continue;
    }
    const committed = repliesIn(found.log).map(({ id }) => nonceOf(id));
    const shown = discord.rooms.get(place) ?? [];
    const unique = [...new Set(shown)];
    const known = new Set(committed);
    verdict.unsent.push(
      ...repliesIn(found.log)
        .filter(({ id }) => !unique.includes(nonceOf(id)))
        .map(({ id, seq }) => describeUnsent(found, discord.rooms, id, seq)),
    );
    verdict.stray.push(
      ...unique
        .filter((nonce) => !known.has(nonce))
        .map((nonce) => `discord ${person.id}: ${discord.words.get(nonce)}`),
    );
    verdict.sentTwice.push(...shown.filter((nonce, index) => shown.indexOf(nonce) < index));
    const places = unique.map((nonce) => committed.indexOf(nonce));
    if (places.some((at, index) => at < (places[index - 1] ?? -1)))
      verdict.disordered.push(`discord ${person.id}`);
    const taken = found.log.flatMap(({ at, body }) => {
      const id = body.type === "event" ? messageIn(body.key) : undefined;
      const text = body.type === "event" ? body.said?.text : undefined;
      if (id === undefined || text === undefined || text === "/start") return [];
      return [{ text, afterMs: at - timeOf(id) }];
    });
    if (taken.map(({ text }) => text).join("\n") !== typed.join("\n")) {
      const words = taken.map(({ text, afterMs }) => `${text} (after ${afterMs} ms)`);
      verdict.lost.push(
        `discord ${person.id} in ${place}: ${typed.join(" | ")} became ${words.join(" | ")}`,
      );
    }
  }
  verdict.stalled.push(...discord.faults.map((fault) => `Discord would have refused: ${fault}`));
}

function judgeAgents({ agents, conversations }: Chaos, verdict: ChaosVerdict): void {
  const known = new Set([...conversations.values()].flatMap(({ log }) => keysIn(log)));
  const ends = new Set([...known].map((key) => key.slice(key.lastIndexOf(":") + 1)));
  const said = [...conversations.values()].flatMap(({ log }) =>
    repliesIn(log).map(({ message }) => JSON.stringify(message)),
  );
  for (const { key, outcome, type, caseNumber, text, answers = [] } of agents.flatMap(
    ({ deeds }) => deeds,
  )) {
    const isHeard = text === undefined || said.some((reply) => reply.includes(text));
    if (outcome === "done" && !(ends.has(key) && isHeard))
      verdict.unheard.push(`${type} in ${caseNumber}`);
    if (outcome === "unknown")
      verdict.stalled.push(`${type} in ${caseNumber} got no answer but ${answers.join()}`);
  }
}

/** A process that stood still with a message in hand sends it when it goes on, whatever others were told meanwhile. */
function judgePauses({ windows, telegram, discord }: Chaos, { hurried }: ChaosVerdict): void {
  const still = windows.filter(({ what }) => what === "pause");
  for (const { at, what } of [...telegram.early, ...discord.early])
    if (!still.some(({ from, to }) => at >= from && at < to + goesOnWithinMs)) hurried.push(what);
}

const timerKey = /^timer:.*:(\d+)$/u;

function judgeTimers(log: readonly LogEntry[], { timers }: ChaosVerdict): void {
  for (const { at, body } of log) {
    if (body.type !== "event") continue;
    const dueAt = Number(timerKey.exec(body.key)?.[1] ?? 0);
    if (at < dueAt - earlyMs) timers.push(`${body.key} fired at ${at}`);
  }
}

function judgeRest(chaos: Chaos, { stalled, timers }: ChaosVerdict): void {
  const { exits, crashes, unrested, people, conversations } = chaos;
  stalled.push(...crashes, ...people.stuck, ...unrested);
  for (const { code, ms } of exits) {
    // Null where it was gone already: told among the crashes.
    if (code !== 0 && code !== null) stalled.push(`told to end, it ended with ${code}`);
    if (ms > exitWithinMs) stalled.push(`told to end, it took ${ms} ms`);
  }
  if (people.finished === 0 || people.web.length === 0 || people.answersMs.length === 0)
    stalled.push("some channel made no progress");
  const silent = [...conversations.values()].filter(({ log }) => firedIn(log) === 0);
  timers.push(
    ...silent.map(({ stored }) => `${stored.id} was silent for a day, and no timer fired`),
  );
}

export const firedIn = (log: readonly LogEntry[]): number =>
  keysIn(log).filter((key) => timerKey.test(key)).length;

/** What of it breaks a promise. */
export function broken({ listed: _, ...rest }: ChaosVerdict): Partial<ChaosVerdict> {
  return Object.fromEntries(Object.entries(rest).filter(([, found]) => found.length > 0));
}
