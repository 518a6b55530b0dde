import { createHmac, randomBytes } from "node:crypto";
import { ApiError, invalidForm } from "./api-error.ts";
import type { Attachment, Channel, Json } from "./model.ts";
import { asList } from "./components.ts";
import type { World } from "./world.ts";

/** A file as it came: from a bot as `files[n]`, or from a person. */
export interface SentFile {
  /** The number in `files[n]`; a person's files count from 0. */
  index: number;
  name: string;
  contentType?: string | undefined;
  bytes: Buffer;
}

/** Per file for those without Nitro or boosts (Reference, "Uploading Files"). */
export const maxFileBytes = 10 * 1024 * 1024;
const maxRequestBytes = 25 * 1024 * 1024;
const maxFiles = 10;

const types: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  txt: "text/plain; charset=utf-8",
  html: "text/html; charset=utf-8",
  ogg: "audio/ogg",
  mp4: "video/mp4",
};

/**
 * Keeps the files with what the body says of them.
 *
 * @throws ApiError 40005 for a file over 10 MiB or a request over 25 MiB.
 */
export function keepFiles(
  world: World,
  channel: Channel,
  files: readonly SentFile[],
  described: readonly Json[] = [],
  ephemeral = false,
): Attachment[] {
  if (files.length > maxFiles) throw invalidForm("attachments", "Must be 10 or fewer in length.");
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > maxRequestBytes || files.some(({ bytes }) => bytes.length > maxFileBytes)) {
    throw new ApiError(40005);
  }
  return files.map((file) => {
    const said = asList(described).find(({ id }) => String(id) === String(file.index));
    const name = safeName((said?.["filename"] as string | undefined) ?? file.name);
    const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
    const attachment: Attachment = {
      id: world.nextId(),
      channelId: channel.id,
      name,
      contentType: file.contentType ?? types[ending] ?? "application/octet-stream",
      bytes: file.bytes,
      description: typeof said?.["description"] === "string" ? said["description"] : undefined,
      size: sizeOf(file.bytes),
      durationSecs: typeof said?.["duration_secs"] === "number" ? said["duration_secs"] : undefined,
      waveform: typeof said?.["waveform"] === "string" ? said["waveform"] : undefined,
      ephemeral,
    };
    world.attachments.set(attachment.id, attachment);
    return attachment;
  });
}

/** Discord keeps letters, digits and `_ - .`; spaces become underscores. */
function safeName(name: string): string {
  return name.replace(/\s+/gu, "_").replace(/[^\p{L}\p{N}_.-]/gu, "") || "unknown";
}

/** Of a PNG; the others' sizes are of no use to anyone here. */
function sizeOf(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Links that are signed and expire (Reference, "Signed Attachment CDN URLs"). */
export interface Links {
  /** Without a slash at the end. */
  origin: string;
  /** How long a new link is good. */
  lifeMs: number;
  of(attachment: Attachment): string;
  /** The file, or why it is not served. */
  open(path: string, query: URLSearchParams): Attachment | "gone";
  /** From now on no link that was given is good. */
  expire(): void;
}

export function createLinks(world: World, origin: string): Links {
  let key = randomBytes(32);
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  const pathOf = (attachment: Attachment) =>
    `/${attachment.ephemeral ? "ephemeral-" : ""}attachments/${attachment.channelId}/${attachment.id}/${encodeURIComponent(attachment.name)}`;
  const hex = (ms: number) => Math.floor(ms / 1000).toString(16);
  const links: Links = {
    origin,
    lifeMs: 24 * 60 * 60 * 1000,
    of(attachment) {
      const path = pathOf(attachment);
      const issued = hex(world.now());
      const until = (world.now() + links.lifeMs).toString(16);
      return `${links.origin}${path}?ex=${until}&is=${issued}&hm=${sign(path + until + issued)}&`;
    },
    open(path, query) {
      const attachment = world.attachments.get(path.split("/")[3] ?? "");
      const until = query.get("ex") ?? "";
      const genuine = sign(path + until + (query.get("is") ?? "")) === query.get("hm");
      if (attachment === undefined || !genuine) return "gone";
      return Number.parseInt(until, 16) > world.now() ? attachment : "gone";
    },
    expire() {
      key = randomBytes(32);
    },
  };
  return links;
}
