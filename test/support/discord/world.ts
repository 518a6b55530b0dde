import { createSnowflakes } from "./snowflakes.ts";
import {
  type Attachment,
  type Channel,
  type Command,
  type Guild,
  type Interaction,
  type Member,
  type Message,
  type User,
  channelType,
} from "./model.ts";
import { bitsOf, everyone } from "./permissions.ts";

/** What has come to be; the gateway, the people and the page each make of it what they may see. */
export type Happening =
  | { type: "message-created" | "message-changed" | "message-deleted"; message: Message }
  | { type: "channel-created" | "channel-changed" | "channel-deleted"; channel: Channel }
  | { type: "thread-members"; channel: Channel; added: readonly User[]; removed: readonly User[] }
  | { type: "member-joined" | "member-changed" | "member-left"; guild: Guild; member: Member }
  | { type: "interaction-created" | "interaction-settled"; interaction: Interaction }
  | { type: "guild-joined" | "guild-left"; guild: Guild };

/** Everything that this Discord knows. */
export interface World {
  readonly now: () => number;
  readonly nextId: () => string;
  readonly bot: User;
  readonly applicationId: string;
  /** Whether the application has the privileged intent at all (its page at Discord). */
  readonly contentAllowed: boolean;
  readonly users: Map<string, User>;
  readonly guilds: Map<string, Guild>;
  /** Threads and DMs too. */
  readonly channels: Map<string, Channel>;
  readonly dms: Map<string, Channel>;
  readonly ephemeral: Map<string, Message[]>;
  readonly attachments: Map<string, Attachment>;
  readonly interactions: Map<string, Interaction>;
  readonly byToken: Map<string, Interaction>;
  readonly commands: Map<string, Command>;
  /** Which message a nonce stands for: the last two minutes, oldest first. */
  readonly nonces: Map<string, { message: Message; at: number }>;
  tell(happening: Happening): void;
  listen(listener: (happening: Happening) => void): () => void;
}

export interface WorldOptions {
  now: () => number;
  applicationId?: string | undefined;
  contentAllowed: boolean;
}

export function createWorld(options: WorldOptions): World {
  const nextId = createSnowflakes(options.now);
  const applicationId = options.applicationId ?? nextId();
  const listeners = new Set<(happening: Happening) => void>();
  const bot: User = {
    id: applicationId,
    username: "ombud",
    globalName: null,
    bot: true,
    locale: "en-US",
    dmsClosed: false,
  };
  return {
    now: options.now,
    nextId,
    bot,
    applicationId,
    contentAllowed: options.contentAllowed,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    dms: new Map(),
    ephemeral: new Map(),
    attachments: new Map(),
    interactions: new Map(),
    byToken: new Map(),
    commands: new Map(),
    nonces: new Map(),
    tell(happening) {
      for (const listener of listeners) listener(happening);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function addUser(world: World, fields: Partial<User> & { username: string }): User {
  const user: User = {
    id: fields.id ?? world.nextId(),
    username: fields.username,
    globalName: fields.globalName ?? null,
    bot: false,
    locale: fields.locale ?? "en-US",
    dmsClosed: fields.dmsClosed ?? false,
  };
  world.users.set(user.id, user);
  return user;
}

/** A guild whose owner is a person nobody meets. */
export function addGuild(world: World, name: string): Guild {
  const id = world.nextId();
  const owner = addUser(world, {
    username: `owner-of-${name.toLowerCase().replace(/\W+/gu, "-")}`,
  });
  const guild: Guild = {
    id,
    name,
    ownerId: owner.id,
    locale: "en-US",
    roles: new Map([[id, { id, name: "@everyone", permissions: bitsOf(everyone), position: 0 }]]),
    members: new Map(),
    channels: new Map(),
    activeThreads: new Set(),
    maxActiveThreads: 1000,
  };
  guild.members.set(owner.id, { user: owner, joinedAt: world.now(), roles: new Set(), nick: null });
  world.guilds.set(id, guild);
  return guild;
}

export function addChannel(
  world: World,
  fields: Pick<Channel, "type" | "name"> & Partial<Channel>,
): Channel {
  const channel: Channel = {
    id: fields.id ?? world.nextId(),
    type: fields.type,
    guild: fields.guild,
    parent: fields.parent,
    thread: fields.thread,
    recipient: fields.recipient,
    botId: fields.recipient === undefined ? undefined : world.bot.id,
    name: fields.name,
    topic: fields.topic ?? null,
    overwrites: new Map(),
    tags: fields.tags ?? [],
    messages: [],
    byId: new Map(),
    deleted: false,
  };
  world.channels.set(channel.id, channel);
  if (channel.thread === undefined) channel.guild?.channels.set(channel.id, channel);
  return channel;
}

/** The one DM channel of the bot and this person. */
export function dmWith(world: World, user: User): Channel {
  const known = world.dms.get(user.id);
  if (known !== undefined) return known;
  const channel = addChannel(world, { type: channelType.dm, name: "", recipient: user });
  world.dms.set(user.id, channel);
  return channel;
}
