import {
  ApplicationFlags,
  ChannelType,
  PermissionFlagsBits,
  type APIChannel,
  type APIOverwrite,
} from "@discordjs/core";
import { setTimeout as delay } from "node:timers/promises";
import { commandsIn } from "../../adapters/discord/commands.ts";
import { deskCommandsIn } from "../../adapters/discord/desk/commands.ts";
import { failureOf, roomFaultOf } from "../../adapters/discord/failure.ts";
import { permissionsIn } from "../../adapters/discord/permissions.ts";
import { createRest, type Rest } from "../../adapters/discord/rest.ts";
import { systemClock } from "../../adapters/node/clock.ts";
import type { Config } from "../../config.ts";
import { BotError } from "../../core/errors.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import type { Finding } from "./finding.ts";

type Settings = NonNullable<Config["discord"]>;

/** Waits out what Discord asks a patient client to wait. */
const patienceMs = 20_000;
const fewSessions = 50;

/** What the bot needs in the support channel, by Discord's names (Reference, "Permissions"). */
const neededPermissions = [
  ["ViewChannel", "View Channel"],
  ["SendMessages", "Send Messages"],
  ["ReadMessageHistory", "Read Message History"],
  ["CreatePrivateThreads", "Create Private Threads"],
  ["SendMessagesInThreads", "Send Messages in Threads"],
  ["ManageThreads", "Manage Threads"],
  ["AttachFiles", "Attach Files"],
] as const;

/** What the bot needs in the forum in which agents work. Posts are created with Send Messages. */
const neededAtDesk = [
  ["ViewChannel", "View Channel"],
  ["SendMessages", "Create Posts"],
  ["SendMessagesInThreads", "Send Messages in Posts"],
  ["ReadMessageHistory", "Read Message History"],
  ["ManageThreads", "Manage Posts"],
  ["AttachFiles", "Attach Files"],
  ["EmbedLinks", "Embed Links"],
] as const;

const portal = "https://discord.com/developers/applications";

/** The token, the intent, the gateway, the support channel with its permissions and the commands, as Discord has them now. */
export async function examineDiscord(
  settings: Settings,
  texts: TextLibrary,
  deskChannel?: string,
): Promise<Finding[]> {
  const sleep = (ms: number) => ({ done: delay(ms) });
  const rest = createRest({ ...settings, clock: systemClock, sleep });
  try {
    const me = await rest.patiently((api) => api.users.getCurrent(), patienceMs);
    return [
      { what: `Discord knows the token: it is the bot ${me.username}` },
      await examineIntent(rest),
      await examineGateway(rest, settings),
      ...(await examineChannel(rest, settings, me.id)),
      await examineCommands(rest, texts),
      ...(deskChannel === undefined ? [] : await examineDesk(rest, texts, deskChannel, me.id)),
    ];
  } catch (error) {
    const failure = failureOf(error);
    if (!(failure instanceof BotError)) throw error;
    return [{ what: `Discord at ${settings.apiRoot}`, fix: wayOut(failure) }];
  } finally {
    rest.rest.clearHashSweeper();
    rest.rest.clearHandlerSweeper();
  }
}

async function examineIntent(rest: Rest): Promise<Finding> {
  const { id, flags } = await rest.patiently((api) => api.applications.getCurrent(), patienceMs);
  const { GatewayMessageContent: whole, GatewayMessageContentLimited: limited } = ApplicationFlags;
  return {
    what: "The bot may read what customers write in threads",
    ...((flags & (whole | limited)) === 0 && {
      fix: `switch on “Message Content Intent” under Bot in ${portal}/${id}/bot`,
    }),
  };
}

async function examineGateway(rest: Rest, { shards }: Settings): Promise<Finding> {
  const { session_start_limit: limit, shards: advised } = await rest.patiently(
    (api) => api.gateway.getBot(),
    patienceMs,
  );
  const { remaining, total } = limit;
  const count = shards.count ?? advised;
  const what = `${remaining} of ${total} connections are left today, for ${count} ${count === 1 ? "shard" : "shards"}`;
  if (remaining <= fewSessions)
    return {
      what,
      fix: "something connects again and again: stop it, or Discord resets the token",
    };
  return count < advised
    ? { what, fix: `Discord advises ${advised} shards: set DISCORD_SHARDS=auto` }
    : { what };
}

async function examineChannel(
  rest: Rest,
  { supportChannel }: Settings,
  selfId: string,
): Promise<Finding[]> {
  if (supportChannel === undefined)
    return [
      {
        what: "Conversations run in direct messages: DISCORD_SUPPORT_CHANNEL is not set",
      },
    ];
  const channel = await seenChannel(rest, supportChannel);
  const what = "The support channel is a text channel of a server that the bot is in";
  if (!channel)
    return [
      {
        what,
        fix: `the bot sees no channel ${supportChannel}: invite it to the server (README, Discord), give it View Channel, or mend DISCORD_SUPPORT_CHANNEL`,
      },
    ];
  const { type } = channel;
  if (type !== ChannelType.GuildText || !channel.guild_id)
    return [
      {
        what,
        fix: "set DISCORD_SUPPORT_CHANNEL to the id of a text channel: only those have private threads",
      },
    ];
  const guildId = channel.guild_id;
  const missing = await missingIn(rest, channel, guildId, selfId, neededPermissions);
  return [
    { what },
    {
      what: "The bot may open private threads there and write in them",
      ...(missing.length > 0 && {
        fix: `give its role in this channel: ${missing.join(", ")}`,
      }),
    },
  ];
}

/** The forum in which agents work, what the bot may do there, and the agents' commands. */
async function examineDesk(
  rest: Rest,
  texts: TextLibrary,
  forumId: string,
  selfId: string,
): Promise<Finding[]> {
  const what = "The desk’s channel is a forum of a server that the bot is in";
  const channel = await seenChannel(rest, forumId);
  if (!channel)
    return [
      {
        what,
        fix: `the bot sees no channel ${forumId}: give it View Channel there, or mend DESK_DISCORD_CHANNEL`,
      },
    ];
  const { type } = channel;
  if (type !== ChannelType.GuildForum || !channel.guild_id)
    return [
      {
        what,
        fix: "set DESK_DISCORD_CHANNEL to the id of a forum channel: each case is a post of one",
      },
    ];
  const guildId = channel.guild_id;
  const missing = await missingIn(rest, channel, guildId, selfId, neededAtDesk);
  return [
    { what },
    {
      what: "The bot may open posts there, show pictures in them and close them",
      ...(missing.length > 0 && { fix: `give its role in this forum: ${missing.join(", ")}` }),
    },
    await examineDeskCommands(rest, texts, guildId),
  ];
}

async function examineDeskCommands(
  rest: Rest,
  texts: TextLibrary,
  guildId: string,
): Promise<Finding> {
  const { id } = await rest.patiently((api) => api.applications.getCurrent(), patienceMs);
  const there = await rest.patiently(
    (api) => api.applicationCommands.getGuildCommands(id, guildId),
    patienceMs,
  );
  const names = new Set(there.map(({ name }) => name));
  const missing = deskCommandsIn(texts).filter(({ name }) => !names.has(name));
  return {
    what: "The agents’ slash commands are registered",
    ...(missing.length > 0 && {
      fix: `missing: ${missing.map(({ name }) => `/${name}`).join(", ")}; \`npm start\` registers them`,
    }),
  };
}

/** Undefined where the bot sees none. */
function seenChannel(rest: Rest, id: string): Promise<APIChannel | undefined> {
  return rest
    .patiently((api) => api.channels.get(id), patienceMs)
    .catch((error: unknown) => {
      if (roomFaultOf(error)) return undefined;
      throw error;
    });
}

/** By the names that people read in Discord's settings. */
async function missingIn(
  rest: Rest,
  channel: { permission_overwrites?: APIOverwrite[] },
  guildId: string,
  selfId: string,
  needed: readonly (readonly [keyof typeof PermissionFlagsBits, string])[],
): Promise<string[]> {
  const [member, roles] = await Promise.all([
    rest.patiently((api) => api.guilds.getMember(guildId, selfId), patienceMs),
    rest.patiently((api) => api.guilds.getRoles(guildId), patienceMs),
  ]);
  const who = { id: selfId, roles: member.roles };
  const granted = permissionsIn(channel.permission_overwrites ?? [], guildId, who, roles);
  return needed
    .filter(([name]) => (granted & PermissionFlagsBits[name]) === 0n)
    .map(([, label]) => label);
}

async function examineCommands(rest: Rest, texts: TextLibrary): Promise<Finding> {
  const { id } = await rest.patiently((api) => api.applications.getCurrent(), patienceMs);
  const there = await rest.patiently(
    (api) => api.applicationCommands.getGlobalCommands(id),
    patienceMs,
  );
  const names = new Set(there.map(({ name }) => name));
  const missing = commandsIn(texts).filter(({ name }) => !names.has(name));
  return {
    what: "The slash commands are registered",
    ...(missing.length > 0 && {
      fix: `missing: ${missing.map(({ name }) => `/${name}`).join(", ")}; \`npm start\` registers them`,
    }),
  };
}

function wayOut({ code, message }: BotError): string {
  if (code === "outcome-unknown")
    return "it gives no answer: check the network and DISCORD_API_ROOT, then run this again";
  return /token/u.test(message)
    ? `the token is refused: reset it under Bot in ${portal} and set DISCORD_BOT_TOKEN`
    : `${message}; check the network and DISCORD_API_ROOT, then run this again`;
}
