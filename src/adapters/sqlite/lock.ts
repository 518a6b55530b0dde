import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreLocked } from "../../core/errors.ts";
import { createPrivateFile } from "./folder.ts";
import { isBusy } from "./failure.ts";

/**
 * Takes the folder for this process until the returned function is called or
 * the process ends, however it ends: the lock is the operating system's
 * (fcntl), held by an open transaction on a database of its own. The data's
 * file stays free for readers such as a backup.
 *
 * POSIX drops such a lock when the process closes any descriptor of the file,
 * so nothing here may open `lock.sqlite` but SQLite, which knows the trap.
 *
 * @throws StoreLocked at once when it is taken, by this process too.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "lock.sqlite");
  createPrivateFile(path);
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written, so there is nothing to keep in a journal file.
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    throw isBusy(error) ? new StoreLocked(folder) : error;
  }
  return () => db.close();
}
