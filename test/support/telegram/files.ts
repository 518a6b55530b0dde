export type FileKind =
  | "photo"
  | "document"
  | "video"
  | "audio"
  | "voice"
  | "animation"
  | "video_note"
  | "sticker";

export interface StoredFile {
  fileId: string;
  uniqueId: string;
  /** What getFile answers, below `/file/bot<token>/`. */
  path: string;
  kind: FileKind;
  bytes: Uint8Array;
  /** What Telegram says it is; may be more than the bytes that a test keeps. */
  size: number;
  fileName: string | undefined;
  mimeType: string;
}

export interface FileDetails {
  fileName?: string | undefined;
  mimeType?: string | undefined;
  /** A size to claim, so that a file over 20 MB needs no 20 MB. */
  size?: number | undefined;
}

export interface FileStore {
  add(kind: FileKind, bytes: Uint8Array, details?: FileDetails): StoredFile;
  byId(fileId: string): StoredFile | undefined;
  byPath(path: string): StoredFile | undefined;
  /** From now on `wrong file_id or the file is temporarily unavailable`. */
  forget(fileId: string): void;
}

const folders: Record<FileKind, [folder: string, extension: string, mimeType: string]> = {
  photo: ["photos", "jpg", "image/jpeg"],
  document: ["documents", "bin", "application/octet-stream"],
  video: ["videos", "mp4", "video/mp4"],
  audio: ["music", "mp3", "audio/mpeg"],
  voice: ["voice", "oga", "audio/ogg"],
  animation: ["animations", "mp4", "video/mp4"],
  video_note: ["video_notes", "mp4", "video/mp4"],
  sticker: ["stickers", "webp", "image/webp"],
};

const types: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  pdf: "application/pdf",
  txt: "text/plain",
  html: "text/html",
  json: "application/json",
  csv: "text/csv",
  zip: "application/zip",
  mp4: "video/mp4",
};

export function createFileStore(): FileStore {
  const byId = new Map<string, StoredFile>();
  const byPath = new Map<string, StoredFile>();
  let count = 0;
  return {
    add(kind, bytes, details = {}) {
      const [folder, extension, mimeType] = folders[kind];
      const given = /\.(\w{1,8})$/u.exec(details.fileName ?? "")?.[1]?.toLowerCase();
      count++;
      const file: StoredFile = {
        fileId: `BQACAgIAAxkBAAI${String(count).padStart(6, "0")}Zm9yIGEgdGVzdA`,
        uniqueId: `AgAD${String(count).padStart(6, "0")}`,
        path: `${folder}/file_${count}.${given ?? extension}`,
        kind,
        bytes,
        size: details.size ?? bytes.length,
        fileName: details.fileName,
        mimeType: details.mimeType ?? types[given ?? ""] ?? mimeType,
      };
      byId.set(file.fileId, file);
      byPath.set(file.path, file);
      return file;
    },
    byId: (fileId) => byId.get(fileId),
    byPath: (path) => byPath.get(path),
    forget(fileId) {
      const file = byId.get(fileId);
      if (file) byPath.delete(file.path);
      byId.delete(fileId);
    },
  };
}
