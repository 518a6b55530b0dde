import type { PhotoSize } from "@grammyjs/types";
import type { Upload } from "./body.ts";
import type { FileKind, StoredFile } from "./files.ts";
import { ApiProblem, badRequest, callerFault } from "./problem.ts";
import type { World } from "./world.ts";

const maxPhotoBytes = 10 * 2 ** 20;
const maxUploadBytes = 50 * 2 ** 20;

/** The file that a field names: an upload, or one that Telegram has already. */
export function mediaOf(
  world: World,
  kind: FileKind,
  reference: string | undefined,
  uploads: ReadonlyMap<string, Upload>,
): StoredFile {
  if (reference === undefined) throw callerFault(`there is no ${kind} in the request`);
  if (/^https?:/iu.test(reference)) throw badRequest("failed to get HTTP URL content");
  if (!reference.startsWith("attach://")) {
    const known = world.files.byId(reference);
    if (!known) throw badRequest("wrong file identifier/HTTP URL specified");
    if (known.kind !== kind)
      throw badRequest(`can't use file of type ${title(known.kind)} as ${title(kind)}`);
    return known;
  }
  const upload = uploads.get(reference.slice("attach://".length));
  if (!upload) throw callerFault(`nothing was uploaded as ${reference}`);
  const { bytes, fileName } = upload;
  if (bytes.length === 0) throw badRequest("file must be non-empty");
  if (bytes.length > maxUploadBytes) throw new ApiProblem(413, "Request Entity Too Large");
  if (kind === "photo") {
    if (bytes.length > maxPhotoBytes)
      throw badRequest(
        `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${maxPhotoBytes} bytes`,
      );
    if (!isPicture(bytes)) throw badRequest("IMAGE_PROCESS_FAILED");
  }
  return world.files.add(kind, bytes, { fileName: kind === "photo" ? undefined : fileName });
}

const title = (kind: string): string =>
  kind
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/** By the first bytes: PNG, JPEG, GIF, WebP. */
export function isPicture(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  return /^(?:\u0089PNG|\u00ff\u00d8\u00ff|GIF8|RIFF[^]{4}WEBP)/u.test(head);
}

export interface MediaDetails {
  duration?: number | undefined;
  title?: string | undefined;
  performer?: string | undefined;
  emoji?: string | undefined;
}

/** The field of a message that holds this file. Sizes of pictures are made up. */
export function mediaContent(file: StoredFile, details: MediaDetails): object {
  const { kind, fileId, uniqueId, size, fileName, mimeType } = file;
  const base = { file_id: fileId, file_unique_id: uniqueId, file_size: size };
  const name = fileName && { file_name: fileName };
  const { duration = 3, performer } = details;
  switch (kind) {
    case "photo":
      return { photo: sizesOf(file) };
    case "document":
      return { document: { ...base, ...name, mime_type: mimeType } };
    case "video":
      return {
        video: { ...base, ...name, width: 640, height: 360, duration, mime_type: mimeType },
      };
    case "animation": {
      const animation = {
        ...base,
        ...name,
        width: 320,
        height: 180,
        duration,
        mime_type: mimeType,
      };
      // Old clients read it as a document; both are always set (Message, animation).
      return { animation, document: { ...base, ...name, mime_type: mimeType } };
    }
    case "audio": {
      const heading = {
        ...(details.title && { title: details.title }),
        ...(performer && { performer }),
      };
      return { audio: { ...base, ...name, ...heading, duration, mime_type: mimeType } };
    }
    case "voice":
      return { voice: { ...base, duration, mime_type: mimeType } };
    case "video_note":
      return { video_note: { ...base, length: 240, duration } };
    case "sticker": {
      const form = {
        type: "regular",
        width: 512,
        height: 512,
        is_animated: false,
        is_video: false,
      };
      return { sticker: { ...base, ...form, emoji: details.emoji ?? "👍" } };
    }
  }
}

/** A thumbnail and the whole picture; the last is the largest. */
function sizesOf({ fileId, uniqueId, size }: StoredFile): PhotoSize[] {
  const small = { file_id: `${fileId}s`, file_unique_id: `${uniqueId}s`, width: 90, height: 67 };
  return [
    { ...small, file_size: Math.min(1400, size) },
    { file_id: fileId, file_unique_id: uniqueId, width: 1280, height: 960, file_size: size },
  ];
}
