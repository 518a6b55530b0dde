import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { access, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FolderUnwritable, StoreUnavailable } from "../../core/errors.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";

/** What a few thousand turns take, so that conversations go on when pictures no longer can. */
const defaultKeepFreeBytes = 64 * 1024 * 1024;

/** Windows has no such call: it opens no folder as a file. */
const foldersSync = process.platform !== "win32";

/**
 * Keeps `<dataFolder>/evidence/<first two of id>/<id>.original` and `.view.webp`,
 * readable by this user only.
 *
 * @throws FolderUnwritable
 */
export function openFileEvidence(
  dataFolder: string,
  { keepFreeBytes = defaultKeepFreeBytes } = {},
): EvidenceStore {
  const folder = join(dataFolder, "evidence");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (foldersSync) {
      const handle = openSync(dataFolder, "r");
      fsyncSync(handle);
      closeSync(handle);
    }
  } catch (cause) {
    throw new FolderUnwritable(dataFolder, { cause });
  }

  /** Without ending; undefined when `id` could lead out of the folder. */
  const pathOf = (id: string) =>
    /^[A-Za-z0-9_-]{16,64}$/.test(id) ? join(folder, id.slice(0, 2), id) : undefined;

  async function read(id: string, ending: string): Promise<Uint8Array | undefined> {
    const path = pathOf(id);
    return path === undefined
      ? undefined
      : unlessRefused("read evidence", () => unlessMissing(readFile(path + ending)));
  }

  return {
    async keep(id, original, view) {
      const path = pathOf(id);
      if (path === undefined)
        throw new TypeError("an evidence id is 16 to 64 letters of base64url");
      await unlessRefused("keep evidence", async () => {
        if ((await unlessMissing(access(`${path}.original`).then(() => true))) === true) return;
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        // The original last: where it is, all is.
        if (view) await write(`${path}.view.webp`, view);
        await write(`${path}.original`, original);
        await syncFolder(folder);
      });
    },

    original: (id) => read(id, ".original"),
    view: (id) => read(id, ".view.webp"),

    keptBefore: (at) =>
      unlessRefused("list evidence", async () => {
        const newest = new Map<string, number>();
        for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
          const [id = ""] = entry.name.split(".");
          if (!entry.isFile() || pathOf(id) === undefined) continue;
          const file = await unlessMissing(stat(join(entry.parentPath, entry.name)));
          if (file) newest.set(id, Math.max(file.mtimeMs, newest.get(id) ?? 0));
        }
        return [...newest].flatMap(([id, changedAt]) => (changedAt < at ? [id] : []));
      }),

    async remove(id) {
      const path = pathOf(id);
      if (path === undefined) return;
      await unlessRefused("remove evidence", async () => {
        const names = (await unlessMissing(readdir(dirname(path)))) ?? [];
        // The original last: while it is there, the rest is found again.
        const own = names
          .filter((name) => name.startsWith(`${id}.`))
          .sort()
          .toReversed();
        for (const name of own) await rm(join(dirname(path), name), { force: true });
      });
    },

    hasRoom: (sizeBytes) =>
      unlessRefused("measure the free space", async () => {
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize - sizeBytes >= keepFreeBytes;
      }),
  };
}

/** Durable, and whole or not at all. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Without it a power cut may take the new name away, though the bytes were safe. */
async function syncFolder(path: string): Promise<void> {
  if (!foldersSync) return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Disk full, broken, read-only, or out of file handles: all may pass. */
async function unlessRefused<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StoreUnavailable(what, { cause });
  }
}
