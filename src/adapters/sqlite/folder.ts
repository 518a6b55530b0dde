import { closeSync, mkdirSync, openSync } from "node:fs";

/** Makes the folder, for its owner alone; one that exists stays as it is. */
export function createPrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
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
