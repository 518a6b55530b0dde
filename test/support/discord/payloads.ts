import type { Links } from "./attachments.ts";
import {
  type Attachment,
  type Channel,
  type Command,
  type Guild,
  type Interaction,
  type Json,
  type Member,
  type Message,
  type User,
  channelType,
} from "./model.ts";
import { permissionsIn } from "./permissions.ts";
import type { World } from "./world.ts";

const iso = (at: number) => new Date(at).toISOString();

export function userJson(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    discriminator: "0",
    global_name: user.globalName,
    avatar: null,
    banner: null,
    accent_color: null,
    primary_guild: null,
    public_flags: 0,
    flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** Of the bot itself, as Get Current User gives it. */
export function ownUserJson(user: User): Json {
  return { ...userJson(user), mfa_enabled: true, locale: user.locale, verified: true, email: null };
}

export function memberJson(member: Member, withUser: boolean): Json {
  return {
    ...(withUser ? { user: userJson(member.user) } : {}),
    nick: member.nick,
    avatar: null,
    banner: null,
    roles: [...member.roles],
    joined_at: iso(member.joinedAt),
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
  };
}

export function channelJson(channel: Channel): Json {
  const last = channel.messages.at(-1)?.id ?? null;
  if (channel.recipient !== undefined) {
    return {
      id: channel.id,
      type: channel.type,
      flags: 0,
      last_message_id: last,
      recipients: [userJson(channel.recipient)],
    };
  }
  const shared = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guild?.id,
    name: channel.name,
    parent_id: channel.parent?.id ?? null,
    rate_limit_per_user: 0,
    last_message_id: last,
    flags: 0,
  };
  const { thread } = channel;
  if (thread !== undefined) {
    return {
      ...shared,
      owner_id: thread.ownerId,
      message_count: thread.messageCount,
      total_message_sent: thread.messageCount,
      member_count: Math.min(thread.members.size, 50),
      applied_tags: thread.tags,
      thread_metadata: {
        archived: thread.archived,
        archive_timestamp: iso(thread.archivedAt),
        auto_archive_duration: thread.autoArchiveMinutes,
        locked: thread.locked,
        create_timestamp: iso(thread.createdAt),
        ...(channel.type === channelType.privateThread ? { invitable: thread.invitable } : {}),
      },
    };
  }
  return {
    ...shared,
    position: 0,
    topic: channel.topic,
    nsfw: false,
    permission_overwrites: [...channel.overwrites].map(([id, { allow, deny }]) => ({
      id,
      type: channel.guild?.roles.has(id) ? 0 : 1,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
    ...(channel.type === channelType.forum
      ? {
          available_tags: channel.tags.map((tag) => ({
            ...tag,
            moderated: false,
            emoji_id: null,
            emoji_name: null,
          })),
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  };
}

export function threadMemberJson(channel: Channel, userId: string): Json {
  return {
    id: channel.id,
    user_id: userId,
    join_timestamp: iso(channel.thread?.members.get(userId) ?? 0),
    flags: 1,
  };
}

export function roleJson(guild: Guild): Json[] {
  return [...guild.roles.values()].map((role) => ({
    id: role.id,
    name: role.name,
    permissions: role.permissions.toString(),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    managed: false,
    mentionable: false,
    flags: 0,
  }));
}

export function guildJson(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: "deprecated",
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    vanity_url_code: null,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw: false,
    nsfw_level: 0,
    premium_tier: 0,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: guild.locale,
    max_members: 500_000,
    features: [],
    emojis: [],
    stickers: [],
    roles: roleJson(guild),
  };
}

export function attachmentJson(attachment: Attachment, links: Links): Json {
  const url = links.of(attachment);
  return {
    id: attachment.id,
    filename: attachment.name,
    size: attachment.bytes.length,
    url,
    proxy_url: url,
    content_type: attachment.contentType,
    ...attachment.size,
    ...(attachment.description === undefined ? {} : { description: attachment.description }),
    ...(attachment.ephemeral ? { ephemeral: true } : {}),
    ...(attachment.durationSecs === undefined
      ? {}
      : { duration_secs: attachment.durationSecs, waveform: attachment.waveform ?? "" }),
  };
}

/**
 * A message as the bot gets it. Without the right to its content, only what
 * names the bot, comes from it or stands in a DM is there (Gateway, "Message
 * Content Intent").
 */
export function messageJson(
  world: World,
  message: Message,
  links: Links,
  options: { withContent: boolean; nested?: boolean } = { withContent: true },
): Json {
  const { bot } = world;
  const open =
    options.withContent ||
    message.author === bot ||
    message.channel.recipient !== undefined ||
    message.mentions.includes(bot);
  const attachments = message.attachments.map((one) => attachmentJson(one, links));
  return {
    id: message.id,
    channel_id: message.channel.id,
    type: message.type,
    author: userJson(message.author),
    content: open ? message.content : "",
    embeds: open ? message.embeds.map((embed) => ({ type: "rich", ...embed })) : [],
    components: open ? message.components : [],
    attachments: open ? attachments : [],
    mentions: message.mentions.map(userJson),
    mention_roles: message.mentionRoles,
    mention_everyone: message.mentionsEveryone,
    timestamp: iso(message.at),
    edited_timestamp: message.editedAt === undefined ? null : iso(message.editedAt),
    flags: message.flags,
    tts: false,
    pinned: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.stickers.length === 0 ? {} : { sticker_items: message.stickers }),
    ...(message.author === bot ? { application_id: world.applicationId } : {}),
    ...interactionPart(message),
    ...(message.repliesTo === undefined ? {} : replyPart(world, message, links, options)),
  };
}

function interactionPart(message: Message): Json {
  const { interaction } = message;
  if (interaction === undefined) return {};
  return {
    webhook_id: message.author.id,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.type,
      user: userJson(interaction.user),
      authorizing_integration_owners: ownersOf(interaction),
      ...(interaction.type === 2 ? { name: interaction.data["name"] } : {}),
    },
  };
}

function replyPart(
  world: World,
  message: Message,
  links: Links,
  options: { withContent: boolean; nested?: boolean },
): Json {
  const { repliesTo, channel } = message;
  if (repliesTo === undefined) return {};
  const reference = {
    type: 0,
    channel_id: channel.id,
    message_id: repliesTo.id,
    ...(channel.guild === undefined ? {} : { guild_id: channel.guild.id }),
  };
  if (options.nested === true) return { message_reference: reference };
  const referenced = repliesTo.deleted
    ? null
    : messageJson(world, repliesTo, links, { ...options, nested: true });
  return { message_reference: reference, referenced_message: referenced };
}

function ownersOf(interaction: Interaction): Json {
  const { guild } = interaction.channel;
  return { "0": guild?.id ?? "0" };
}

/** The body of INTERACTION_CREATE. */
export function interactionJson(world: World, interaction: Interaction, links: Links): Json {
  const { channel, user } = interaction;
  const { guild } = channel;
  const member = guild?.members.get(user.id);
  const above = channel.parent ?? channel;
  const rights = (id: string) =>
    guild === undefined ? "0" : permissionsIn(guild, above, id).toString();
  return {
    id: interaction.id,
    application_id: world.applicationId,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    data: interaction.data,
    channel_id: channel.id,
    channel: { ...channelJson(channel), permissions: rights(user.id) },
    context: guild === undefined ? 1 : 0,
    locale: user.locale,
    app_permissions: guild === undefined ? "2251799813685247" : rights(world.bot.id),
    authorizing_integration_owners: ownersOf(interaction),
    entitlements: [],
    attachment_size_limit: 10 * 1024 * 1024,
    ...(interaction.message === undefined
      ? {}
      : { message: messageJson(world, interaction.message, links) }),
    ...(guild === undefined || member === undefined
      ? { user: userJson(user) }
      : {
          guild_id: guild.id,
          guild_locale: guild.locale,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          member: { ...memberJson(member, true), permissions: rights(user.id) },
        }),
  };
}

export function commandJson(world: World, command: Command, withLocalizations: boolean): Json {
  const { body } = command;
  const localized = withLocalizations
    ? {
        name_localizations: body["name_localizations"] ?? null,
        description_localizations: body["description_localizations"] ?? null,
      }
    : {};
  return {
    id: command.id,
    application_id: world.applicationId,
    version: command.version,
    type: body["type"] ?? 1,
    name: body["name"],
    description: body["description"] ?? "",
    ...(body["options"] === undefined ? {} : { options: body["options"] }),
    default_member_permissions: permissionsText(body["default_member_permissions"]),
    dm_permission: body["dm_permission"] ?? true,
    contexts: body["contexts"] ?? null,
    integration_types: body["integration_types"] ?? [0],
    nsfw: body["nsfw"] ?? false,
    ...(command.guildId === undefined ? {} : { guild_id: command.guildId }),
    ...localized,
  };
}

function permissionsText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
