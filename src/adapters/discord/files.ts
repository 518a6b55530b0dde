import type { APIAttachment } from "@discordjs/core";
import { request } from "undici";
import { z } from "zod";
import { BotError, FileUnavailable, PlatformUnavailable } from "../../core/errors.ts";
import type { FileRef } from "../../core/inbound.ts";
import type { FileSource } from "../../ports/channel.ts";
import { codeOf, failureOf, roomFaultOf, unknownMessage } from "./failure.ts";
import type { Rest } from "./rest.ts";

const largestBytes = 20 * 1024 * 1024;
const timeoutMs = 20_000;
const hosts: ReadonlySet<string> = new Set([
  "https://cdn.discordapp.com",
  "https://media.discordapp.net",
]);

/** What a form brings has no message to ask for a fresh link. */
const reference = z.object({
  url: z.url(),
  attachmentId: z.string(),
  channelId: z.string().optional(),
  messageId: z.string().optional(),
});

type Reference = z.infer<typeof reference>;

export function fileOf(
  { id, url, filename, size }: APIAttachment,
  of?: { channelId: string; messageId: string },
): FileRef {
  return {
    ref: { url, attachmentId: id, ...of } satisfies Reference,
    name: filename,
    sizeBytes: size,
  };
}

/**
 * Fetches customers' files. Their links are signed and expire within a day
 * (Reference, "Signed Attachment CDN URLs"); a fresh one comes with the message.
 */
export function filesOf({ ask }: Pick<Rest, "ask">, apiRoot: string): FileSource {
  const allowed = new Set([...hosts, new URL(apiRoot).origin]);
  // Of Discord's own API only its CDN gives files.
  allowed.delete("https://discord.com");
  return {
    async fetch({ ref, sizeBytes = 0 }) {
      if (sizeBytes > largestBytes) throw new FileUnavailable("discord", "tooLarge");
      const known = reference.parse(ref);
      const bytes = await download(known.url, allowed);
      if (bytes) return bytes;
      const fresh = await freshLink(known, ask);
      const again = fresh === undefined ? undefined : await download(fresh, allowed);
      if (!again) throw new FileUnavailable("discord", "lost");
      return again;
    },
  };
}

async function freshLink(
  { channelId, messageId, attachmentId }: Reference,
  ask: Rest["ask"],
): Promise<string | undefined> {
  if (channelId === undefined || messageId === undefined) return undefined;
  try {
    const { attachments } = await ask((api) => api.channels.getMessage(channelId, messageId));
    return attachments.find(({ id }) => id === attachmentId)?.url;
  } catch (error) {
    if (codeOf(error) === unknownMessage || roomFaultOf(error)) return undefined;
    throw failureOf(error);
  }
}

/** Undefined where the link is good no more. A redirect is not followed. */
async function download(
  url: string,
  allowed: ReadonlySet<string>,
): Promise<Uint8Array | undefined> {
  if (!allowed.has(new URL(url).origin)) throw new FileUnavailable("discord", "lost");
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (statusCode === 200) return await upTo(largestBytes, body);
    await body.dump();
    if ([401, 403, 404, 410].includes(statusCode)) return undefined;
  } catch (error) {
    if (error instanceof BotError) throw error;
  }
  throw new PlatformUnavailable("discord", "a file could not be fetched");
}

async function upTo(most: number, body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > most) throw new FileUnavailable("discord", "tooLarge");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
