import { ApiError } from "./api-error.ts";
import { type Channel, type User, channelType } from "./model.ts";
import { type Permission, all, has, permissionsIn } from "./permissions.ts";
import type { World } from "./world.ts";

/** What somebody may do there; a thread has the rights of its channel, a private one only for those in it. */
export function rightsIn(channel: Channel, userId: string): bigint {
  const { guild, recipient, parent } = channel;
  if (guild === undefined) return recipient?.id === userId || userId === channel.botId ? all : 0n;
  const granted = permissionsIn(guild, parent ?? channel, userId);
  if (channel.type !== channelType.privateThread) return granted;
  const inside = channel.thread?.members.has(userId) === true || has(granted, "MANAGE_THREADS");
  return inside ? granted : 0n;
}

export function maySee(channel: Channel, userId: string): boolean {
  return has(rightsIn(channel, userId), "VIEW_CHANNEL");
}

/** The channel, if the bot may know it. */
export function findChannel(world: World, id: string): Channel {
  const channel = world.channels.get(id);
  if (channel === undefined || channel.deleted) throw new ApiError(10003);
  if (!maySee(channel, world.bot.id)) throw new ApiError(50001);
  return channel;
}

export function demand(channel: Channel, user: User, permission: Permission): void {
  if (!has(rightsIn(channel, user.id), permission)) throw new ApiError(50013);
}

/** Which right writing takes: SEND_MESSAGES has no effect in threads. */
export function demandToWrite(channel: Channel, user: User): void {
  if (channel.thread === undefined) {
    if (channel.type === channelType.forum) throw new ApiError(50008);
    demand(channel, user, "SEND_MESSAGES");
    return;
  }
  demand(channel, user, "SEND_MESSAGES_IN_THREADS");
  if (channel.thread.locked && !has(rightsIn(channel, user.id), "MANAGE_THREADS")) {
    throw new ApiError(160005);
  }
}
