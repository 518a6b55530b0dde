import { BotError, StoreUnavailable } from "../../core/errors.ts";

/** What Redis says when it can't now, by the first word of its error. */
const passing = new Set([
  "BUSY",
  "CLUSTERDOWN",
  "LOADING",
  "MASTERDOWN",
  "MISCONF",
  "NOAUTH",
  "NOPERM",
  "NOREPLICAS",
  "OOM",
  "READONLY",
  "TRYAGAIN",
  "UNBLOCKED",
  "WRONGPASS",
]);

/** An answer of Redis, as opposed to none: nothing else begins with a word in capitals. */
export const replyCode = (error: unknown): string | undefined =>
  error instanceof Error ? /^(?:-)?([A-Z]{2,})\b/u.exec(error.message)?.[1] : undefined;

/** Faults of our own scripts: no use to try again. */
const ours = new Set(["ERR", "WRONGTYPE", "CROSSSLOT", "NOSCRIPT"]);

/** `StoreUnavailable` for what may pass: no connection, no answer, a Redis that can't write now. */
export function storeFailure(what: string, error: unknown): unknown {
  if (error instanceof BotError) return error;
  const code = replyCode(error);
  const isOurs =
    !(error instanceof Error) || error instanceof TypeError || (code && ours.has(code));
  return isOurs && !(code && passing.has(code))
    ? error
    : new StoreUnavailable(what, { cause: error });
}

/** node-redis puts several failures (IPv4, IPv6) into one error without words. */
export const reasonOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(reasonOf).join("; ")
    : error instanceof Error
      ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
      : String(error);
