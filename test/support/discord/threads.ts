import { rightsIn } from "./access.ts";
import { ApiError } from "./api-error.ts";
import type { Channel, Json, Thread, User } from "./model.ts";
import { permissionsIn, has } from "./permissions.ts";
import { type World, addChannel } from "./world.ts";

const maxMembers = 1000;

/** A thread in this channel. Its owner is in it. */
export function addThread(
  world: World,
  parent: Channel,
  owner: User,
  fields: Json & { name: string; type: number; id?: string },
): Channel {
  const { guild } = parent;
  if (guild === undefined) throw new ApiError(50024);
  archiveIdle(world, parent);
  if (guild.activeThreads.size >= guild.maxActiveThreads) throw new ApiError(160006);
  const thread: Thread = {
    ownerId: owner.id,
    createdAt: world.now(),
    archived: false,
    archivedAt: world.now(),
    locked: false,
    invitable: fields["invitable"] !== false,
    autoArchiveMinutes: Number(fields["auto_archive_duration"] ?? 4320),
    lastActiveAt: world.now(),
    messageCount: 0,
    tags: (fields["applied_tags"] ?? []) as string[],
    members: new Map([[owner.id, world.now()]]),
  };
  const channel = addChannel(world, {
    ...(fields.id === undefined ? {} : { id: fields.id }),
    type: fields.type,
    name: fields.name,
    guild,
    parent,
    thread,
  });
  guild.activeThreads.add(channel);
  world.tell({ type: "channel-created", channel });
  return channel;
}

/** Adds those who may see the channel above it and are not in it yet. */
export function joinThread(world: World, channel: Channel, people: readonly User[]): void {
  const { thread, guild, parent } = channel;
  if (thread === undefined || guild === undefined) return;
  const added = people.filter(
    ({ id }) => !thread.members.has(id) && has(permissionsIn(guild, parent, id), "VIEW_CHANNEL"),
  );
  if (added.length === 0) return;
  if (thread.members.size + added.length > maxMembers) throw new ApiError(30033);
  for (const { id } of added) thread.members.set(id, world.now());
  world.tell({ type: "thread-members", channel, added, removed: [] });
}

export function leaveThread(world: World, channel: Channel, user: User): void {
  if (channel.thread?.members.delete(user.id) !== true) return;
  world.tell({ type: "thread-members", channel, added: [], removed: [user] });
}

/** What writing does to an archived thread, before the message is there. */
export function makeActive(world: World, channel: Channel): void {
  archiveWhenIdle(world, channel);
  if (channel.thread?.archived !== true) return;
  setArchived(world, channel, false);
}

export function setArchived(world: World, channel: Channel, archived: boolean): void {
  const { thread, guild } = channel;
  if (thread === undefined || guild === undefined) throw new ApiError(50024);
  if (thread.archived === archived) return;
  if (!archived && guild.activeThreads.size >= guild.maxActiveThreads) throw new ApiError(160006);
  thread.archived = archived;
  thread.archivedAt = world.now();
  if (archived) guild.activeThreads.delete(channel);
  else {
    guild.activeThreads.add(channel);
    thread.lastActiveAt = world.now();
  }
  world.tell({ type: "channel-changed", channel });
}

/** Modify Channel for a thread. An archived one takes nothing but being brought back. */
export function changeThread(world: World, channel: Channel, user: User, body: Json): void {
  const { thread } = channel;
  if (thread === undefined) throw new ApiError(50024);
  archiveWhenIdle(world, channel);
  const { archived, ...rest } = body;
  if (thread.archived && archived !== false && Object.keys(rest).length > 0) {
    throw new ApiError(50083);
  }
  const manages = has(rightsIn(channel, user.id), "MANAGE_THREADS");
  const owns = thread.ownerId === user.id;
  const onlyReopens = archived === false && Object.keys(rest).length === 0;
  if (onlyReopens && thread.locked && !manages) throw new ApiError(160005);
  if (!manages && !owns && !onlyReopens) throw new ApiError(50013);
  if (!manages && "locked" in rest) throw new ApiError(50013);
  if (archived === false) setArchived(world, channel, false);
  if (typeof rest["name"] === "string" && rest["name"] !== "") channel.name = rest["name"];
  if (typeof rest["locked"] === "boolean") thread.locked = rest["locked"];
  if (typeof rest["invitable"] === "boolean") thread.invitable = rest["invitable"];
  const minutes = rest["auto_archive_duration"];
  if (typeof minutes === "number") thread.autoArchiveMinutes = minutes;
  if (Array.isArray(rest["applied_tags"])) thread.tags = rest["applied_tags"] as string[];
  if (archived === true) setArchived(world, channel, true);
  else if (Object.keys(rest).length > 0) world.tell({ type: "channel-changed", channel });
}

/** Archives it if nobody has written for its time; Discord does it by itself, this server when it looks. */
export function archiveWhenIdle(world: World, channel: Channel): void {
  const { thread } = channel;
  if (thread === undefined || thread.archived) return;
  const due = thread.lastActiveAt + thread.autoArchiveMinutes * 60_000;
  if (world.now() < due) return;
  setArchived(world, channel, true);
}

export function archiveIdle(world: World, channel: Channel): void {
  const { guild } = channel;
  if (guild === undefined || guild.activeThreads.size < guild.maxActiveThreads) return;
  for (const thread of guild.activeThreads) archiveWhenIdle(world, thread);
}

export function deleteChannel(world: World, channel: Channel): void {
  channel.deleted = true;
  world.channels.delete(channel.id);
  channel.guild?.channels.delete(channel.id);
  channel.guild?.activeThreads.delete(channel);
  for (const { id } of channel.messages.flatMap(({ attachments }) => attachments)) {
    world.attachments.delete(id);
  }
  if (channel.thread === undefined) {
    for (const thread of world.channels.values()) {
      if (thread.parent === channel) deleteChannel(world, thread);
    }
  }
  world.tell({ type: "channel-deleted", channel });
}
