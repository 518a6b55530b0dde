import { maySee } from "./access.ts";
import type { Visitor } from "./chat-page.ts";
import { commandsFor, localized, nameFor } from "./commands.ts";
import { asList } from "./components.ts";
import { type ShownModal, shownModal } from "./modals.ts";
import { type Channel, type Json, channelType } from "./model.ts";
import { type Seen, textOf } from "./seen.ts";
import type { DiscordServer } from "./server.ts";

/** What a page shows: all of it, each time that something changes. */
export interface ChatView {
  connected: boolean;
  me: { id: string; name: string; agent: boolean; locale: string };
  places: { id: string; name: string; kind: string; closed: boolean }[];
  place: string;
  messages: (Omit<Seen, "attachments"> & { attachments: Json[]; failed: boolean; mine: boolean })[];
  commands: { name: string; description: string; options: Json[] }[];
  /** The last command or form of this place has failed. */
  failed: boolean;
  modal: ShownModal | undefined;
  faults: readonly string[];
}

export function chatView(server: DiscordServer, visitor: Visitor, wanted: string): ChatView {
  const { world } = server;
  const { person, uses } = visitor;
  const { user } = person;
  const channels = [...world.channels.values()].filter((one) => maySee(one, user.id));
  const channel = channels.find(({ id }) => id === wanted) ?? server.support;
  const failed = (on: string) => uses.get(on)?.state === "failed";
  return {
    connected: server.gateway.connected > 0,
    me: { id: user.id, name: user.username, agent: visitor.agent, locale: user.locale },
    places: channels.map((one) => ({
      id: one.id,
      name: one.recipient === undefined ? one.name : server.bot.username,
      kind: kindOf(one),
      closed: one.thread?.archived === true || one.thread?.locked === true,
    })),
    place: channel.id,
    messages: person.messages(channel).map((message) => ({
      ...message,
      mine: message.authorId === user.id,
      failed: failed(message.id),
      attachments: message.attachments.map(({ name, url, contentType }) => ({
        name,
        contentType,
        // By the name the page was opened under.
        url: url.replace(/^https?:\/\/[^/]+/u, ""),
      })),
    })),
    commands: commandsFor(world, channel).map((command) => ({
      name: nameFor(command, user),
      description: localized(command.body, "description", user.locale),
      options: asList(command.body["options"]).map((option) => ({
        name: textOf(option["name"]),
        label: localized(option, "name", user.locale),
        description: localized(option, "description", user.locale),
        required: option["required"] === true,
      })),
    })),
    failed: failed(`command ${channel.id}`),
    modal: [...uses.values()]
      .map(({ id }) => world.interactions.get(id))
      .map((interaction) => (interaction === undefined ? undefined : shownModal(interaction)))
      .findLast((modal) => modal !== undefined && !visitor.closed.has(modal.interactionId)),
    faults: server.faults.slice(-5),
  };
}

function kindOf(channel: Channel): string {
  switch (channel.type) {
    case channelType.dm:
      return "dm";
    case channelType.forum:
      return "forum";
    case channelType.privateThread:
    case channelType.publicThread:
      return "thread";
    default:
      return "text";
  }
}
