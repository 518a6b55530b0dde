import type { IncomingMessage } from "node:http";
import { ApiProblem, badRequest } from "./problem.ts";

export interface Upload {
  fileName: string;
  bytes: Buffer;
}

export interface Body {
  params: Record<string, unknown>;
  /** By the name that `attach://` refers to. */
  uploads: ReadonlyMap<string, Upload>;
}

/** Uploads by a bot end at 50 MB (Sending files); some room for the fields beside it. */
const maxBytes = 51 * 2 ** 20;
const noUploads: ReadonlyMap<string, Upload> = new Map();

/** By events: an iterator over the request costs as much as the rest of answering it. */
export function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
    });
    request.on("error", reject);
    request.on("end", () => {
      if (size > maxBytes) reject(new ApiProblem(413, "Request Entity Too Large"));
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
  });
}

/**
 * The fields of a request, whichever of the three forms it has. In the query,
 * in urlencoded and in multipart bodies every value is a text, so those that
 * read as JSON become what they say; a field whose type is a text gets its
 * text back in `untext`.
 */
export function parseBody(contentType: string, query: string, bytes: Buffer): Body {
  const params: Record<string, unknown> = {};
  if (query) fromPairs(new URLSearchParams(query), params);
  if (bytes.length === 0) return { params, uploads: noUploads };
  if (contentType.startsWith("application/json")) {
    const json = parseJson(bytes.toString());
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw badRequest("can't parse request JSON object");
    return { params: { ...params, ...json }, uploads: noUploads };
  }
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    fromPairs(new URLSearchParams(bytes.toString()), params);
    return { params, uploads: noUploads };
  }
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/u.exec(contentType)?.[1];
  if (!boundary) throw badRequest(`unsupported content type ${contentType}`);
  return { params, uploads: fromParts(bytes, boundary, params) };
}

function fromPairs(pairs: URLSearchParams, params: Record<string, unknown>): void {
  for (const [name, value] of pairs) params[name] = fromText(name, value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest("can't parse request JSON object");
  }
}

/** Fields that are a text even where it reads as a number or a list. */
const texts = new Set(
  "text caption parse_mode name title description short_description callback_query_id file_id url secret_token language_code ip_address action performer photo document media video audio voice animation sticker video_note thumbnail message_effect_id business_connection_id icon_custom_emoji_id".split(
    " ",
  ),
);

const fileFields = new Set(
  "photo document video audio voice animation sticker video_note thumbnail certificate".split(" "),
);

function fromText(name: string, value: string): unknown {
  if (
    (texts.has(name) && !(name === "media" && /^[[{]/u.test(value))) ||
    !/^[[{\d-]|^(?:true|false)$/u.test(value)
  )
    return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function fromParts(
  bytes: Buffer,
  boundary: string,
  params: Record<string, unknown>,
): Map<string, Upload> {
  const uploads = new Map<string, Upload>();
  const mark = Buffer.from(`\r\n--${boundary}`);
  let at = bytes.indexOf(`--${boundary}`);
  at = at < 0 ? -1 : at + mark.length - 2;
  while (at >= 0 && bytes.toString("latin1", at, at + 2) === "\r\n") {
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    const end = bytes.indexOf(mark, headEnd < 0 ? at : headEnd + 2);
    if (headEnd < 0 || end < 0) throw badRequest("can't parse the multipart body");
    const head = bytes.toString("utf8", at + 2, headEnd);
    const name = /\bname="([^"]*)"/u.exec(head)?.[1];
    if (name === undefined) throw badRequest("a part of the multipart body has no name");
    const content = bytes.subarray(headEnd + 4, end);
    // grammY writes the name of the file bare, up to the end of the line.
    const fileName = /\bfilename="?([^"\r\n]*)"?/u.exec(head)?.[1];
    if (fileName === undefined) params[name] = fromText(name, content.toString());
    else {
      uploads.set(name, { fileName, bytes: Buffer.from(content) });
    }
    at = end + mark.length;
  }
  // As curl sends it: the file stands in the field itself.
  for (const name of uploads.keys()) if (fileFields.has(name)) params[name] ??= `attach://${name}`;
  return uploads;
}
