import { demand, findChannel, rightsIn } from "./access.ts";
import { ApiError, invalidForm } from "./api-error.ts";
import { deleteMessage, editMessage, findMessage, pageOf, sendMessage } from "./messages.ts";
import { type Channel, type Json, type Message, channelType } from "./model.ts";
import { has } from "./permissions.ts";
import { messageJson } from "./payloads.ts";
import { type Answer, type Asked, type Route, param } from "./route.ts";
import { timeOf } from "./snowflakes.ts";
import { archiveWhenIdle } from "./threads.ts";

const bulkAgeMs = 14 * 24 * 60 * 60 * 1000;

export const messageRoutes: readonly Route[] = [
  {
    method: "GET",
    template: "/channels/{channel_id}/messages",
    query: { around: "snowflake", before: "snowflake", after: "snowflake", limit: [1, 100] },
    handle(asked) {
      const channel = channelOf(asked);
      if (channel.type === channelType.forum) throw new ApiError(50024);
      // Without the right to the history there is no fault: the list is empty.
      const readable = has(rightsIn(channel, asked.world.bot.id), "READ_MESSAGE_HISTORY");
      if (!readable) return { status: 200, body: [] };
      const page = pageOf(channel, {
        limit: Number(asked.query.get("limit") ?? 50),
        ...pick(asked.query, "before"),
        ...pick(asked.query, "after"),
        ...pick(asked.query, "around"),
      });
      return { status: 200, body: page.map((message) => shown(asked, message)) };
    },
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/messages",
    schemas: ["MessageCreateRequest"],
    handle(asked) {
      const { world, body, files } = asked;
      const message = sendMessage(world, channelOf(asked), world.bot, { body, files });
      return answered(asked, message);
    },
  },
  {
    method: "GET",
    template: "/channels/{channel_id}/messages/{message_id}",
    handle(asked) {
      const channel = channelOf(asked);
      demand(channel, asked.world.bot, "READ_MESSAGE_HISTORY");
      return answered(asked, findMessage(channel, param(asked, "message_id")));
    },
  },
  {
    method: "PATCH",
    template: "/channels/{channel_id}/messages/{message_id}",
    schemas: ["MessageEditRequestPartial"],
    handle(asked) {
      const { world, body, files } = asked;
      const channel = channelOf(asked);
      const message = findMessage(channel, param(asked, "message_id"));
      if (message.author !== world.bot) throw new ApiError(50005);
      archiveWhenIdle(world, channel);
      if (channel.thread?.archived === true) throw new ApiError(50083);
      return answered(asked, editMessage(world, message, body, files));
    },
  },
  {
    method: "DELETE",
    template: "/channels/{channel_id}/messages/{message_id}",
    handle(asked) {
      const { world } = asked;
      const channel = channelOf(asked);
      const message = findMessage(channel, param(asked, "message_id"));
      if (message.author !== world.bot) {
        if (channel.recipient !== undefined) throw new ApiError(50003);
        demand(channel, world.bot, "MANAGE_MESSAGES");
      }
      if (channel.thread?.archived === true) throw new ApiError(50083);
      deleteMessage(world, message);
      return { status: 204, messageId: message.id };
    },
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/messages/bulk-delete",
    schemas: [],
    handle(asked) {
      const { world, body } = asked;
      const channel = channelOf(asked);
      demand(channel, world.bot, "MANAGE_MESSAGES");
      const ids = body["messages"];
      if (!Array.isArray(ids) || ids.length < 2 || ids.length > 100) {
        throw invalidForm("messages", "Must be between 2 and 100 in length.");
      }
      const old = ids.some((id) => timeOf(String(id)) < world.now() - bulkAgeMs);
      if (old) throw new ApiError(50034, 400, "A message provided was too old to bulk delete");
      for (const id of ids) {
        const message = channel.byId.get(String(id));
        if (message !== undefined) deleteMessage(world, message);
      }
      return { status: 204 };
    },
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/typing",
    handle(asked) {
      channelOf(asked);
      return { status: 204 };
    },
  },
];

function channelOf(asked: Asked): Channel {
  return findChannel(asked.world, param(asked, "channel_id"));
}

function pick(query: URLSearchParams, name: "before" | "after" | "around"): Record<string, string> {
  const value = query.get(name);
  return value === null ? {} : { [name]: value };
}

function answered(asked: Asked, message: Message): Answer {
  return { status: 200, body: shown(asked, message), messageId: message.id };
}

export function shown({ world, links }: Asked, message: Message): Json {
  return messageJson(world, message, links, { withContent: world.contentAllowed });
}
