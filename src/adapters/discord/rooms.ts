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
  /** Durable when it resolves. A known one stays as it is. */
  keep(room: Room): Promise<void>;
  /** Everything up to this message is durable. */
  saw(channelId: string, messageId: string): Promise<void>;
  forget(channelId: string): Promise<void>;
}

const prefix = "discord:room:";

export async function openRooms(store: Pick<Store, "readMarks" | "writeMarks">): Promise<Rooms> {
  const marks = await store.readMarks(prefix);
  const rooms = new Map(
    marks.map(({ value }) => {
      const room = JSON.parse(value) as Room;
      return [room.channelId, room];
    }),
  );
  const write = async (room: Room) => {
    rooms.set(room.channelId, room);
    await store.writeMarks([{ name: prefix + room.channelId, value: JSON.stringify(room) }]);
  };
  return {
    get: (channelId) => rooms.get(channelId),
    all: () => rooms.values(),
    async keep(room) {
      if (!rooms.has(room.channelId)) await write(room);
    },
    async saw(channelId, messageId) {
      const room = rooms.get(channelId);
      if (room && isLater(messageId, room.seen)) await write({ ...room, seen: messageId });
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
