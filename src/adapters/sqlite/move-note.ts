import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { StoreMoved } from "../../core/errors.ts";
import type { Move } from "../../ports/transfer.ts";

const noteIn = (folder: string): string => join(folder, "moved-to-redis.json");

/** What the folder says of a move of its data to Redis. */
export function readMoveNote(folder: string): Move | undefined {
  try {
    return JSON.parse(readFileSync(noteIn(folder), "utf8")) as Move;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whole or not at all, and durable. */
export function writeMoveNote(folder: string, move: Move): void {
  const unfinished = `${noteIn(folder)}.part`;
  const file = openSync(unfinished, "w", 0o600);
  writeSync(file, `${JSON.stringify(move)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinished, noteIn(folder));
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

export const removeMoveNote = (folder: string): void => rmSync(noteIn(folder), { force: true });

/**
 * A bot that went on with data that lives elsewhere would answer customers
 * from two memories. Whoever wants that removes the note.
 *
 * @throws StoreMoved
 */
export function refuseMoved(folder: string): void {
  const move = readMoveNote(folder);
  if (move) throw new StoreMoved(folder, noteIn(folder), move.endedAt !== undefined);
}
