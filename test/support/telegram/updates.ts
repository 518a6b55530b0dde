import type { Update } from "@grammyjs/types";

export type UpdateKind = Exclude<keyof Update, "update_id">;

export interface PendingUpdate {
  update: Update;
  expiresAt: number;
  /** Updates of one lane reach a webhook one after the other; lanes overtake each other. */
  lane: number;
}

/** What has happened and was not yet confirmed by the bot. */
export interface UpdateQueue {
  readonly size: number;
  /** Dropped at once where `allowed_updates` leaves the kind out. */
  add(kind: UpdateKind, content: unknown, lane: number, expiresAt: number): void;
  /** Forgets all before the offset; a negative one counts from the end. */
  read(offset: number, limit: number): Update[];
  remove(updateId: number): void;
  /** Brings up to so many of the last that were confirmed once more, under new numbers, as after a move between Bot API servers. */
  bringAgain(count: number): void;
  clear(): void;
  pending(): IterableIterator<PendingUpdate>;
  /** Sticky: stays until another list is given; an empty one is Telegram's default. */
  allow(kinds: readonly string[]): void;
  readonly allowed: readonly string[] | undefined;
  /** After a week of silence Telegram goes on at a random number, which may be lower (Update, update_id). */
  jump(to: number): void;
  /** Called with each new update. */
  onAdd: (pending: PendingUpdate) => void;
}

/** Of those that were confirmed, so many can be brought again. */
const mostKept = 100;

/** Left out unless asked for (getUpdates, allowed_updates). */
const onRequest = new Set(["chat_member", "message_reaction", "message_reaction_count"]);

export function createUpdateQueue(now: () => number, firstId: number): UpdateQueue {
  const queue = new Map<number, PendingUpdate>();
  const confirmed: PendingUpdate[] = [];
  let nextId = firstId;
  let allowed: Set<string> | undefined;

  function dropExpired(): void {
    const at = now();
    for (const [id, { expiresAt }] of queue) if (expiresAt <= at) queue.delete(id);
  }

  function confirm(id: number): void {
    const pending = queue.get(id);
    queue.delete(id);
    if (!pending || pending.expiresAt <= now()) return;
    confirmed.push(pending);
    if (confirmed.length > mostKept) confirmed.shift();
  }

  const self: UpdateQueue = {
    get size() {
      dropExpired();
      return queue.size;
    },
    get allowed() {
      return allowed && [...allowed];
    },
    add(kind, content, lane, expiresAt) {
      if (allowed ? !allowed.has(kind) : onRequest.has(kind)) return;
      if (expiresAt <= now()) return;
      const update = { update_id: nextId++, [kind]: content } as unknown as Update;
      const pending = { update, expiresAt, lane };
      queue.set(update.update_id, pending);
      self.onAdd(pending);
    },
    read(offset, limit) {
      let from = offset;
      if (offset < 0) {
        dropExpired();
        from = [...queue.keys()].at(offset) ?? 0;
      }
      // tdlib/telegram-bot-api, TQueue: an offset far in the future is no offset.
      if (from > nextId + 10) from = 0;
      const at = now();
      const found: Update[] = [];
      for (const [id, { update, expiresAt }] of queue) {
        if (id < from || expiresAt <= at) confirm(id);
        else if (found.push(update) >= limit) break;
      }
      return found;
    },
    remove: confirm,
    bringAgain(count) {
      const again = confirmed.slice(-count).filter(({ expiresAt }) => expiresAt > now());
      for (const { update, expiresAt, lane } of again) {
        const pending = { update: { ...update, update_id: nextId++ }, expiresAt, lane };
        queue.set(pending.update.update_id, pending);
        self.onAdd(pending);
      }
    },
    clear: () => queue.clear(),
    pending: () => queue.values(),
    allow(kinds) {
      allowed = kinds.length === 0 ? undefined : new Set(kinds);
    },
    jump(to) {
      dropExpired();
      if (queue.size > 0) throw new RangeError("numbers jump only while nothing is pending");
      nextId = to;
    },
    onAdd: () => {},
  };
  return self;
}
