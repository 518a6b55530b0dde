import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes the folder and those above it, for their owner alone; one that exists
 * stays as it is. Not with `recursive`, with which Node 24 never returns
 * where a folder's parent exists and mkdir still says ENOENT (`/proc`).
 */
export function createPrivateFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) createPrivateFolder(parent);
  mkdirSync(folder, { mode: 0o700 });
}

/**
 * Makes an empty file, for its owner alone, which SQLite takes for a new
 * database and whose mode it gives to the WAL. A file that exists is not
 * even opened (see `lockFolder`).
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
