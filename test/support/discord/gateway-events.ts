import { maySee } from "./access.ts";
import type { Links } from "./attachments.ts";
import type { Channel, Guild, Json, Message } from "./model.ts";
import {
  channelJson,
  guildJson,
  interactionJson,
  memberJson,
  messageJson,
  threadMemberJson,
  userJson,
} from "./payloads.ts";
import type { Happening, World } from "./world.ts";

/** Gateway, "List of Intents". */
export const intents = {
  guilds: 1 << 0,
  members: 1 << 1,
  presences: 1 << 8,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;

export interface Event {
  t: string;
  /** Without it: the shard of direct messages. */
  guild: Guild | undefined;
  /** 0 for what comes without any. */
  intent: number;
  /** With or without the content of messages; a function where that matters. */
  data: Json | ((withContent: boolean) => Json);
}

/** What the bot hears of this: nothing from where it may not look. */
export function eventsOf(world: World, links: Links, happening: Happening): Event[] {
  switch (happening.type) {
    case "message-created":
    case "message-changed":
    case "message-deleted":
      return messageEvents(world, links, happening.type, happening.message);
    case "channel-created":
    case "channel-changed":
    case "channel-deleted":
      return channelEvents(world, happening.type, happening.channel);
    case "thread-members": {
      const { channel, added, removed } = happening;
      if (!maySee(channel, world.bot.id) && !removed.includes(world.bot)) return [];
      return [
        {
          t: "THREAD_MEMBERS_UPDATE",
          guild: channel.guild,
          intent: [...added, ...removed].includes(world.bot) ? intents.guilds : intents.members,
          data: {
            id: channel.id,
            guild_id: channel.guild?.id,
            member_count: Math.min(channel.thread?.members.size ?? 0, 50),
            added_members: added.map(({ id }) => threadMemberJson(channel, id)),
            removed_member_ids: removed.map(({ id }) => id),
          },
        },
      ];
    }
    case "member-joined":
    case "member-changed":
    case "member-left": {
      const { guild, member } = happening;
      if (!guild.members.has(world.bot.id) && member.user !== world.bot) return [];
      const names = {
        "member-joined": "GUILD_MEMBER_ADD",
        "member-changed": "GUILD_MEMBER_UPDATE",
        "member-left": "GUILD_MEMBER_REMOVE",
      } as const;
      const data =
        happening.type === "member-left"
          ? { guild_id: guild.id, user: userJson(member.user) }
          : { guild_id: guild.id, ...memberJson(member, true) };
      const own = member.user === world.bot && happening.type === "member-changed";
      return [{ t: names[happening.type], guild, intent: own ? 0 : intents.members, data }];
    }
    case "interaction-created": {
      const { interaction } = happening;
      const data = interactionJson(world, interaction, links);
      return [{ t: "INTERACTION_CREATE", guild: interaction.channel.guild, intent: 0, data }];
    }
    case "guild-joined":
      return [guildCreate(world, happening.guild, 0)];
    case "guild-left":
      return [
        {
          t: "GUILD_DELETE",
          guild: happening.guild,
          intent: intents.guilds,
          data: { id: happening.guild.id },
        },
      ];
    case "interaction-settled":
      return [];
  }
}

function messageEvents(
  world: World,
  links: Links,
  type: "message-created" | "message-changed" | "message-deleted",
  message: Message,
): Event[] {
  const { channel, author, onlyFor } = message;
  if (onlyFor === undefined && !maySee(channel, world.bot.id)) return [];
  // An ephemeral message goes to its bot as if it were direct (Gateway Events, "Message Create").
  const guild = onlyFor === undefined ? channel.guild : undefined;
  const where: Json = {
    channel_type: channel.type,
    ...(guild === undefined ? {} : { guild_id: guild.id }),
  };
  const intent = guild === undefined ? intents.directMessages : intents.guildMessages;
  if (type === "message-deleted") {
    const data = { id: message.id, channel_id: channel.id, ...where };
    return [{ t: "MESSAGE_DELETE", guild, intent, data }];
  }
  const member = guild?.members.get(author.id);
  const data = (withContent: boolean): Json => ({
    ...messageJson(world, message, links, { withContent }),
    ...where,
    ...(member === undefined ? {} : { member: memberJson(member, false) }),
  });
  return [
    { t: type === "message-created" ? "MESSAGE_CREATE" : "MESSAGE_UPDATE", guild, intent, data },
  ];
}

function channelEvents(
  world: World,
  type: "channel-created" | "channel-changed" | "channel-deleted",
  channel: Channel,
): Event[] {
  const { guild, thread, parent } = channel;
  if (guild === undefined || !maySee(channel, world.bot.id)) return [];
  const verb = {
    "channel-created": "CREATE",
    "channel-changed": "UPDATE",
    "channel-deleted": "DELETE",
  };
  const noun = thread === undefined ? "CHANNEL" : "THREAD";
  const base = { t: `${noun}_${verb[type]}`, guild, intent: intents.guilds };
  if (thread !== undefined && type === "channel-deleted") {
    const { id } = channel;
    return [
      { ...base, data: { id, guild_id: guild.id, parent_id: parent?.id, type: channel.type } },
    ];
  }
  const own = thread?.members.has(world.bot.id)
    ? { member: threadMemberJson(channel, world.bot.id) }
    : {};
  const isNew = thread !== undefined && type === "channel-created" ? { newly_created: true } : {};
  return [{ ...base, data: { ...channelJson(channel), ...own, ...isNew } }];
}

export function guildCreate(world: World, guild: Guild, sessionIntents: number): Event {
  const own = guild.members.get(world.bot.id);
  const everybody = (sessionIntents & intents.members) !== 0;
  const members = everybody ? [...guild.members.values()] : own === undefined ? [] : [own];
  return {
    t: "GUILD_CREATE",
    guild,
    intent: intents.guilds,
    data: {
      ...guildJson(guild),
      joined_at: new Date(own?.joinedAt ?? 0).toISOString(),
      large: false,
      unavailable: false,
      member_count: guild.members.size,
      voice_states: [],
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
      members: members.map((member) => memberJson(member, true)),
      channels: [...guild.channels.values()].map(channelJson),
      threads: [...guild.activeThreads]
        .filter((thread) => maySee(thread, world.bot.id))
        .map(channelJson),
    },
  };
}
