import type { APIMessage } from "@discordjs/core";
import type { HeldInbound } from "../../core/inbound.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import { codeOf, roomFaultOf, wordOf } from "./failure.ts";
import { conversationOf, isWritten, ofNewRoom, readEdit, readMessage } from "./inbound.ts";
import type { Lanes } from "./lanes.ts";
import type { Rest } from "./rest.ts";
import { isLater, type Room, type Rooms } from "./rooms.ts";

/** Message, "Get Channel Messages". */
const page = 100;
const atOnce = 8;
const patienceMs = 600_000;
const pauseMs = 5000;

export interface CatchUp {
  /**
   * Takes what came in these rooms while nobody listened: new messages in
   * their order, and edits among the last hundred. In a thread whose command
   * was lost in a crash the conversation is begun. Called before any later
   * event is handled, so that those wait behind it in their lanes. Resolves
   * when all of it is durable.
   */
  all(rooms: Iterable<Room>): Promise<void>;
  /** This customer is here now: theirs comes first. */
  hurry(userId: string): void;
}

interface Waiting {
  userId: string;
  begin: () => void;
}

export function createCatchUp(parts: {
  rest: Rest;
  rooms: Rooms;
  lanes: Lanes;
  store: Pick<Store, "load">;
  /** Resolves when it is durable. */
  take: (inbound: HeldInbound) => Promise<void>;
  /** @throws Error once the bot closes: then the rest is left to the next start, and all that waits behind it. */
  goOn: () => void;
  log: Log;
  sleep: (ms: number) => { done: Promise<void> };
}): CatchUp {
  const { rest, rooms, lanes, store, take, goOn, log, sleep } = parts;
  const waiting: Waiting[] = [];
  let running = 0;

  return {
    async all(known) {
      const latestFirst = [...known].sort((a, b) =>
        isLater(a.seen ?? "0", b.seen ?? "0") ? -1 : 1,
      );
      await Promise.all(
        latestFirst.map((room) =>
          lanes.run(room.userId, () => inTurn(room.userId, () => untilDone(room))),
        ),
      );
    },
    hurry(userId) {
      const at = waiting.findIndex((one) => one.userId === userId);
      if (at > 0) waiting.unshift(...waiting.splice(at, 1));
    },
  };

  async function inTurn(userId: string, work: () => Promise<void>): Promise<void> {
    if (running >= atOnce) await new Promise<void>((begin) => waiting.push({ userId, begin }));
    else running++;
    try {
      await work();
    } finally {
      const next = waiting.shift();
      if (next) next.begin();
      else running--;
    }
  }

  /** @throws Error only while the bot closes: then the gap is caught up by the next start. */
  async function untilDone(room: Room): Promise<void> {
    for (;;) {
      goOn();
      try {
        await catchUp(room);
        return;
      } catch (error) {
        if (isRoomGone(error)) return;
        log.warn({ code: wordOf(error), pauseMs }, "a room of Discord can't be caught up yet");
        await sleep(pauseMs).done;
      }
    }
  }

  async function catchUp(room: Room): Promise<void> {
    const { channelId, seen } = room;
    const latest = await messagesOf(room, { limit: page });
    const [oldest] = latest;
    const reaches = latest.length < page || (oldest && !isLater(oldest.id, seen));
    for (const message of reaches ? [] : await between(room, seen, oldest?.id))
      await takeNew(message, room);
    for (const message of latest) {
      if (isLater(message.id, seen)) await takeNew(message, room);
      else await takeAll([readEdit(message, room)]);
    }
    if (room.guildId !== undefined && !latest.some(isWritten)) await beginIn(room);
    const last = latest.at(-1);
    if (last) await rooms.saw(channelId, last.id);
  }

  /** Where the customer has no conversation: the process that opened it died before it kept the command. */
  async function beginIn(room: Room): Promise<void> {
    if (!(await store.load(conversationOf(room.userId)))) await takeAll([ofNewRoom(room)]);
  }

  async function takeNew(message: APIMessage, room: Room): Promise<void> {
    await takeAll([readMessage(message, room)]);
  }

  async function takeAll(inbounds: readonly (HeldInbound | undefined)[]): Promise<void> {
    for (const inbound of inbounds) if (inbound) await take(inbound);
  }

  /** What lies between the last one seen and the latest page, the oldest first. */
  async function between(room: Room, from: string | undefined, to: string | undefined) {
    const found: APIMessage[] = [];
    for (let after = from ?? room.channelId; ;) {
      const next = await messagesOf(room, { limit: page, after });
      const before = next.filter(({ id }) => to === undefined || isLater(to, id));
      found.push(...before);
      const last = next.at(-1);
      if (!last || before.length < next.length || next.length < page) return found;
      after = last.id;
    }
  }

  /** In their order; Discord has the newest first. */
  async function messagesOf(
    { channelId }: Room,
    query: { limit: number; after?: string },
  ): Promise<APIMessage[]> {
    const found = await rest.patiently(
      (api) => api.channels.getMessages(channelId, query),
      patienceMs,
    );
    return found.sort((a, b) => (isLater(a.id, b.id) ? 1 : -1));
  }
}

const isRoomGone = (error: unknown): boolean =>
  codeOf(error) === 50024 || roomFaultOf(error) !== undefined;
