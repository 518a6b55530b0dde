import type { Message } from "@grammyjs/types";
import { mediaContent, mediaOf } from "../media.ts";
import type { FileKind } from "../files.ts";
import { badRequest, callerFault } from "../problem.ts";
import type { Params } from "../params.ts";
import type { ChatState, World } from "../world.ts";
import { captionContent, openChat, target, textContent, type Target } from "./compose.ts";
import type { Call, Method, Methods } from "./method.ts";

const post = (world: World, { state, threadId, extra }: Target, content: object): Message =>
  world.post(state, { from: world.bot }, { ...content, ...extra }, threadId);

const single =
  (kind: FileKind & keyof Params): Method =>
  ({ world, params, uploads }) => {
    const where = target(world, params);
    const { duration, title, performer } = params;
    const file = mediaOf(world, kind, params[kind] as string | undefined, uploads);
    const details = { duration, title, performer };
    return post(world, where, { ...mediaContent(file, details), ...captionContent(params) });
  };

function sendMediaGroup({ world, params, uploads }: Call): Message[] {
  const media = params.media ?? [];
  if (media.length < 2 || media.length > 10)
    throw callerFault(`an album has 2–10 parts, this one ${media.length}`);
  const kinds = new Set(media.map(({ type }) => type));
  if (kinds.size > 1 && (kinds.has("document") || kinds.has("audio")))
    throw callerFault(
      "documents and audio files can be only grouped with messages of the same type",
    );
  const where = target(world, params);
  // All or none: every part is read before the first is posted.
  const contents = media.map((part) => ({
    ...mediaContent(mediaOf(world, part.type, part.media, uploads), {}),
    ...captionContent(part),
  }));
  const group = world.unique();
  return contents.map((content) => post(world, where, { media_group_id: group, ...content }));
}

/** Fields that say where a message stands, not what it says. */
const placeFields = new Set(
  "message_id from sender_chat chat date edit_date reply_to_message reply_markup message_thread_id is_topic_message media_group_id forward_origin has_protected_content".split(
    " ",
  ),
);

function contentOf(message: Message): object {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !placeFields.has(name)));
}

const copied = [
  "text",
  "photo",
  "document",
  "video",
  "audio",
  "voice",
  "animation",
  "video_note",
  "sticker",
  "location",
  "contact",
  "poll",
  "dice",
];
const isContent = (message: Message) => copied.some((name) => name in message);

function source(state: ChatState, id: number | undefined, verb: string): Message {
  const message = state.messages.get(id ?? 0);
  if (!message) throw badRequest(`message to ${verb} not found`);
  if (!isContent(message))
    throw badRequest(`message can't be ${verb === "copy" ? "copied" : "forwarded"}`);
  if (message.has_protected_content)
    throw badRequest(`message can't be ${verb === "copy" ? "copied" : "forwarded"}`);
  return message;
}

function copyMessage({ world, params }: Call): { message_id: number } {
  const message = source(openChat(world, params.from_chat_id), params.message_id, "copy");
  const where = target(world, params);
  const caption = params.caption === undefined ? {} : captionContent(params);
  const content = { ...contentOf(message), ...caption };
  return { message_id: post(world, where, content).message_id };
}

/** Those that are not there or cannot be copied are skipped (copyMessages). */
function many({ world, params }: Call, verb: "copy" | "forward"): { message_id: number }[] {
  const from = openChat(world, params.from_chat_id);
  const where = target(world, params);
  const ids = params.message_ids ?? [];
  if (ids.length < 1 || ids.length > 100)
    throw callerFault(`${ids.length} message_ids, 1–100 are taken`);
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0)))
    throw callerFault("message_ids are not in strictly increasing order");
  const groups = new Map<string, string>();
  const found = ids.flatMap((id) => {
    const message = from.messages.get(id);
    return message && isContent(message) && !message.has_protected_content ? [message] : [];
  });
  if (found.length === 0) throw badRequest(`there are no messages to ${verb}`);
  return found.map((message) => {
    const album = message.media_group_id;
    if (album && !groups.has(album)) groups.set(album, world.unique());
    const content = {
      ...contentOf(message),
      ...(album && { media_group_id: groups.get(album) }),
      ...(verb === "forward" && { forward_origin: originOf(message) }),
      ...(params.remove_caption && { caption: undefined, caption_entities: undefined }),
    };
    return { message_id: post(world, where, content).message_id };
  });
}

function originOf(message: Message): object {
  const origin = { date: message.date };
  if (message.sender_chat) return { type: "chat", sender_chat: message.sender_chat, ...origin };
  return { type: "user", sender_user: message.from, ...origin };
}

export const sendMethods: Methods = {
  sendMessage({ world, params }) {
    const content = textContent(params);
    return post(world, target(world, params), content);
  },
  sendPhoto: single("photo"),
  sendDocument: single("document"),
  sendVideo: single("video"),
  sendAudio: single("audio"),
  sendVoice: single("voice"),
  sendAnimation: single("animation"),
  sendMediaGroup,
  copyMessage,
  copyMessages: (call) => many(call, "copy"),
  forwardMessage({ world, params }) {
    const message = source(openChat(world, params.from_chat_id), params.message_id, "forward");
    const content = { ...contentOf(message), forward_origin: originOf(message) };
    return post(world, target(world, params), content);
  },
  forwardMessages: (call) => many(call, "forward"),
};
