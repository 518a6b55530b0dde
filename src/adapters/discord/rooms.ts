import type { Store } from "../../ports/store.ts";

/** Where one customer's dialogue runs: a private thread, or a direct message without a guild. */
export interface Room {
  channelId: string;
  userId: string;
  guildId?: string;
  /** The last message there that is durable. */
  seen?: string;
}

/** The rooms that the bot knows, which it catches up after it was away. */
export interface Rooms {
  get(channelId: string): Room | undefined;
  all(): Iterable<Room>;
  /** The thread that was opened last for this customer, whether it was used or not. */
  threadOf(userId: string): Room | undefined;
  /**
   * Notes that a thread is about to be opened, until `keep` has one of this
   * customer. True when that was noted before: a thread may have been opened
   * and lost in a crash.
   */
  opening(userId: string): Promise<boolean>;
  /** Durable when it resolves. A known one stays as it is. */
  keep(room: Room): Promise<void>;
  /** Everything up to this message is durable. */
  saw(channelId: string, messageId: string): Promise<void>;
  forget(channelId: string): Promise<void>;
}

const prefix = "discord:room:";
const openingPrefix = "discord:opening:";

export async function openRooms(store: Pick<Store, "readMarks" | "writeMarks">): Promise<Rooms> {
  const marks = await store.readMarks(prefix);
  const rooms = new Map(
    marks.map(({ value }) => {
      const room = JSON.parse(value) as Room;
      return [room.channelId, room];
    }),
  );
  const begun = new Set(
    (await store.readMarks(openingPrefix)).map(({ name }) => name.slice(openingPrefix.length)),
  );
  const markOf = (room: Room) => ({
    name: prefix + room.channelId,
    value: JSON.stringify(room),
  });
  return {
    get: (channelId) => rooms.get(channelId),
    all: () => rooms.values(),
    threadOf: (userId) =>
      [...rooms.values()].findLast((room) => room.userId === userId && room.guildId !== undefined),
    async opening(userId) {
      if (begun.has(userId)) return true;
      await store.writeMarks([{ name: openingPrefix + userId, value: "" }]);
      begun.add(userId);
      return false;
    },
    async keep(room) {
      if (rooms.has(room.channelId)) return;
      const { userId } = room;
      const ends = begun.has(userId) && room.guildId !== undefined;
      await store.writeMarks([markOf(room), ...(ends ? [{ name: openingPrefix + userId }] : [])]);
      rooms.set(room.channelId, room);
      if (ends) begun.delete(userId);
    },
    async saw(channelId, messageId) {
      const room = rooms.get(channelId);
      if (!room || !isLater(messageId, room.seen)) return;
      const next = { ...room, seen: messageId };
      rooms.set(channelId, next);
      await store.writeMarks([markOf(next)]);
    },
    async forget(channelId) {
      rooms.delete(channelId);
      await store.writeMarks([{ name: prefix + channelId }]);
    },
  };
}

/** Ids are 64-bit numbers as text, too long for a number of JavaScript. */
export const isLater = (id: string, than: string | undefined): boolean =>
  than === undefined || BigInt(id) > BigInt(than);

/** Milliseconds since 1970 of an id (Reference, "Snowflakes"). */
export const timeOf = (id: string): number => Number(BigInt(id) >> 22n) + 1_420_070_400_000;
