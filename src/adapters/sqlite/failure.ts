import { StoreUnavailable } from "../../core/errors.ts";

/** SQLite's result codes (sqlite.org/rescode.html) for what may pass: the disk, a lock, memory. */
const passing = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  full: 13,
  cantOpen: 14,
  lockProtocol: 15,
};
const passingCodes = new Set(Object.values(passing));

/** SQLite's primary result code of an error of `node:sqlite`; undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The high bits say more of the same (SQLITE_IOERR_WRITE is 778).
  return typeof code === "number" ? code & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => resultCode(error) === passing.busy;

/** Whether the file or its folder refuses to be written. */
export const isUnwritable = (error: unknown): boolean =>
  resultCode(error) === passing.readOnly || resultCode(error) === passing.cantOpen;

/** `StoreUnavailable` for a failure of SQLite that may pass; every other error as it is. */
export function storeFailure(what: string, error: unknown): unknown {
  const code = resultCode(error);
  return code !== undefined && passingCodes.has(code)
    ? new StoreUnavailable(what, { cause: error })
    : error;
}
