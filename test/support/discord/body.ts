import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";
import type { SentFile } from "./attachments.ts";
import type { Json } from "./model.ts";

const maxBytes = 40 * 1024 * 1024;

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > maxBytes) throw new ApiError(40005);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** JSON, or a form with `payload_json` and `files[n]` (Reference, "Uploading Files"). */
export async function readBody(
  bytes: Buffer,
  contentType: string,
): Promise<{ body: Json; files: SentFile[]; given: boolean }> {
  if (bytes.length === 0) return { body: {}, files: [], given: false };
  if (!contentType.startsWith("multipart/form-data")) {
    return { body: parse(bytes.toString("utf8")), files: [], given: true };
  }
  const form = await new Response(new Uint8Array(bytes), {
    headers: { "content-type": contentType },
  }).formData();
  const files: SentFile[] = [];
  let body: Json = {};
  for (const [name, value] of form) {
    if (typeof value === "string") {
      if (name === "payload_json") body = parse(value);
      continue;
    }
    const index = /^files\[(\d+)\]$/u.exec(name)?.[1];
    if (index === undefined) throw new ApiError(50035, 400, `No file is called ${name}`);
    files.push({
      index: Number(index),
      name: value.name,
      // A part without a type is octets in a form; Discord looks at the name then.
      contentType:
        value.type === "" || value.type === "application/octet-stream" ? undefined : value.type,
      bytes: Buffer.from(await value.arrayBuffer()),
    });
  }
  return { body, files, given: true };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new ApiError(50109);
  }
}
