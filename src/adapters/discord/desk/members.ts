import { ChannelType, PermissionFlagsBits } from "@discordjs/core";
import type { DeskRefusal } from "../../../ports/desk.ts";
import { codeOf, failureOf } from "../failure.ts";
import { permissionsIn } from "../permissions.ts";
import type { Rest } from "../rest.ts";

const patienceMs = 10_000;
const gone: ReadonlySet<number | undefined> = new Set([10007, 10013]);

/** Why somebody may not act in this forum by now, as Discord has them at the moment of the call. */
export async function whyNot(
  rest: Rest,
  forumId: string,
  userId: string,
): Promise<DeskRefusal | undefined> {
  const ask = <T>(work: Parameters<typeof rest.patiently<T>>[0]) =>
    rest.patiently(work, patienceMs);
  try {
    const forum = await ask((api) => api.channels.get(forumId));
    if (forum.type !== ChannelType.GuildForum || !forum.guild_id) return "notMember";
    const guildId = forum.guild_id;
    const [member, roles, guild] = await Promise.all([
      ask((api) => api.guilds.getMember(guildId, userId)),
      ask((api) => api.guilds.getRoles(guildId)),
      ask((api) => api.guilds.get(guildId)),
    ]);
    if (guild.owner_id === userId) return undefined;
    const who = { id: userId, roles: member.roles };
    const granted = permissionsIn(forum.permission_overwrites ?? [], guildId, who, roles);
    return (granted & PermissionFlagsBits.ViewChannel) === 0n ? "notMember" : undefined;
  } catch (error) {
    if (gone.has(codeOf(error))) return "notMember";
    throw failureOf(error);
  }
}
