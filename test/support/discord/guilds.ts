import { type Channel, type Guild, type Role, type User, channelType } from "./model.ts";
import { type Permission, bitsOf } from "./permissions.ts";
import { deleteChannel, setArchived } from "./threads.ts";
import { type World, addChannel } from "./world.ts";

type Whom = "everyone" | { readonly id: string };

/** A guild in the hands of its owner. */
export interface GuildOwner {
  readonly id: string;
  /** Live: `maxActiveThreads`, `locale`. */
  readonly guild: Guild;
  role(name: string, permissions?: readonly Permission[]): Role;
  /** Replaces what a role, or everyone, may do. */
  permit(role: "everyone" | Role, permissions: readonly Permission[]): void;
  join(person: { readonly user: User } | User, roles?: readonly Role[]): void;
  leave(person: { readonly user: User } | User): void;
  setRoles(person: { readonly user: User } | User, roles: readonly Role[]): void;
  text(name: string): Channel;
  forum(name: string, tags?: readonly string[]): Channel;
  /** Changes what somebody may do in one channel. */
  allow(channel: Channel, whom: Whom, permissions: readonly Permission[]): void;
  deny(channel: Channel, whom: Whom, permissions: readonly Permission[]): void;
  archive(thread: { readonly id: string }, archived?: boolean): void;
  lock(thread: { readonly id: string }, locked?: boolean): void;
  delete(channel: { readonly id: string }): void;
}

export function ownerOf(world: World, guild: Guild): GuildOwner {
  const find = ({ id }: { readonly id: string }): Channel => {
    const channel = world.channels.get(id);
    if (channel === undefined) throw new Error(`there is no channel ${id}`);
    return channel;
  };
  const overwrite = (channel: Channel, whom: Whom) => {
    const id = whom === "everyone" ? guild.id : whom.id;
    const known = channel.overwrites.get(id) ?? { allow: 0n, deny: 0n };
    channel.overwrites.set(id, known);
    return known;
  };
  const create = (name: string, type: number, tags: readonly string[] = []): Channel => {
    const named = tags.map((tag) => ({ id: world.nextId(), name: tag }));
    const channel = addChannel(world, { name, type, guild, tags: named });
    world.tell({ type: "channel-created", channel });
    return channel;
  };
  return {
    id: guild.id,
    guild,
    role(name, permissions = []) {
      const id = world.nextId();
      const role: Role = {
        id,
        name,
        permissions: bitsOf(permissions),
        position: guild.roles.size,
      };
      guild.roles.set(id, role);
      return role;
    },
    permit(role, permissions) {
      const found = role === "everyone" ? guild.roles.get(guild.id) : role;
      if (found !== undefined) found.permissions = bitsOf(permissions);
    },
    join(person, roles = []) {
      const user = userOf(person);
      const ids = new Set(roles.map(({ id }) => id));
      const member = { user, joinedAt: world.now(), roles: ids, nick: null };
      guild.members.set(user.id, member);
      if (user === world.bot) world.tell({ type: "guild-joined", guild });
      else world.tell({ type: "member-joined", guild, member });
    },
    leave(person) {
      const user = userOf(person);
      const member = guild.members.get(user.id);
      if (member === undefined) return;
      guild.members.delete(user.id);
      for (const channel of guild.activeThreads) channel.thread?.members.delete(user.id);
      if (user === world.bot) world.tell({ type: "guild-left", guild });
      else world.tell({ type: "member-left", guild, member });
    },
    setRoles(person, roles) {
      const member = guild.members.get(userOf(person).id);
      if (member === undefined) throw new Error("not a member");
      member.roles = new Set(roles.map(({ id }) => id));
      world.tell({ type: "member-changed", guild, member });
    },
    text: (name) => create(name, channelType.text),
    forum: (name, tags) => create(name, channelType.forum, tags),
    allow(channel, whom, permissions) {
      const bits = bitsOf(permissions);
      const entry = overwrite(channel, whom);
      entry.allow |= bits;
      entry.deny &= ~bits;
      world.tell({ type: "channel-changed", channel });
    },
    deny(channel, whom, permissions) {
      const bits = bitsOf(permissions);
      const entry = overwrite(channel, whom);
      entry.deny |= bits;
      entry.allow &= ~bits;
      world.tell({ type: "channel-changed", channel });
    },
    archive: (thread, archived = true) => setArchived(world, find(thread), archived),
    lock(place, locked = true) {
      const channel = find(place);
      if (channel.thread === undefined) throw new Error("only threads can be locked");
      channel.thread.locked = locked;
      world.tell({ type: "channel-changed", channel });
    },
    delete: (channel) => deleteChannel(world, find(channel)),
  };
}

function userOf(person: { readonly user: User } | User): User {
  return "user" in person ? person.user : person;
}
