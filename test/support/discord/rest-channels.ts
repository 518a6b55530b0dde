import { demand, demandToWrite, findChannel } from "./access.ts";
import { ApiError, invalidForm } from "./api-error.ts";
import { addMessage, findMessage } from "./messages.ts";
import { type Channel, type Json, type User, channelType, messageFlag } from "./model.ts";
import { channelJson, messageJson, threadMemberJson, userJson } from "./payloads.ts";
import { type Answer, type Asked, type Route, param } from "./route.ts";
import {
  addThread,
  archiveWhenIdle,
  changeThread,
  deleteChannel,
  joinThread,
  leaveThread,
} from "./threads.ts";
import { dmWith } from "./world.ts";

export const channelRoutes: readonly Route[] = [
  {
    method: "POST",
    template: "/users/@me/channels",
    schemas: ["CreatePrivateChannelRequest"],
    handle({ world, body }) {
      const person = world.users.get(String(body["recipient_id"]));
      if (person === undefined) throw invalidForm("recipient_id", "Unknown user");
      if (person.bot) throw new ApiError(50007);
      return { status: 200, body: channelJson(dmWith(world, person)) };
    },
  },
  {
    method: "GET",
    template: "/channels/{channel_id}",
    handle: (asked) => ({ status: 200, body: withOwnMember(asked, fresh(asked)) }),
  },
  {
    method: "PATCH",
    template: "/channels/{channel_id}",
    schemas: ["UpdateThreadRequestPartial", "UpdateGuildChannelRequestPartial"],
    choose: ({ world, params }) =>
      world.channels.get(params["channel_id"] ?? "")?.thread === undefined
        ? ["UpdateGuildChannelRequestPartial"]
        : ["UpdateThreadRequestPartial"],
    handle(asked) {
      const { world, body } = asked;
      const channel = fresh(asked);
      if (channel.recipient !== undefined) throw new ApiError(50003);
      if (channel.thread === undefined) {
        demand(channel, world.bot, "MANAGE_CHANNELS");
        if (typeof body["name"] === "string") channel.name = body["name"];
        if (typeof body["topic"] === "string") channel.topic = body["topic"];
        world.tell({ type: "channel-changed", channel });
      } else {
        const before = channel.name;
        changeThread(world, channel, world.bot, body);
        if (channel.name !== before) note(asked, channel, 4, { content: channel.name });
      }
      return { status: 200, body: channelJson(channel) };
    },
  },
  {
    method: "DELETE",
    template: "/channels/{channel_id}",
    handle(asked) {
      const { world } = asked;
      const channel = findChannel(world, param(asked, "channel_id"));
      if (channel.recipient !== undefined) return { status: 200, body: channelJson(channel) };
      const right = channel.thread === undefined ? "MANAGE_CHANNELS" : "MANAGE_THREADS";
      demand(channel, world.bot, right);
      deleteChannel(world, channel);
      return { status: 200, body: channelJson(channel) };
    },
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/threads",
    schemas: ["CreateTextThreadWithoutMessageRequest", "CreateForumThreadRequest"],
    choose: ({ world, params }) =>
      world.channels.get(params["channel_id"] ?? "")?.type === channelType.forum
        ? ["CreateForumThreadRequest"]
        : ["CreateTextThreadWithoutMessageRequest"],
    handle(asked) {
      const channel = findChannel(asked.world, param(asked, "channel_id"));
      if (channel.type === channelType.forum) return openPost(asked, channel);
      if (channel.type !== channelType.text) throw new ApiError(50024);
      return openThread(asked, channel);
    },
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/messages/{message_id}/threads",
    schemas: ["CreateTextThreadWithMessageRequest"],
    handle(asked) {
      const { world, body } = asked;
      const parent = findChannel(world, param(asked, "channel_id"));
      if (parent.type !== channelType.text) throw new ApiError(50024);
      const message = findMessage(parent, param(asked, "message_id"));
      demand(parent, world.bot, "CREATE_PUBLIC_THREADS");
      if (world.channels.has(message.id)) throw new ApiError(160004);
      const thread = addThread(world, parent, world.bot, {
        ...named(body),
        id: message.id,
        type: channelType.publicThread,
      });
      message.flags |= messageFlag.hasThread;
      world.tell({ type: "message-changed", message });
      return { status: 201, body: withOwnMember(asked, thread), messageId: message.id };
    },
  },
  {
    method: "GET",
    template: "/channels/{channel_id}/thread-members",
    query: { limit: [1, 100], after: "snowflake", with_member: "boolean" },
    handle(asked) {
      const channel = fresh(asked);
      const ids = [...(channel.thread?.members.keys() ?? [])];
      return { status: 200, body: ids.map((id) => threadMemberJson(channel, id)) };
    },
  },
  {
    method: "GET",
    template: "/channels/{channel_id}/thread-members/{user_id}",
    handle(asked) {
      const channel = fresh(asked);
      const id = param(asked, "user_id");
      if (channel.thread?.members.has(id) !== true) throw new ApiError(10007);
      return { status: 200, body: threadMemberJson(channel, id) };
    },
  },
  {
    method: "PUT",
    template: "/channels/{channel_id}/thread-members/@me",
    handle: (asked) => join(asked, asked.world.bot),
  },
  {
    method: "PUT",
    template: "/channels/{channel_id}/thread-members/{user_id}",
    handle: (asked) => join(asked, knownUser(asked)),
  },
  {
    method: "DELETE",
    template: "/channels/{channel_id}/thread-members/@me",
    handle(asked) {
      leaveThread(asked.world, active(asked), asked.world.bot);
      return { status: 204 };
    },
  },
  {
    method: "DELETE",
    template: "/channels/{channel_id}/thread-members/{user_id}",
    handle(asked) {
      const channel = active(asked);
      demand(channel, asked.world.bot, "MANAGE_THREADS");
      leaveThread(asked.world, channel, knownUser(asked));
      return { status: 204 };
    },
  },
  archived("/channels/{channel_id}/threads/archived/public", channelType.publicThread),
  archived("/channels/{channel_id}/threads/archived/private", channelType.privateThread),
];

/** The thread with a look at whether its time is up. */
function fresh(asked: Asked): Channel {
  const channel = findChannel(asked.world, param(asked, "channel_id"));
  archiveWhenIdle(asked.world, channel);
  return channel;
}

/** Members of an archived thread stay as they are. */
function active(asked: Asked): Channel {
  const channel = fresh(asked);
  if (channel.thread === undefined) throw new ApiError(50024);
  if (channel.thread.archived) throw new ApiError(50083);
  return channel;
}

function knownUser(asked: Asked): User {
  const user = asked.world.users.get(param(asked, "user_id"));
  if (user === undefined) throw new ApiError(10013);
  return user;
}

function join(asked: Asked, user: User): Answer {
  const { world } = asked;
  const channel = active(asked);
  const { thread, guild } = channel;
  if (thread === undefined || guild === undefined) throw new ApiError(50024);
  if (user !== world.bot) {
    demand(channel, world.bot, "SEND_MESSAGES_IN_THREADS");
    if (!guild.members.has(user.id)) throw new ApiError(50001);
    if (thread.members.has(user.id)) return { status: 204 };
    joinThread(world, channel, [user]);
    if (!thread.members.has(user.id)) throw new ApiError(50001);
    note(asked, channel, 1, { content: "" }, user);
  } else joinThread(world, channel, [user]);
  return { status: 204 };
}

/** A message of the platform's own: somebody was added, the name was changed. */
function note(asked: Asked, channel: Channel, type: number, body: Json, about?: User): void {
  const { world } = asked;
  const content = about === undefined ? body : { ...body, content: `<@${about.id}>` };
  addMessage(world, channel, world.bot, { body: content, type });
}

function named(body: Json): Json & { name: string } {
  return { ...body, name: String(body["name"]) };
}

function openThread(asked: Asked, parent: Channel): Answer {
  const { world, body } = asked;
  const type = Number(body["type"] ?? channelType.privateThread);
  const secret = type === channelType.privateThread;
  demand(parent, world.bot, secret ? "CREATE_PRIVATE_THREADS" : "CREATE_PUBLIC_THREADS");
  const thread = addThread(world, parent, world.bot, { ...named(body), type });
  return { status: 201, body: withOwnMember(asked, thread) };
}

/** A post in a forum: its first message has the thread's id. */
function openPost(asked: Asked, parent: Channel): Answer {
  const { world, links, body, files } = asked;
  demand(parent, world.bot, "SEND_MESSAGES");
  const tags = (body["applied_tags"] ?? []) as string[];
  if (tags.some((tag) => !parent.tags.some(({ id }) => id === tag))) {
    throw new ApiError(10087, 404, "Unknown Tag");
  }
  const thread = addThread(world, parent, world.bot, {
    ...named(body),
    type: channelType.publicThread,
  });
  demandToWrite(thread, world.bot);
  const message = addMessage(world, thread, world.bot, {
    body: body["message"] as Json,
    files,
    id: thread.id,
  });
  return {
    status: 201,
    body: { ...withOwnMember(asked, thread), message: messageJson(world, message, links) },
    messageId: message.id,
  };
}

function withOwnMember({ world }: Asked, channel: Channel): Json {
  const json = channelJson(channel);
  if (channel.thread?.members.has(world.bot.id) !== true) return json;
  return { ...json, member: threadMemberJson(channel, world.bot.id) };
}

function archived(template: string, type: number): Route {
  return {
    method: "GET",
    template,
    query: { before: "text", limit: [2, 100] },
    handle(asked) {
      const { world, query } = asked;
      const parent = findChannel(world, param(asked, "channel_id"));
      demand(parent, world.bot, "READ_MESSAGE_HISTORY");
      if (type === channelType.privateThread) demand(parent, world.bot, "MANAGE_THREADS");
      const before = Date.parse(query.get("before") ?? "") || Infinity;
      const limit = Number(query.get("limit") ?? 50);
      const found = [...world.channels.values()]
        .filter((one) => one.parent === parent && one.type === type)
        .filter(({ thread }) => thread?.archived === true && thread.archivedAt < before)
        .sort((a, b) => (b.thread?.archivedAt ?? 0) - (a.thread?.archivedAt ?? 0));
      return {
        status: 200,
        body: {
          threads: found.slice(0, limit).map(channelJson),
          members: [],
          has_more: found.length > limit,
        },
      };
    },
  };
}

/** Who is who, for those that the bot may know. */
export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    template: "/users/{user_id}",
    handle: (asked) => ({ status: 200, body: userJson(knownUser(asked)) }),
  },
];
