import type { ActRefusal } from "./act.ts";
import type { UnreachableReason } from "./conversation.ts";
import type { EvidenceRefusal } from "./evidence.ts";

/**
 * Every error of the bot's own. `code` has a row in `docs/errors.md`. The
 * message states the fact with its ids: no secret, no customer text.
 */
export abstract class BotError extends Error {
  abstract readonly code: string;
  /** Whether the same call may succeed later; all that `app/` looks at. */
  abstract readonly retryable: boolean;
}

/** Another turn was committed in between: load again and decide again. */
export class StaleConversation extends BotError {
  readonly code = "stale-conversation";
  readonly retryable = true;
  constructor(conversationId: string, revision: number) {
    super(`conversation ${conversationId} is no longer at revision ${revision - 1}`);
  }
}

/** The case number drawn is in use already: draw another and decide again. */
export class CaseNumberTaken extends BotError {
  readonly code = "case-number-taken";
  readonly retryable = true;
  constructor(number: string) {
    super(`case number ${number} is taken`);
  }
}

/** The store can't be used now: disk full, file gone, lock held, no answer. The same call may be repeated. */
export class StoreUnavailable extends BotError {
  readonly code = "store-unavailable";
  readonly retryable = true;
  constructor(what: string, options?: ErrorOptions) {
    super(`the store can't ${what}`, options);
  }
}

/** This Redis would lose what it is given. */
export class StoreUnsafe extends BotError {
  readonly code = "store-unsafe";
  readonly retryable = false;
  constructor(dangers: readonly string[]) {
    super(
      `Redis is not safe for conversations: ${dangers.join("; ")}; or set REDIS_UNSAFE=accept to use it all the same`,
    );
  }
}

/** Another bot holds this DATA_DIR. */
export class StoreLocked extends BotError {
  readonly code = "store-locked";
  readonly retryable = false;
  constructor(folder: string) {
    super(`another bot is running on ${folder}: stop it, or set DATA_DIR to another folder`);
  }
}

/** DATA_DIR can't be written. */
export class FolderUnwritable extends BotError {
  readonly code = "folder-unwritable";
  readonly retryable = false;
  constructor(folder: string, options?: ErrorOptions) {
    super(
      `can't write in ${folder}: give this user write access, or set DATA_DIR to another folder`,
      options,
    );
  }
}

/** A newer version of the bot wrote this store. */
export class StoreTooNew extends BotError {
  readonly code = "store-too-new";
  readonly retryable = false;
  constructor(found: number, known: number) {
    super(`the data is of version ${found}, this bot knows up to ${known}: start the newer bot`);
  }
}

/** The data of this folder was moved to Redis, or is about to be. */
export class StoreMoved extends BotError {
  readonly code = "store-moved";
  readonly retryable = false;
  constructor(folder: string, note: string, isEnded: boolean) {
    super(
      isEnded
        ? `the data of ${folder} was moved to Redis: set REDIS_URL; to go back to what it was then, without anything since, remove ${note}`
        : `a move of the data of ${folder} to Redis has begun: end it with \`npm run migrate-store\`; to give it up, remove ${note} and empty that Redis`,
    );
  }
}

/** A Redis into which data is being moved is not whole yet. */
export class StoreIncomplete extends BotError {
  readonly code = "store-incomplete";
  readonly retryable = false;
  constructor() {
    super(
      "data is being moved into this Redis and is not whole yet: end that with `npm run migrate-store`, then start the bot",
    );
  }
}

/** Data is to be moved into a store that has some already. */
export class StoreOccupied extends BotError {
  readonly code = "store-occupied";
  readonly retryable = false;
  constructor() {
    super(
      "the Redis of REDIS_URL has data of another store: set REDIS_URL to an empty one (another database number will do); nothing was changed",
    );
  }
}

/** PORT is in use. */
export class PortInUse extends BotError {
  readonly code = "port-in-use";
  readonly retryable = false;
  constructor(port: number) {
    super(
      `port ${port} is in use: stop the other program, or set PORT to another (0 takes a free one)`,
    );
  }
}

/** A newer version of the bot wrote this conversation; this one must not touch it. */
export class ConversationTooNew extends BotError {
  readonly code = "conversation-too-new";
  readonly retryable = false;
  constructor(conversationId: string, found: number, known: number) {
    super(
      `conversation ${conversationId} is of flow version ${found}, this bot knows up to ${known}: start the newer bot`,
    );
  }
}

/** The settings are wrong; all faults at once. */
export class BadConfig extends BotError {
  readonly code = "bad-config";
  readonly retryable = false;
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `the settings have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** The platform asks for a pause; nothing was sent. `retryAfterMs` from now. */
export class RateLimited extends BotError {
  readonly code = "rate-limited";
  readonly retryable = true;
  readonly retryAfterMs: number;
  constructor(channel: string, retryAfterMs: number) {
    super(`${channel} asks for a pause of ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The platform can't be reached or refuses the bot as a whole (token, another bot on it); nothing was sent. */
export class PlatformUnavailable extends BotError {
  readonly code = "platform-unavailable";
  readonly retryable = true;
  constructor(channel: string, why: string, options?: ErrorOptions) {
    super(`${channel} can't be used: ${why}`, options);
  }
}

/** The platform may have carried out the request: its answer never came, or was none. */
export class OutcomeUnknown extends BotError {
  readonly code = "outcome-unknown";
  readonly retryable = true;
  constructor(channel: string, options?: ErrorOptions) {
    super(`${channel} did not say whether it carried out the request`, options);
  }
}

/** The platform says that nothing can be sent to this customer. */
export class CustomerUnreachable extends BotError {
  readonly code = "customer-unreachable";
  readonly retryable = false;
  readonly reason: UnreachableReason;
  constructor(channel: string, reason: UnreachableReason) {
    super(`${channel} can't reach the customer: ${reason}`);
    this.reason = reason;
  }
}

/** A desk's thread is not there any more, or closed to the bot. */
export class ThreadGone extends BotError {
  readonly code = "thread-gone";
  readonly retryable = true;
  constructor(desk: string, options?: ErrorOptions) {
    super(`a thread of the desk on ${desk} is gone`, options);
  }
}

/** The platform will never take this message. `reason` is a word, for logs and people. */
export class Undeliverable extends BotError {
  readonly code = "undeliverable";
  readonly retryable = false;
  readonly reason: string;
  constructor(channel: string, reason: string, options?: ErrorOptions) {
    super(`${channel} does not take the message: ${reason}`, options);
    this.reason = reason;
  }
}

/** An agent's act is not carried out. `refusal` says why. */
export class ActRefused extends BotError {
  readonly code = "act-refused";
  readonly retryable = false;
  readonly refusal: ActRefusal;
  constructor(conversationId: string, refusal: ActRefusal) {
    super(`an act on conversation ${conversationId} is refused: ${refusal.reason}`);
    this.refusal = refusal;
  }
}

/** Somebody came back from the log-in page without a log-in. `reason` is a word. */
export class LogInFailed extends BotError {
  readonly code = "log-in-failed";
  readonly retryable = false;
  readonly reason: "cancelled" | "refusedByProvider" | "noIdToken" | "notOurs";
  constructor(reason: LogInFailed["reason"], options?: ErrorOptions) {
    super(`a log-in has failed: ${reason}`, options);
    this.reason = reason;
  }
}

/** The chat has another address from now on; nothing was sent. */
export class Moved extends BotError {
  readonly code = "moved";
  readonly retryable = true;
  readonly address: string;
  constructor(channel: string, address: string) {
    super(`the chat on ${channel} has moved`);
    this.address = address;
  }
}

/** A file that the platform named is not to be had, and why. */
export class FileUnavailable extends BotError {
  readonly code = "file-unavailable";
  readonly retryable = false;
  readonly refusal: EvidenceRefusal;
  constructor(channel: string, refusal: EvidenceRefusal, options?: ErrorOptions) {
    super(`${channel} does not give the file: ${refusal}`, options);
    this.refusal = refusal;
  }
}
