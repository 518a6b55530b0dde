import type { DatabaseSync } from "node:sqlite";
import { BotError } from "../../core/errors.ts";
import { storeFailure } from "./failure.ts";

/** Bounds how long the event loop stands still for one group. */
const groupSize = 256;

export interface Writer {
  /**
   * Carries out `work` in a transaction; resolves when that is on the disk.
   * Work that throws a BotError must not have written anything by then.
   *
   * @throws StoreUnavailable (`the store can't <what>`) when the disk
   *   refuses; then nothing of `work` has happened.
   */
  write<T>(what: string, work: () => T): Promise<T>;
  /** Carries out what still waits. */
  flush(): void;
}

interface Write {
  what: string;
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Puts the writes that come in during one turn of the event loop into one
 * transaction, since a disk syncs only a few thousand times a second. Nobody
 * hears of success before the COMMIT.
 */
export function createWriter(db: DatabaseSync): Writer {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const waiting: Write[] = [];

  function write<T>(what: string, work: () => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(writeGroup);
      waiting.push({ what, work, resolve, reject });
    }) as Promise<T>;
  }

  function writeGroup(): void {
    if (waiting.length === 0) return;
    const group = waiting.splice(0, groupSize);
    if (waiting.length > 0) setImmediate(writeGroup);
    writeTogether(group);
  }

  function flush(): void {
    while (waiting.length > 0) writeTogether(waiting.splice(0, groupSize));
  }

  function writeTogether(group: readonly Write[]): void {
    let outcomes;
    try {
      outcomes = transact(group);
    } catch (error) {
      failTogether(group, error);
      return;
    }
    for (const tell of outcomes) tell();
  }

  /** What to tell each caller, once all are committed. */
  function transact(group: readonly Write[]): (() => void)[] {
    begin.run();
    try {
      const outcomes = group.map(outcomeOf);
      commit.run();
      return outcomes;
    } catch (error) {
      // SQLite has rolled back by itself after some failures.
      if (db.isTransaction) rollback.run();
      throw error;
    }
  }

  function outcomeOf({ work, resolve, reject }: Write): () => void {
    try {
      const value = work();
      return () => resolve(value);
    } catch (error) {
      if (error instanceof BotError) return () => reject(error);
      throw error;
    }
  }

  /** The store's failure is everybody's; any other is the fault of one, and the rest must not suffer from it. */
  function failTogether(group: readonly Write[], error: unknown): void {
    const isEverybodys = group.length === 1 || storeFailure("write", error) !== error;
    for (const one of group) {
      if (isEverybodys) one.reject(storeFailure(one.what, error));
      else writeTogether([one]);
    }
  }

  return { write, flush };
}
