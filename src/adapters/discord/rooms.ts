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
  /** As `get`, and one that another process has opened. */
  find(channelId: string): Promise<Room | undefined>;
  /** Reads all anew: another process may have opened and forgotten some. */
  refresh(): Promise<void>;
  all(): Iterable<Room>;
  /** The thread that was opened last for this customer, by whichever process, whether it was used or not. */
  threadOf(userId: string): Promise<Room | undefined>;
  /**
   * Notes that a thread is about to be opened, until `keep` has one of this
   * customer. True when that was noted before: a thread may have been opened
   * and lost in a crash.
   */
  opening(userId: string): Promise<boolean>;
  /** Durable when it resolves. A known one stays as it is. */
  keep(room: Room): Promise<void>;
  /** As `keep`, also where another process has forgotten it. */
  keepAgain(room: Room): Promise<void>;
  /** Everything up to this message is durable. */
  saw(channelId: string, messageId: string): Promise<void>;
  forget(channelId: string): Promise<void>;
}

const prefix = "discord:room:";
const openingPrefix = "discord:opening:";
/** By customer; of one that is gone it stays, until there is another. */
const threadPrefix = "discord:thread:";

export async function openRooms(
  store: Pick<Store, "readMark" | "readMarks" | "writeMarks">,
): Promise<Rooms> {
  const rooms = new Map<string, Room>();
  const begun = new Set<string>();
  /** What is asked for twice comes to both at once, so that nobody overtakes. */
  const finding = new Map<string, Promise<Room | undefined>>();
  await refresh();

  async function refresh(): Promise<void> {
    const before = [rooms, begun].map((known) => new Set(known.keys()));
    const stored = (await store.readMarks(prefix)).map(({ value }) => JSON.parse(value) as Room);
    const opening = await store.readMarks(openingPrefix);
    for (const channelId of before[0] ?? []) rooms.delete(channelId);
    for (const room of stored) rooms.set(room.channelId, room);
    for (const userId of before[1] ?? []) begun.delete(userId);
    for (const { name } of opening) begun.add(name.slice(openingPrefix.length));
  }

  function find(channelId: string): Promise<Room | undefined> {
    const known = rooms.get(channelId);
    if (known) return Promise.resolve(known);
    const under = finding.get(channelId) ?? read(channelId);
    finding.set(channelId, under);
    return under;
  }

  async function read(channelId: string): Promise<Room | undefined> {
    try {
      const value = await store.readMark(prefix + channelId);
      if (value === undefined) return undefined;
      const room = rooms.get(channelId) ?? (JSON.parse(value) as Room);
      rooms.set(channelId, room);
      return room;
    } finally {
      finding.delete(channelId);
    }
  }

  const markOf = (room: Room) => ({
    name: prefix + room.channelId,
    value: JSON.stringify(room),
  });
  const newMarksOf = (room: Room) => [
    markOf(room),
    ...(room.guildId === undefined
      ? []
      : [{ name: threadPrefix + room.userId, value: room.channelId }]),
  ];
  return {
    get: (channelId) => rooms.get(channelId),
    all: () => rooms.values(),
    async threadOf(userId) {
      const channelId = await store.readMark(threadPrefix + userId);
      const isIts = (room: Room) => room.userId === userId && room.guildId !== undefined;
      // Opened by a version that kept no such mark.
      return channelId === undefined ? [...rooms.values()].findLast(isIts) : find(channelId);
    },
    find,
    refresh,
    async opening(userId) {
      const mark = await store.readMark(openingPrefix + userId);
      if (mark !== undefined) begun.add(userId);
      if (begun.has(userId)) return true;
      await store.writeMarks([{ name: openingPrefix + userId, value: "" }]);
      begun.add(userId);
      return false;
    },
    async keep(room) {
      // Where another process knows how far it was read, nothing is read twice.
      if (await find(room.channelId)) return;
      const { userId } = room;
      const ends = begun.has(userId) && room.guildId !== undefined;
      await store.writeMarks([
        ...newMarksOf(room),
        ...(ends ? [{ name: openingPrefix + userId }] : []),
      ]);
      rooms.set(room.channelId, room);
      if (ends) begun.delete(userId);
    },
    async keepAgain(room) {
      const newest = rooms.get(room.channelId) ?? room;
      await store.writeMarks(newMarksOf(newest));
      rooms.set(room.channelId, newest);
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
