import { maySee, rightsIn } from "./access.ts";
import type { Links } from "./attachments.ts";
import { callbackWithinMs, hasFailed } from "./interactions.ts";
import { type ShownModal, shownModal } from "./modals.ts";
import { type Channel, type Interaction, type Message, type User, messageFlag } from "./model.ts";
import { has } from "./permissions.ts";
import { type Seen, seen } from "./seen.ts";
import { compareIds } from "./snowflakes.ts";
import type { World } from "./world.ts";

/** What people's screens show, and who waits for something to come up on them. */
export interface Watch {
  find(messageId: string): Message | undefined;
  sees(user: User, message: Message): boolean;
  messages(user: User, channel: Channel): Message[];
  next(
    user: User,
    channel: Channel | undefined,
    predicate: (message: Seen) => boolean,
    timeoutMs: number,
  ): Promise<Seen>;
  nextModal(user: User, timeoutMs: number): Promise<ShownModal>;
  /** Resolves when this interaction is acknowledged, or after that time. */
  settled(interaction: Interaction, timeoutMs: number): Promise<void>;
}

/** How a press, a choice, a command or a sent form went. */
export interface Use {
  readonly id: string;
  /** "failed" is what the person reads as "This interaction failed". */
  readonly state: "waiting" | "failed" | "replied" | "thinking" | "updated" | "modal";
  /** The answer that came with it, or the message that it changed. */
  readonly reply: Seen | undefined;
  readonly modal: ShownModal | undefined;
  /** Waits until it is acknowledged or has failed, and gives the state. */
  settled(timeoutMs?: number): Promise<Use["state"]>;
}

type Waiter = (message?: Message) => boolean;

export function createWatch(world: World, links: Links): Watch {
  const byMessageId = new Map<string, Message>();
  const waiters = new Map<string, Set<Waiter>>();
  const taken = new Map<string, Set<string>>();
  const modals = new Map<string, ShownModal[]>();

  const takenBy = (user: User) => entry(taken, user.id, () => new Set<string>());
  const wake = (key: string, message?: Message): void => {
    for (const waiter of waiters.get(key) ?? []) waiter(message);
  };

  world.listen((happening) => {
    if (happening.type === "message-created" || happening.type === "message-changed") {
      const { message } = happening;
      byMessageId.set(message.id, message);
      wake(`channel ${message.channel.id}`, message);
      wake("any", message);
    } else if (happening.type === "message-deleted") {
      byMessageId.delete(happening.message.id);
    } else if (happening.type === "interaction-settled") {
      const { interaction } = happening;
      const modal = shownModal(interaction);
      if (modal !== undefined) {
        entry(modals, interaction.user.id, () => []).push(modal);
        wake(`modal ${interaction.user.id}`);
      }
      wake(`interaction ${interaction.id}`);
    }
  });

  const waitFor = <T>(
    key: string,
    what: string,
    timeoutMs: number,
    look: (message?: Message) => T | undefined,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const group = entry(waiters, key, () => new Set<Waiter>());
      const end = () => {
        clearTimeout(late);
        group.delete(waiter);
        if (group.size === 0) waiters.delete(key);
      };
      const late = setTimeout(() => {
        end();
        reject(new Error(`${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      const waiter: Waiter = (message) => {
        const found = look(message);
        if (found === undefined) return false;
        end();
        resolve(found);
        return true;
      };
      group.add(waiter);
    });

  const watch: Watch = {
    find: (id) => byMessageId.get(id),
    sees(user, message) {
      if (message.deleted) return false;
      if (message.onlyFor !== undefined) return message.onlyFor === user;
      return maySee(message.channel, user.id);
    },
    messages(user, channel) {
      const own = (world.ephemeral.get(user.id) ?? []).filter((one) => one.channel === channel);
      if (!has(rightsIn(channel, user.id), "READ_MESSAGE_HISTORY")) return own;
      if (own.length === 0) return [...channel.messages];
      return [...channel.messages, ...own].sort((a, b) => compareIds(a.id, b.id));
    },
    next(user, channel, predicate, timeoutMs) {
      const known = takenBy(user);
      const fits = (message: Message): Seen | undefined => {
        if (message.author === user || known.has(message.id)) return undefined;
        if (channel !== undefined && message.channel !== channel) return undefined;
        if ((message.flags & messageFlag.loading) !== 0) return undefined;
        if (!watch.sees(user, message)) return undefined;
        const view = seen(message, links);
        if (!predicate(view)) return undefined;
        known.add(message.id);
        return view;
      };
      const places = channel === undefined ? placesOf(world, user) : [channel];
      const waiting = places
        .flatMap((place) => watch.messages(user, place))
        .sort((a, b) => compareIds(a.id, b.id));
      for (const message of waiting) {
        const found = fits(message);
        if (found !== undefined) return Promise.resolve(found);
      }
      const key = channel === undefined ? "any" : `channel ${channel.id}`;
      return waitFor(key, `${user.username} saw no such message`, timeoutMs, (message) =>
        message === undefined ? undefined : fits(message),
      );
    },
    nextModal(user, timeoutMs) {
      const take = () => modals.get(user.id)?.shift();
      const first = take();
      if (first !== undefined) return Promise.resolve(first);
      return waitFor(`modal ${user.id}`, `${user.username} saw no modal`, timeoutMs, take);
    },
    async settled(interaction, timeoutMs) {
      if (interaction.acknowledged !== undefined) return;
      const key = `interaction ${interaction.id}`;
      await waitFor(key, "", timeoutMs, () => interaction.acknowledged).catch(() => undefined);
    },
  };
  return watch;
}

function placesOf(world: World, user: User): Channel[] {
  return [...world.channels.values()].filter((channel) => maySee(channel, user.id));
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

export function useOf(world: World, links: Links, watch: Watch, interaction: Interaction): Use {
  const use: Use = {
    id: interaction.id,
    get state() {
      if (interaction.acknowledged === undefined) {
        return hasFailed(world, interaction) ? "failed" : "waiting";
      }
      if (interaction.modal !== undefined) return "modal";
      if (interaction.deferred) return "thinking";
      return interaction.original === interaction.message ? "updated" : "replied";
    },
    get reply() {
      const { original } = interaction;
      return original === undefined || original.deleted ? undefined : seen(original, links);
    },
    get modal() {
      return shownModal(interaction);
    },
    async settled(timeoutMs = callbackWithinMs + 100) {
      await watch.settled(interaction, timeoutMs);
      return use.state;
    },
  };
  return use;
}
