import { ChannelType, ThreadAutoArchiveDuration } from "@discordjs/core";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { cut } from "./controls.ts";
import { codeOf, roomFaultOf, threadIsArchived } from "./failure.ts";
import type { Rest } from "./rest.ts";
import { timeOf, type Room, type Rooms } from "./rooms.ts";

/** No more private threads, or none at all, can be opened there. */
const noThread: ReadonlySet<number | undefined> = new Set([
  160006, 30033, 50001, 50013, 50024, 10003, 10004,
]);
const patienceMs = 10_000;
const pauseMs = 100;
/** Threads made before this long are somebody's, or nobody's. */
const adoptWithinMs = 3_600_000;

export interface Customer {
  id: string;
  /** Of all of Discord's people, only they have it. */
  username: string;
}

/** Opens rooms; each is durably known before anything is said in it. */
export interface Doors {
  /**
   * A private thread with only this customer in it, the one they have if they
   * have one; undefined where none can be opened. Discord has no key that would make a repeat harmless, so after
   * a crash one that was made and never used is looked for first.
   */
  thread(customer: Customer, name: string): Promise<Room | undefined>;
  /** The direct message. That it is closed shows only when something is sent. */
  dm(userId: string): Promise<Room | undefined>;
  customer(userId: string): Promise<Customer>;
}

export function createDoors(parts: {
  rest: Rest;
  rooms: Rooms;
  store: Pick<Store, "claim" | "unclaim">;
  clock: Clock;
  supportChannel: string | undefined;
  selfId: () => Promise<string>;
  sleep: (ms: number) => { done: Promise<void> };
}): Doors {
  const { rest, rooms, store, clock, supportChannel, selfId, sleep } = parts;
  const ask = <T>(work: Parameters<typeof rest.patiently<T>>[0]) =>
    rest.patiently(work, patienceMs);
  let guild: Promise<string | undefined> | undefined;

  return {
    async thread(customer, name) {
      if (supportChannel === undefined) return undefined;
      const wanted = cut(`${name} · ${customer.username}`, 100);
      try {
        const guildId = await guildOf(supportChannel);
        if (guildId === undefined) return undefined;
        return await alone(customer.id, async () => {
          const known = await rooms.threadOf(customer.id);
          if (known && (await admits(known))) {
            await rooms.keepAgain(known);
            return known;
          }
          const again = await rooms.opening(customer.id);
          const channelId =
            (again && (await unused(guildId, wanted))) || (await made(supportChannel, wanted));
          // Who stood still for longer than it was waited for leaves its own, in which nobody is.
          const other = await rooms.threadOf(customer.id);
          if (other && other.channelId !== known?.channelId && (await admits(other))) return other;
          // Before the customer can write in it.
          const room = { channelId, userId: customer.id, guildId };
          await rooms.keep(room);
          await ask((api) => api.threads.addMember(channelId, customer.id));
          return room;
        });
      } catch (error) {
        if (noThread.has(codeOf(error)) || roomFaultOf(error)) return undefined;
        throw error;
      }
    },
    async dm(userId) {
      try {
        const { id } = await ask((api) => api.users.createDM(userId));
        const room = { channelId: id, userId };
        await rooms.keep(room);
        return room;
      } catch (error) {
        if (roomFaultOf(error)) return undefined;
        throw error;
      }
    },
    async customer(userId) {
      const { username } = await ask((api) => api.users.get(userId));
      return { id: userId, username };
    },
  };

  /**
   * Of the processes that are brought one press (while one takes the gateway
   * over from the other) one opens this customer's thread, and the others find
   * it. One that dies meanwhile is waited for no longer than it would take.
   */
  async function alone<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const role = `discord:door:${userId}`;
    const owner = Buffer.from(clock.random(12)).toString("base64url");
    const until = clock.now() + patienceMs;
    while (!(await store.claim(role, owner, clock.now(), patienceMs)) && clock.now() < until)
      await sleep(pauseMs).done;
    try {
      return await work();
    } finally {
      await store.unclaim(role, owner).catch(() => undefined);
    }
  }

  /** Whether the customer is in this thread now: they may have left it, or a crash came before they were let in. */
  async function admits({ channelId, userId }: Room): Promise<boolean> {
    const add = () => ask((api) => api.threads.addMember(channelId, userId));
    try {
      await add().catch(async (error: unknown) => {
        if (codeOf(error) !== threadIsArchived) throw error;
        await ask((api) => api.channels.edit(channelId, { archived: false }));
        await add();
      });
      return true;
    } catch (error) {
      if (!roomFaultOf(error)) throw error;
      await rooms.forget(channelId);
      return false;
    }
  }

  async function made(parentId: string, name: string): Promise<string> {
    const { id } = await ask((api) =>
      api.channels.createThread(parentId, {
        name,
        type: ChannelType.PrivateThread,
        invitable: false,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
      }),
    );
    return id;
  }

  async function unused(guildId: string, name: string): Promise<string | undefined> {
    const [self, { threads }] = await Promise.all([
      selfId(),
      ask((api) => api.guilds.getActiveThreads(guildId)),
    ]);
    const found = (
      threads as { id: string; name?: string; owner_id?: string; message_count?: number }[]
    ).find(
      (thread) =>
        thread.name === name &&
        thread.owner_id === self &&
        !thread.message_count &&
        timeOf(thread.id) > clock.now() - adoptWithinMs,
    );
    return found?.id;
  }

  async function guildOf(channelId: string): Promise<string | undefined> {
    guild ??= ask((api) => api.channels.get(channelId)).then((channel) =>
      "guild_id" in channel ? channel.guild_id : undefined,
    );
    try {
      return await guild;
    } catch (error) {
      guild = undefined;
      throw error;
    }
  }
}
