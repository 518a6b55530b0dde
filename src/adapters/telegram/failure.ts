import { GrammyError, HttpError } from "grammy/web";
import {
  BotError,
  CustomerUnreachable,
  Moved,
  OutcomeUnknown,
  PlatformUnavailable,
  RateLimited,
  Undeliverable,
} from "../../core/errors.ts";

const channel = "telegram";

/**
 * Telegram's words for what a chat will never take (Bot API 10.1; the
 * server's source where the documentation is silent).
 */
const refusals: readonly [RegExp, (description: string) => BotError][] = [
  [/bot was blocked by the user/i, () => new CustomerUnreachable(channel, "blocked")],
  [/user is deactivated/i, () => new CustomerUnreachable(channel, "deactivated")],
  [
    /bot can't initiate conversation|PEER_ID_INVALID/i,
    () => new CustomerUnreachable(channel, "neverStarted"),
  ],
  [
    /chat not found|bot was kicked|bot is not a member|group chat was deleted|have no rights to send/i,
    () => new CustomerUnreachable(channel, "gone"),
  ],
  [
    /message thread not found|TOPIC_DELETED|TOPIC_CLOSED/i,
    () => new Undeliverable(channel, "topicGone"),
  ],
  [
    /message is too long|MESSAGE_TOO_LONG|caption is too long/i,
    () => new Undeliverable(channel, "tooLong"),
  ],
  [/VOICE_MESSAGES_FORBIDDEN/i, () => new Undeliverable(channel, "voiceForbidden")],
  [
    /PHOTO_INVALID_DIMENSIONS|IMAGE_PROCESS_FAILED/i,
    () => new Undeliverable(channel, "photoRefused"),
  ],
  [
    /can't parse (?:entities|MessageEntity)|entity begin|ENTIT(?:Y|IES)_/i,
    () => new Undeliverable(channel, "entities"),
  ],
];

/** Nothing has reached the server yet. */
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What an error of grammY says about the request; what is none of its errors stays as it is. */
export function failureOf(error: unknown): unknown {
  if (error instanceof GrammyError) return refusalOf(error);
  if (!(error instanceof HttpError)) return error;
  const code = codeOf(error.error);
  // Not as the cause: an error of undici may hold the address, which has the token in it.
  return code !== undefined && notConnected.has(code)
    ? new PlatformUnavailable(channel, `no connection (${code})`)
    : new OutcomeUnknown(channel);
}

function refusalOf({ error_code: status, description, parameters }: GrammyError): BotError {
  if (parameters.retry_after !== undefined)
    return new RateLimited(channel, parameters.retry_after * 1000);
  if (parameters.migrate_to_chat_id !== undefined)
    return new Moved(channel, String(parameters.migrate_to_chat_id));
  if (status === 429) return new RateLimited(channel, 1000);
  // An unknown token is a wrong path to Telegram.
  if (status === 401 || status === 404)
    return new PlatformUnavailable(
      channel,
      "the token is refused; ask @BotFather for the right one",
    );
  if (status === 409)
    return new PlatformUnavailable(channel, "another bot uses this token; stop it, or its webhook");
  if (status >= 500) return new OutcomeUnknown(channel);
  const refusal = refusals.find(([words]) => words.test(description));
  return refusal ? refusal[1](description) : new Undeliverable(channel, `refused${status}`);
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  return cause === undefined ? undefined : codeOf(cause);
}

/** Whether Telegram itself refuses the bot as a whole, which only its operator can mend. */
export const refusesBot = (error: unknown): boolean =>
  error instanceof GrammyError && failureOf(error) instanceof PlatformUnavailable;

/** Whether another process asks for this bot's updates, or is brought them. */
export const isConflict = (error: unknown): boolean =>
  error instanceof GrammyError && error.error_code === 409;

/** What Telegram says of a message that was to be edited or deleted; undefined for anything else. */
export function changeFaultOf(error: unknown): "unchanged" | "gone" | "tooOld" | undefined {
  if (!(error instanceof GrammyError)) return undefined;
  const { description } = error;
  if (/message is not modified/i.test(description)) return "unchanged";
  if (/message to (?:edit|delete) not found|MESSAGE_ID_INVALID/i.test(description)) return "gone";
  return /message can't be (?:edited|deleted)/i.test(description) ? "tooOld" : undefined;
}

/** Whether an edit, a deletion or an acknowledgement had nothing left to do. */
export const isDoneAlready = (error: unknown): boolean =>
  error instanceof GrammyError &&
  /message is not modified|message to (?:edit|delete) not found|message can't be (?:edited|deleted)|query is too old/i.test(
    error.description,
  );
