import { maySee } from "./access.ts";
import { ApiError } from "./api-error.ts";
import type { Guild } from "./model.ts";
import {
  channelJson,
  guildJson,
  memberJson,
  ownUserJson,
  roleJson,
  threadMemberJson,
} from "./payloads.ts";
import { type Asked, type Route, param } from "./route.ts";
import { compareIds } from "./snowflakes.ts";
import { archiveWhenIdle } from "./threads.ts";

export const guildRoutes: readonly Route[] = [
  {
    method: "GET",
    template: "/users/@me",
    handle: ({ world }) => ({ status: 200, body: ownUserJson(world.bot) }),
  },
  {
    method: "GET",
    template: "/applications/@me",
    handle: ({ world }) => ({
      status: 200,
      body: {
        id: world.applicationId,
        name: world.bot.username,
        icon: null,
        description: "",
        bot_public: false,
        bot_require_code_grant: false,
        verify_key: "0".repeat(64),
        flags: world.contentAllowed ? 1 << 19 : 0,
        bot: ownUserJson(world.bot),
      },
    }),
  },
  {
    method: "GET",
    template: "/users/@me/guilds",
    query: {
      before: "snowflake",
      after: "snowflake",
      limit: [1, 200],
      with_counts: "boolean",
    },
    handle: ({ world }) => ({
      status: 200,
      body: [...world.guilds.values()]
        .filter(({ members }) => members.has(world.bot.id))
        .map(({ id, name }) => ({
          id,
          name,
          icon: null,
          banner: null,
          owner: false,
          permissions: "0",
          features: [],
        })),
    }),
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}",
    query: { with_counts: "boolean" },
    handle: (asked) => ({ status: 200, body: guildJson(guildOf(asked)) }),
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/channels",
    handle: (asked) => ({
      status: 200,
      body: [...guildOf(asked).channels.values()].map(channelJson),
    }),
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/roles",
    handle: (asked) => ({ status: 200, body: roleJson(guildOf(asked)) }),
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/threads/active",
    handle(asked) {
      const { world } = asked;
      const guild = guildOf(asked);
      for (const thread of guild.activeThreads) archiveWhenIdle(world, thread);
      const threads = [...guild.activeThreads].filter((one) => maySee(one, world.bot.id));
      const joined = threads.filter(({ thread }) => thread?.members.has(world.bot.id));
      return {
        status: 200,
        body: {
          threads: threads.sort((a, b) => compareIds(b.id, a.id)).map(channelJson),
          members: joined.map((one) => threadMemberJson(one, world.bot.id)),
          has_more: false,
        },
      };
    },
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/members",
    query: { limit: [1, 1000], after: "snowflake" },
    handle: (asked) => ({
      status: 200,
      body: [...guildOf(asked).members.values()].map((member) => memberJson(member, true)),
    }),
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/members/{user_id}",
    handle(asked) {
      const member = guildOf(asked).members.get(param(asked, "user_id"));
      if (member === undefined) throw new ApiError(10007);
      return { status: 200, body: memberJson(member, true) };
    },
  },
];

function guildOf(asked: Asked): Guild {
  const { world } = asked;
  const guild = world.guilds.get(param(asked, "guild_id"));
  if (guild === undefined) throw new ApiError(10004);
  if (!guild.members.has(world.bot.id)) throw new ApiError(50001);
  return guild;
}
