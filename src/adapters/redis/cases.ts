import type { Case } from "../../core/case.ts";
import type { Conversation } from "../../core/conversation.ts";
import type { CaseFigures, CaseFilter, Store } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import { deskShard, shardOf } from "./keys.ts";
import { byBytes, inGroups, orderOf } from "./lanes.ts";

type Cases = Pick<
  Store,
  "findCase" | "listCases" | "listQueue" | "countCases" | "casesOf" | "caseFigures"
>;

/**
 * A case is kept with its conversation, written by the commit. What it is
 * found by is an index in the desk's part, derived from it: each part notes
 * which conversations' cases the index must be told of, the process that
 * committed tells it at once, and whatever a crash left is told by the next
 * process that looks.
 */
export interface CaseIndex {
  /** Tells the index; what it can't take now is noted. */
  committed(conversation: Conversation, cases: readonly Case[]): Promise<void>;
  /** Tells the index what a part has noted. */
  catchUp(part: string): Promise<void>;
}

const stages = ["toDo", "waiting", "decided", "closed"] as const;
/** How many rows of the index Redis looks at before others get their turn. */
const looksAtOnce = 500;
const bodiesAtOnce = 200;
const conversationsAtOnce = 50;
/** What no sensible search has more of. */
const mostWords = 8;

export function createCaseIndex(client: Client): CaseIndex {
  async function tell(conversationId: string, revision: number, cases: readonly Case[]) {
    const args = cases.flatMap((one) => rowOf(one, conversationId, revision));
    await client.run("list cases", "index", { part: deskShard, args });
    const part = shardOf(conversationId);
    await client.run("list cases", "indexed", { part, args: [conversationId, revision] });
  }

  return {
    // The commit is made, whatever becomes of the index.
    committed: ({ id, revision }, cases) => tell(id, revision, cases).catch(() => undefined),
    async catchUp(part) {
      const args = [conversationsAtOnce];
      const found = await client.run<unknown[]>("list cases", "pending", { part, args });
      for (const [id, revision, bodies] of inGroups(found, 3))
        await tell(id as string, Number(revision), casesIn(bodies as string[]));
    },
  };
}

function rowOf(one: Case, conversationId: string, revision: number): (string | number)[] {
  const { number, openedAt, waitingSince, urgent, owner, language, topic, decision } = one;
  const words = `${number} ${one.searchWords ?? ""}`.toLowerCase();
  return [
    number,
    conversationId,
    revision,
    stageOf(one),
    owner?.id ?? "",
    language,
    topic,
    queuePlace({ urgent, waitingSince, number }),
    `${orderOf(openedAt)} ${number}`,
    decision ? `${orderOf(decision.at)} ${number}` : "",
    words.replaceAll("\n", " "),
  ];
}

const queuePlace = ({
  urgent,
  waitingSince,
  number,
}: Pick<Case, "urgent" | "waitingSince" | "number">): string =>
  `${urgent ? 0 : 1} ${orderOf(waitingSince)} ${number}`;
const queuePrefix = 18;
const timePrefix = 16;

/** Whoever writes after a decision wants something of the shop again. */
function stageOf({ status, waitsFor }: Case): (typeof stages)[number] {
  if (status === "closed") return "closed";
  if (status === "proposed" || waitsFor === "shop") return "toDo";
  return status === "decided" ? "decided" : "waiting";
}

interface Found {
  place: string;
  number: string;
  conversationId: string;
}

interface Walk {
  set: string;
  direction: "up" | "down";
  /** How long what stands before the number is. */
  prefix: number;
  behind?: string;
  filter: CaseFilter;
  limit: number;
}

export function createCases(client: Client): Cases {
  /** Goes along one order, a part at a time. */
  async function walk({ set, direction, prefix, behind = "", filter, limit }: Walk) {
    const found: Found[] = [];
    let missing = limit;
    let from = behind;
    do {
      const [last, count, ...rows] = await client.run<[string, number, ...string[]]>(
        "list cases",
        "walk",
        {
          part: deskShard,
          args: [set, direction, from, prefix, missing, looksAtOnce, ...conditions(filter)],
        },
      );
      for (const [place = "", number = "", conversationId = ""] of inGroups(rows, 3))
        found.push({ place, number, conversationId });
      missing -= count;
      from = last;
    } while (from !== "" && missing > 0);
    return found;
  }

  async function bodies(found: readonly Found[]): Promise<Case[]> {
    const texts = await Promise.all(
      found.map(({ number, conversationId }) => bodyOf(number, conversationId)),
    );
    return casesIn(texts.filter((text) => text !== null));
  }

  function bodyOf(number: string, conversationId: string): Promise<string | null> {
    const part = shardOf(conversationId);
    return client.send("find a case", part, ["HGET", `${part}:k:${conversationId}`, number]);
  }

  /** The sets that together have every case of the filter, as few as there are. */
  const queuesOf = ({ owner, stage }: CaseFilter): string[] =>
    owner ? [`:owner:${owner}`] : (stage ? [stage] : stages).map((one) => `:stage:${one}`);

  async function queue(filter: CaseFilter, limit: number, behind?: string): Promise<Found[]> {
    const along = { direction: "up", prefix: queuePrefix, filter, limit } as const;
    const found = await Promise.all(
      queuesOf(filter).map((set) =>
        walk({ ...along, set, ...(behind !== undefined && { behind }) }),
      ),
    );
    return found
      .flat()
      .toSorted((a, b) => byBytes(a.place, b.place))
      .slice(0, limit);
  }

  return {
    async findCase(number) {
      const command = ["HGET", `${deskShard}:numbers`, number];
      const conversationId = await client.send<string | null>("find a case", deskShard, command);
      if (conversationId === null) return undefined;
      const body = await bodyOf(number, conversationId);
      return body === null ? undefined : (JSON.parse(body) as Case);
    },

    async casesOf(conversationId) {
      const part = shardOf(conversationId);
      const command = ["HVALS", `${part}:k:${conversationId}`];
      const cases = casesIn(await client.send<string[]>("list cases", part, command));
      return cases.toSorted((a, b) => b.openedAt - a.openedAt || byBytes(b.number, a.number));
    },

    async listCases({ filter = {}, before, limit }) {
      const behind = before && { behind: `${orderOf(before.openedAt)} ${before.number}` };
      const along = { direction: "down", prefix: timePrefix, filter, limit } as const;
      return bodies(await walk({ ...along, set: ":opened", ...behind }));
    },

    listQueue: async ({ filter, after, limit }) =>
      bodies(await queue(filter, limit, after && queuePlace(after))),

    async countCases(filter) {
      const { stage, ...others } = filter;
      const isStageAlone = Object.values(others).every((value) => value === undefined);
      if (!isStageAlone) return (await queue(filter, Number.MAX_SAFE_INTEGER)).length;
      const counts = await Promise.all(
        (stage ? [stage] : stages).map((one) =>
          client.send<number>("count cases", deskShard, ["ZCARD", `${deskShard}:stage:${one}`]),
        ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },

    async caseFigures(since) {
      const numbers = new Map<string, Found>();
      for (const set of [":opened", ":decided"]) {
        const all = { filter: {}, limit: Number.MAX_SAFE_INTEGER };
        const along = { set, direction: "up", prefix: timePrefix, ...all } as const;
        for (const one of await walk({ ...along, behind: orderOf(since) }))
          numbers.set(one.number, one);
      }
      const figures: CaseFigures[] = [];
      const found = [...numbers.values()];
      for (let first = 0; first < found.length; first += bodiesAtOnce)
        figures.push(...(await bodies(found.slice(first, first + bodiesAtOnce))).map(figuresIn));
      return figures;
    },
  };
}

function conditions({ stage, owner, language, topic, words = "" }: CaseFilter) {
  const searched = words.toLowerCase().split(/\s+/u).filter(Boolean).slice(0, mostWords);
  const has = owner !== undefined;
  return [has ? 1 : 0, stage ?? "", owner ?? "", language ?? "", topic ?? "", ...searched];
}

function figuresIn(one: Case): CaseFigures {
  const { number, openedAt, topic, kind, firstAnsweredAt, decision, satisfaction } = one;
  return {
    number,
    openedAt,
    topic,
    kind,
    ...(firstAnsweredAt !== undefined && { firstAnsweredAt }),
    ...(decision && { decision }),
    ...(satisfaction && { satisfaction }),
  };
}

const casesIn = (bodies: readonly string[]): Case[] =>
  bodies.map((body) => JSON.parse(body) as Case);
