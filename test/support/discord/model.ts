/** A part of an answer or an event, as it goes over the wire. */
export type Json = Record<string, unknown>;

export interface User {
  readonly id: string;
  username: string;
  globalName: string | null;
  readonly bot: boolean;
  /** One of Discord's (Reference, "Locales"). */
  locale: string;
  dmsClosed: boolean;
}

export interface Role {
  readonly id: string;
  name: string;
  permissions: bigint;
  position: number;
}

export interface Member {
  readonly user: User;
  readonly joinedAt: number;
  roles: Set<string>;
  nick: string | null;
}

export interface Overwrite {
  allow: bigint;
  deny: bigint;
}

export interface Guild {
  readonly id: string;
  name: string;
  ownerId: string;
  locale: string;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  readonly channels: Map<string, Channel>;
  /** Those that are not archived. */
  readonly activeThreads: Set<Channel>;
  maxActiveThreads: number;
}

/** Channel, "Channel Types". */
export const channelType = {
  text: 0,
  dm: 1,
  category: 4,
  publicThread: 11,
  privateThread: 12,
  forum: 15,
} as const;

export interface Thread {
  readonly ownerId: string;
  readonly createdAt: number;
  archived: boolean;
  archivedAt: number;
  locked: boolean;
  invitable: boolean;
  autoArchiveMinutes: number;
  lastActiveAt: number;
  messageCount: number;
  tags: readonly string[];
  /** When each of its members joined. */
  readonly members: Map<string, number>;
}

export interface Channel {
  readonly id: string;
  readonly type: number;
  /** Missing in a DM. */
  readonly guild: Guild | undefined;
  /** Of a thread: the channel that it is in. */
  readonly parent: Channel | undefined;
  readonly thread: Thread | undefined;
  /** The person of a DM. */
  readonly recipient: User | undefined;
  /** The other one of a DM. */
  readonly botId: string | undefined;
  name: string;
  topic: string | null;
  readonly overwrites: Map<string, Overwrite>;
  tags: readonly { id: string; name: string }[];
  /** Rising by id. */
  readonly messages: Message[];
  readonly byId: Map<string, Message>;
  deleted: boolean;
}

export interface Attachment {
  readonly id: string;
  readonly channelId: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly description: string | undefined;
  readonly size: { width: number; height: number } | undefined;
  readonly durationSecs: number | undefined;
  readonly waveform: string | undefined;
  readonly ephemeral: boolean;
}

export const messageFlag = {
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  voice: 1 << 13,
  componentsV2: 1 << 15,
} as const;

export interface Message {
  readonly id: string;
  readonly channel: Channel;
  readonly author: User;
  /** Message, "Message Types". */
  readonly type: number;
  readonly at: number;
  content: string;
  embeds: readonly Json[];
  components: readonly Json[];
  attachments: readonly Attachment[];
  stickers: readonly Json[];
  flags: number;
  editedAt: number | undefined;
  mentions: readonly User[];
  mentionRoles: readonly string[];
  mentionsEveryone: boolean;
  nonce: string | number | undefined;
  readonly repliesTo: Message | undefined;
  /** The interaction that it answers. */
  readonly interaction: Interaction | undefined;
  /** Who sees it, if it is ephemeral. */
  readonly onlyFor: User | undefined;
  deleted: boolean;
}

/** Interactions, "Interaction Type". */
export const interactionType = { command: 2, component: 3, modal: 5 } as const;

export interface Modal {
  readonly customId: string;
  readonly title: string;
  readonly components: readonly Json[];
}

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly data: Json;
  readonly user: User;
  readonly channel: Channel;
  /** The message whose component was used. */
  readonly message: Message | undefined;
  readonly at: number;
  /** The callback's type, once it has come. */
  acknowledged: number | undefined;
  acknowledgedAt: number | undefined;
  /** What `@original` means. */
  original: Message | undefined;
  /** Deferred, and nothing has come yet. */
  deferred: boolean;
  modal: Modal | undefined;
  /** Other messages that came by its token. */
  readonly followUps: Map<string, Message>;
}

export interface Command {
  readonly id: string;
  readonly guildId: string | undefined;
  readonly body: Json;
  readonly version: string;
}
