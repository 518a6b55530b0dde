import { createHash } from "node:crypto";
import {
  MessageFlags,
  type AllowedMentionsTypes,
  type APIMessage,
  type RESTPostAPIChannelMessageJSONBody,
} from "@discordjs/core";
import type { RawFile } from "@discordjs/rest";
import { besideFiles, type Block, filesIn, type Message } from "../../core/message.ts";
import type { Texts } from "../../core/texts.ts";
import type { LeasedReply } from "../../ports/store.ts";
import { controlsOf } from "./controls.ts";
import { messageIn } from "./inbound.ts";
import { contentOf, plain } from "./markdown.ts";
import type { Room } from "./rooms.ts";

/** Message, "Create Message": in UTF-16 code units, so never more characters than Discord counts. */
const longestContent = 2000;

/** As long as the longest that Discord has. */
const anyRoom: Room = {
  channelId: "9".repeat(20),
  userId: "9".repeat(20),
  guildId: "9".repeat(20),
};

export type Body = RESTPostAPIChannelMessageJSONBody & { files: RawFile[] };

/** What every message of ours has: nobody is called, no address grows a picture. */
export const inert = {
  allowed_mentions: { parse: [] as AllowedMentionsTypes[] },
  flags: MessageFlags.SuppressEmbeds,
};

/** For the word above what can't be edited any more and goes out anew. */
const correctionLength = 30;

/** Whether Discord takes the message in one piece. */
export function fits(message: Message): boolean {
  const { length } = contentOf(beside(message), linkTo(anyRoom));
  const room = message.replaces === undefined ? longestContent : longestContent - correctionLength;
  return filesIn(message).length <= 1 && length <= room;
}

/** The text of a message of ours. */
export const textOf = (message: Message, room: Room): string =>
  contentOf(beside(message), linkTo(room));

/**
 * The message as Discord takes it. The same reply has the same nonce, so that
 * a repeat is none. `attached` are the files that an agent sends with it.
 */
export function bodyOf(
  { id, message }: Pick<LeasedReply, "id" | "message">,
  room: Room,
  texts: Texts,
  attached: readonly RawFile[] = [],
): Body {
  const answered = messageIn(message.answers ?? "");
  return {
    ...inert,
    content: textOf(message, room),
    ...(answered !== undefined && {
      message_reference: { message_id: answered, fail_if_not_exists: false },
    }),
    components: controlsOf(message, revisionOf(id), texts),
    nonce: nonceOf(id),
    enforce_nonce: true,
    files: [...message.blocks.flatMap(documentIn), ...attached],
  };
}

const documentIn = (block: Block): RawFile[] =>
  block.type === "document"
    ? [
        {
          name: block.filename,
          data: Buffer.from(block.text),
          contentType: "text/plain; charset=utf-8",
        },
      ]
    : [];

/** At most 25 characters; 144 bits. */
export const nonceOf = (replyId: string): string =>
  createHash("sha256").update(replyId).digest("base64url").slice(0, 24);

const revisionOf = (replyId: string): number => Number(replyId.split(":").at(-2));

/** The text of a document stands in its file. */
const beside = (message: Message): Message => ({
  ...message,
  blocks: besideFiles(message).blocks.map((block) =>
    block.type === "document" ? { type: "text", text: block.title } : block,
  ),
});

/** Where Discord opens the room. */
export const linkTo = ({ channelId, guildId = "@me" }: Omit<Room, "userId">): string =>
  `https://discord.com/channels/${guildId}/${channelId}`;

/**
 * Whether a message that stands in the room is this reply. Discord tells the
 * nonce for a short while only, and may strip characters of the content.
 */
export function isSame(found: APIMessage, body: Body): boolean {
  if (found.nonce !== undefined) return String(found.nonce) === body.nonce;
  const idsOf = (components: unknown) =>
    (JSON.stringify(components ?? []).match(/"custom_id":"[^"]*"/gu) ?? []).join();
  return (
    stripped(found.content) === stripped(body.content ?? "") &&
    idsOf(found.components) === idsOf(body.components) &&
    found.attachments.length === body.files.length
  );
}

const stripped = (content: string): string => plain(content).replace(/[^\p{L}\p{N}]/gu, "");
