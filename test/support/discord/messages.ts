import { demand, demandToWrite, rightsIn } from "./access.ts";
import { ApiError, invalidForm } from "./api-error.ts";
import { type SentFile, keepFiles } from "./attachments.ts";
import { asList, checkComponents, numbered } from "./components.ts";
import { mentionsIn } from "./mentions.ts";
import {
  type Channel,
  type Interaction,
  type Json,
  type Message,
  type User,
  messageFlag,
} from "./model.ts";
import { has } from "./permissions.ts";
import { firstAtOrAfter } from "./snowflakes.ts";
import { joinThread, makeActive } from "./threads.ts";
import type { World } from "./world.ts";

/** What makes a message, as the bodies of Create Message and of an interaction's answer have it. */
export interface Draft {
  body: Json;
  files?: readonly SentFile[];
  stickers?: readonly Json[];
  interaction?: Interaction;
  onlyFor?: User | undefined;
  /** Of a starter message in a forum, which has its thread's id. */
  id?: string;
}

const nonceMs = 2 * 60 * 1000;
const maxEmbedCharacters = 6000;
const settable =
  messageFlag.suppressEmbeds | messageFlag.voice | messageFlag.componentsV2 | (1 << 12);

/** Create Message, with every right it takes. With `enforce_nonce` a repeat gets the first one back. */
export function sendMessage(world: World, channel: Channel, author: User, draft: Draft): Message {
  const { body } = draft;
  const nonce = nonceOf(body);
  const key = nonce === undefined ? undefined : `${author.id} ${nonce}`;
  if (key !== undefined) {
    forgetNonces(world);
    const known = world.nonces.get(key);
    if (body["enforce_nonce"] === true && known !== undefined) {
      if (known.message.deleted) throw new ApiError(10008);
      return known.message;
    }
  }
  demandToWrite(channel, author);
  if (asList(body["embeds"]).length > 0) demand(channel, author, "EMBED_LINKS");
  if ((draft.files ?? []).length > 0) demand(channel, author, "ATTACH_FILES");
  if (channel.recipient !== undefined) demandOpenDm(world, channel.recipient, author);
  const message = addMessage(world, channel, author, draft);
  if (key !== undefined) world.nonces.set(key, { message, at: world.now() });
  return message;
}

function nonceOf(body: Json): string | number | undefined {
  const nonce = body["nonce"];
  return typeof nonce === "string" || typeof nonce === "number" ? nonce : undefined;
}

function forgetNonces(world: World): void {
  for (const [key, { at }] of world.nonces) {
    if (at + nonceMs > world.now()) return;
    world.nonces.delete(key);
  }
}

function demandOpenDm(world: World, person: User, author: User): void {
  if (author !== world.bot) return;
  if (person.dmsClosed) throw new ApiError(50007);
  for (const guild of world.guilds.values()) {
    if (guild.members.has(person.id) && guild.members.has(author.id)) return;
  }
  throw new ApiError(50278);
}

/** Stores a message that may be written; its content is checked, its author's rights are not. */
export function addMessage(
  world: World,
  channel: Channel,
  author: User,
  draft: Draft & { type?: number },
): Message {
  const { body } = draft;
  const content = contentOf(body);
  const flags =
    (Number(body["flags"] ?? 0) & settable) | (draft.onlyFor ? messageFlag.ephemeral : 0);
  const repliesTo = referenceOf(channel, author, body);
  const type = draft.type ?? (repliesTo === undefined ? 0 : 19);
  checkBody(body, content, flags);
  const system = draft.type !== undefined && draft.type !== 0 && draft.type !== 20;
  const loading = (Number(body["flags"] ?? 0) & messageFlag.loading) !== 0;
  if (!system && !loading && isEmpty(body, draft, content)) throw new ApiError(50006);
  const attachments = keepFiles(
    world,
    channel,
    draft.files ?? [],
    asList(body["attachments"]),
    draft.onlyFor !== undefined,
  );
  const message: Message = {
    id: draft.id ?? world.nextId(),
    channel,
    author,
    type,
    at: world.now(),
    content,
    embeds: asList(body["embeds"]),
    components: numbered(asList(body["components"])),
    attachments,
    stickers: draft.stickers ?? [],
    flags: loading ? flags | messageFlag.loading : flags,
    editedAt: undefined,
    ...mentionsIn(world, channel, content, body["allowed_mentions"], repliesTo?.author),
    nonce: nonceOf(body),
    repliesTo,
    interaction: draft.interaction,
    onlyFor: draft.onlyFor,
    deleted: false,
  };
  if (message.onlyFor !== undefined) keepEphemeral(world, message, message.onlyFor);
  else keep(world, message, system);
  world.tell({ type: "message-created", message });
  return message;
}

function keepEphemeral(world: World, message: Message, person: User): void {
  const own = world.ephemeral.get(person.id);
  if (own === undefined) world.ephemeral.set(person.id, [message]);
  else own.push(message);
}

function keep(world: World, message: Message, system: boolean): void {
  const { channel, author } = message;
  const { thread } = channel;
  if (thread !== undefined) makeActive(world, channel);
  channel.messages.push(message);
  channel.byId.set(message.id, message);
  if (thread === undefined) return;
  thread.lastActiveAt = world.now();
  thread.messageCount += 1;
  if (system) return;
  joinThread(world, channel, [author, ...message.mentions]);
}

function contentOf(body: Json): string {
  const content = typeof body["content"] === "string" ? body["content"] : "";
  if (content.length > 2000) throw invalidForm("content", "Must be 2000 or fewer in length.");
  return content.trim();
}

function isEmpty(body: Json, draft: Draft, content: string): boolean {
  const parts = [body["embeds"], body["components"], draft.files, draft.stickers];
  return content === "" && parts.every((part) => asList(part).length === 0);
}

function checkBody(body: Json, content: string, flags: number): void {
  const components = asList(body["components"]);
  const embeds = asList(body["embeds"]);
  checkComponents(components, flags);
  if ((flags & messageFlag.componentsV2) !== 0 && (content !== "" || embeds.length > 0)) {
    throw invalidForm("flags", "IS_COMPONENTS_V2 goes without content and embeds.");
  }
  const characters = embeds.reduce((sum, embed) => sum + charactersOf(embed), 0);
  if (characters > maxEmbedCharacters) {
    throw invalidForm("embeds", "Embed size exceeds maximum size of 6000");
  }
}

function charactersOf(embed: Json): number {
  const length = (value: unknown) => (typeof value === "string" ? value.length : 0);
  const fields = asList(embed["fields"]).map(({ name, value }) => length(name) + length(value));
  const footer = (embed["footer"] ?? {}) as Json;
  const author = (embed["author"] ?? {}) as Json;
  return [
    length(embed["title"]),
    length(embed["description"]),
    length(footer["text"]),
    length(author["name"]),
    ...fields,
  ].reduce((sum, part) => sum + part, 0);
}

function referenceOf(channel: Channel, author: User, body: Json): Message | undefined {
  const reference = body["message_reference"] as Json | null | undefined;
  if (reference === null || reference === undefined) return undefined;
  if (!has(rightsIn(channel, author.id), "READ_MESSAGE_HISTORY")) throw new ApiError(160002);
  const found = channel.byId.get(String(reference["message_id"]));
  if (found === undefined && reference["fail_if_not_exists"] !== false) {
    throw invalidForm("message_reference", "Unknown message");
  }
  return found;
}

/** Edit Message: what the body does not name stays. */
export function editMessage(
  world: World,
  message: Message,
  body: Json,
  files: readonly SentFile[] = [],
): Message {
  const content = body["content"] === undefined ? message.content : contentOf(body);
  const embeds = body["embeds"] === undefined ? message.embeds : asList(body["embeds"]);
  const components =
    body["components"] === undefined ? message.components : asList(body["components"]);
  const asked = body["flags"] === undefined ? message.flags : Number(body["flags"] ?? 0);
  const flags =
    (message.flags & ~(messageFlag.suppressEmbeds | messageFlag.loading)) |
    (asked & (messageFlag.suppressEmbeds | messageFlag.componentsV2));
  checkBody({ embeds, components }, content, flags);
  const described = body["attachments"];
  const kept =
    described === undefined || described === null
      ? message.attachments
      : message.attachments.filter(({ id }) => asList(described).some((one) => one["id"] === id));
  const added = keepFiles(
    world,
    message.channel,
    files,
    asList(described),
    message.onlyFor !== undefined,
  );
  const attachments = [...kept, ...added];
  const parts = [embeds, components, attachments, message.stickers];
  if (content === "" && parts.every((part) => part.length === 0)) throw new ApiError(50006);
  const wasLoading = (message.flags & messageFlag.loading) !== 0;
  Object.assign(message, {
    content,
    embeds,
    components: numbered(components),
    attachments,
    flags,
    editedAt: wasLoading ? undefined : world.now(),
    ...mentionsIn(
      world,
      message.channel,
      content,
      body["allowed_mentions"],
      message.repliesTo?.author,
    ),
  });
  world.tell({ type: "message-changed", message });
  return message;
}

export function deleteMessage(world: World, message: Message): void {
  message.deleted = true;
  const { channel, onlyFor } = message;
  if (onlyFor === undefined) {
    channel.byId.delete(message.id);
    const index = firstAtOrAfter(channel.messages, message.id);
    if (channel.messages[index] === message) channel.messages.splice(index, 1);
    if (channel.thread !== undefined) channel.thread.messageCount -= 1;
  } else {
    const own = world.ephemeral.get(onlyFor.id) ?? [];
    world.ephemeral.set(
      onlyFor.id,
      own.filter((one) => one !== message),
    );
  }
  world.tell({ type: "message-deleted", message });
}

/** A page of Get Channel Messages, newest first. */
export function pageOf(
  channel: Channel,
  query: { before?: string; after?: string; around?: string; limit: number },
): Message[] {
  const { messages } = channel;
  const { limit } = query;
  if (query.after !== undefined) {
    const start = firstAtOrAfter(messages, query.after);
    const skip = messages[start]?.id === query.after ? 1 : 0;
    return messages.slice(start + skip, start + skip + limit).toReversed();
  }
  if (query.around !== undefined) {
    const middle = firstAtOrAfter(messages, query.around);
    const start = Math.max(0, middle - Math.floor(limit / 2));
    return messages.slice(start, start + limit).toReversed();
  }
  const end = query.before === undefined ? messages.length : firstAtOrAfter(messages, query.before);
  return messages.slice(Math.max(0, end - limit), end).toReversed();
}

export function findMessage(channel: Channel, id: string): Message {
  const message = channel.byId.get(id);
  if (message === undefined) throw new ApiError(10008);
  return message;
}
