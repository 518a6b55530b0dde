import type { Links } from "./attachments.ts";
import { asList, componentType, everyComponent } from "./components.ts";
import { type Attachment, type Json, type Message, messageFlag } from "./model.ts";

export interface SeenButton {
  label: string;
  /** Missing in a link. */
  customId: string | undefined;
  url: string | undefined;
  disabled: boolean;
  style: number;
}

export interface SeenSelect {
  customId: string;
  placeholder: string;
  disabled: boolean;
  options: readonly { label: string; value: string; description: string; chosen: boolean }[];
}

/** A message as it stood when somebody looked at it. */
export interface Seen {
  id: string;
  channelId: string;
  authorId: string;
  author: string;
  fromBot: boolean;
  type: number;
  at: number;
  content: string;
  embeds: readonly Json[];
  /** As the bot sent them. */
  components: readonly Json[];
  buttons: readonly SeenButton[];
  selects: readonly SeenSelect[];
  attachments: readonly (Attachment & { url: string })[];
  ephemeral: boolean;
  /** Deferred: "… is thinking". */
  loading: boolean;
  edited: boolean;
  replyTo: string | undefined;
  /** The ids of people and roles that it pings. */
  pings: readonly string[];
  pingsEveryone: boolean;
}

export function seen(message: Message, links: Links): Seen {
  const parts = [...everyComponent(message.components)];
  return {
    id: message.id,
    channelId: message.channel.id,
    authorId: message.author.id,
    author: message.author.globalName ?? message.author.username,
    fromBot: message.author.bot,
    type: message.type,
    at: message.at,
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    buttons: parts.filter(({ type }) => type === componentType.button).map(buttonOf),
    selects: parts.filter(({ type }) => type === componentType.select).map(selectOf),
    attachments: message.attachments.map((one) => ({ ...one, url: links.of(one) })),
    ephemeral: message.onlyFor !== undefined,
    loading: (message.flags & messageFlag.loading) !== 0,
    edited: message.editedAt !== undefined,
    replyTo: message.repliesTo?.id,
    pings: [...message.mentions.map(({ id }) => id), ...message.mentionRoles],
    pingsEveryone: message.mentionsEveryone,
  };
}

function buttonOf(button: Json): SeenButton {
  return {
    label: textOf(button["label"]),
    customId: typeof button["custom_id"] === "string" ? button["custom_id"] : undefined,
    url: typeof button["url"] === "string" ? button["url"] : undefined,
    disabled: button["disabled"] === true,
    style: Number(button["style"]),
  };
}

function selectOf(select: Json): SeenSelect {
  return {
    customId: textOf(select["custom_id"]),
    placeholder: textOf(select["placeholder"]),
    disabled: select["disabled"] === true,
    options: asList(select["options"]).map((option) => ({
      label: textOf(option["label"]),
      value: textOf(option["value"]),
      description: textOf(option["description"]),
      chosen: option["default"] === true,
    })),
  };
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
