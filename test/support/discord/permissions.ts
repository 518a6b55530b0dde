import type { Channel, Guild } from "./model.ts";

/** Permissions, "Bitwise Permission Flags". */
const bits = {
  KICK_MEMBERS: 1n << 1n,
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  MANAGE_GUILD: 1n << 5n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  MANAGE_ROLES: 1n << 28n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
  SEND_VOICE_MESSAGES: 1n << 46n,
} as const;

export type Permission = keyof typeof bits;

export const all = Object.values(bits).reduce((sum, bit) => sum | bit, 0n);

export function bitsOf(names: readonly Permission[]): bigint {
  return names.reduce((sum, name) => sum | bits[name], 0n);
}

/** What members may do where nothing else is said. */
export const everyone: readonly Permission[] = [
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "SEND_MESSAGES_IN_THREADS",
  "SEND_VOICE_MESSAGES",
  "CREATE_PUBLIC_THREADS",
  "READ_MESSAGE_HISTORY",
  "ATTACH_FILES",
  "EMBED_LINKS",
  "ADD_REACTIONS",
  "USE_APPLICATION_COMMANDS",
];

/** What the bot is invited with, on top. */
export const invited: readonly Permission[] = [
  "CREATE_PRIVATE_THREADS",
  "MANAGE_THREADS",
  "MANAGE_MESSAGES",
];

/** Permissions, "Permission Overwrites": everyone, then roles together, then the member. */
export function permissionsIn(guild: Guild, channel: Channel | undefined, userId: string): bigint {
  const member = guild.members.get(userId);
  if (member === undefined) return 0n;
  if (guild.ownerId === userId) return all;
  let granted = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const id of member.roles) granted |= guild.roles.get(id)?.permissions ?? 0n;
  if ((granted & bits.ADMINISTRATOR) !== 0n) return all;
  const overwrites = channel?.overwrites;
  if (overwrites === undefined || overwrites.size === 0) return granted;
  const forAll = overwrites.get(guild.id);
  if (forAll !== undefined) granted = (granted & ~forAll.deny) | forAll.allow;
  let allow = 0n;
  let deny = 0n;
  for (const id of member.roles) {
    const overwrite = overwrites.get(id);
    if (overwrite === undefined) continue;
    allow |= overwrite.allow;
    deny |= overwrite.deny;
  }
  granted = (granted & ~deny) | allow;
  const own = overwrites.get(userId);
  if (own !== undefined) granted = (granted & ~own.deny) | own.allow;
  return (granted & bits.VIEW_CHANNEL) === 0n ? 0n : granted;
}

export function has(granted: bigint, permission: Permission): boolean {
  return (granted & bits[permission]) !== 0n;
}
