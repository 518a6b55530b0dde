import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openRedisStore } from "../../src/adapters/redis/store.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createAuditedAct } from "../../src/app/audited-act.ts";
import { createDeskHand } from "../../src/app/desk-hand.ts";
import { threadMark } from "../../src/app/follow.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { ActContent } from "../../src/core/act.ts";
import type { Agent } from "../../src/core/agent.ts";
import { ActRefused } from "../../src/core/errors.ts";
import type { Refused } from "../../src/ports/desk.ts";
import type { Store } from "../../src/ports/store.ts";
import { type Chance, createChance } from "../support/chance.ts";
import { systemTime } from "../support/discord-bot.ts";
import { redisFault, startRedis, type TestRedis } from "../support/redis.ts";
import { library, quiet, refund } from "../support/shop.ts";

const conversationId = "web-anna";
const ida: Agent = { id: "ida", name: "Ida", role: "agent" };
const bo: Agent = { id: "bo", name: "Bo", role: "agent" };
const lea: Agent = { id: "lea", name: "Léa", role: "lead" };
const surfaces = ["telegram", "discord", "console"] as const;
type Surface = (typeof surfaces)[number];
const people: Record<Surface, Agent> = { telegram: ida, discord: bo, console: lea };

const open: Store[] = [];
let redis: TestRedis | undefined;
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await redis?.remove();
  redis = undefined;
});

/** One process of the bot: what agents do on its desks, and in its console. */
function openProcess(store: Store) {
  open.push(store);
  const around = { flow: refund, store, texts: library, clock: systemTime, log: quiet };
  const receiver = createReceiver({ ...around, defaultLanguage: "sv", committed: () => {} });
  const agents = { byTelegram: async () => ida, byDiscord: async () => bo };
  const hand = createDeskHand({ ...around, act: receiver.act, agents });
  const act = createAuditedAct({ ...around, act: receiver.act, trail: store, surface: "console" });
  return { receiver, hand, act };
}
type Process = ReturnType<typeof openProcess>;

/** A case with a thread at both desks; says how an act on a surface ends. */
async function openCase(processes: Record<Surface, Process>, store: Store) {
  await processes.console.receiver.receive({
    key: "human",
    conversationId,
    channel: "web",
    language: "sv",
    content: { type: "command", command: "person" },
  });
  const number = (await store.casesOf(conversationId))[0]?.number ?? "";
  const value = JSON.stringify({ number, conversationId });
  for (const desk of ["telegram", "discord"] as const)
    await store.writeMarks([{ name: threadMark(desk, "thread"), value }]);
  let count = 0;
  return async (on: Surface, content: ActContent): Promise<Refused | undefined> => {
    const key = `${on}:${++count}`;
    const { hand, act } = processes[on];
    if (on !== "console")
      return hand.act({ desk: on, thread: "thread", userId: "1", key, content });
    try {
      await act({ key, conversationId, caseNumber: number, agent: lea, content });
      return undefined;
    } catch (error) {
      if (error instanceof ActRefused) return error.refusal;
      throw error;
    }
  };
}

/** Races of all three surfaces; how often each has won. */
async function race(
  times: number,
  processes: Record<Surface, Process>,
  store: Store,
  /** The road from a thread is longer; whoever presses later may win all the same. */
  headStart: (chance: Chance) => Promise<unknown>,
) {
  const act = await openCase(processes, store);
  const chance = createChance(6);
  const won: Record<Surface, number> = { telegram: 0, discord: 0, console: 0 };
  for (let round = 0; round < times; round++) {
    const endings = await Promise.all(
      surfaces.map(async (on) => {
        await headStart(chance);
        return act(on, { type: "taken" });
      }),
    );
    const winners = surfaces.filter((_, index) => endings[index] === undefined);
    expect(winners).toHaveLength(1);
    const [winner = "console"] = winners;
    won[winner]++;
    const { name } = people[winner];
    const owner = (await store.casesOf(conversationId))[0]?.owner;
    expect(owner?.name).toBe(name);
    const told = endings.filter((one) => one !== undefined);
    expect(told).toEqual([
      { reason: "ownedBy", name },
      { reason: "ownedBy", name },
    ]);
    expect(await act(winner, { type: "released" })).toBeUndefined();
  }
  return won;
}

/** As in one process, where each waits for what goes before. */
async function inSteps(chance: Chance): Promise<void> {
  for (let step = chance.between(0, 20); step > 0; step--) await Promise.resolve();
}
const inTime = (chance: Chance) => delay(chance.between(0, 6));

/** Every race stands in the audit log: who had it, and who was refused. */
async function audited(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let before: number | undefined; ;) {
    const page = await store.listAudit({ limit: 500, ...(before !== undefined && { before }) });
    for (const { what, outcome } of page) {
      const key = `${what} ${outcome}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    const last = page.at(-1);
    if (!last) return counts;
    before = last.seq;
  }
}

describe("two agents and a third who take one case at once, on Telegram, Discord and in the console,", () => {
  it("are one owner and two who are told who it is, in each of 1,000 races", async () => {
    const store = openSqliteStore(":memory:");
    const one = openProcess(store);
    const won = await race(1000, { telegram: one, discord: one, console: one }, store, inSteps);
    for (const on of surfaces) expect(won[on], on).toBeGreaterThan(20);
    expect(await audited(store)).toEqual({
      "taken done": 1000,
      "taken refused": 2000,
      "released done": 1000,
    });
  });
});

describe.skipIf(await redisFault())("the same by two processes on one Redis", () => {
  it("are one owner and two who are told who it is, in each of 200 races", async () => {
    redis = await startRedis();
    const { url } = redis;
    const openStore = () => openRedisStore({ url, acceptUnsafe: true, log: quiet });
    const [store, other] = await Promise.all([openStore(), openStore()]);
    const [one, two] = [openProcess(store), openProcess(other)];
    const won = await race(200, { telegram: one, discord: two, console: two }, store, inTime);
    for (const on of surfaces) expect(won[on], on).toBeGreaterThan(5);
  });
});
