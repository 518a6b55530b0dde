import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest";
import {
  BotError,
  CustomerUnreachable,
  OutcomeUnknown,
  PlatformUnavailable,
  RateLimited,
  Undeliverable,
} from "../../core/errors.ts";

const channel = "discord";

/** What a room that takes no message is, by Discord's code (Reference, "JSON Error Codes"). */
const roomFaults: Readonly<Record<number, RoomFault>> = {
  10003: "gone",
  10004: "gone",
  10013: "gone",
  30033: "gone",
  50001: "forbidden",
  50007: "closed",
  50013: "forbidden",
  50278: "closed",
  160005: "locked",
};

/** `closed` are direct messages, `locked` and `forbidden` threads; the customer may be reached in another room. */
export type RoomFault = "gone" | "forbidden" | "closed" | "locked";

export const threadIsArchived = 50083;
export const unknownMessage = 10008;

/** Why a message will never be taken, in a word for logs and people. */
const refusals: Readonly<Record<number, string>> = {
  20009: "explicitContent",
  40005: "tooLarge",
  50006: "empty",
  50008: "notTextChannel",
  50035: "invalidForm",
  50045: "tooLarge",
  200000: "autoModeration",
  240000: "harmfulLink",
};

/** Asks for a pause without saying for how long. */
const pausesMs: Readonly<Record<number, number>> = {
  // Slowmode and the write limit of a channel.
  20016: 10_000,
  20028: 10_000,
  // Opening direct messages too fast.
  40003: 60_000,
};

/** Refuses the bot as a whole. */
const wholeRefusals: Readonly<Record<number, string>> = {
  40001: "the token is refused; see the developer portal for the right one",
  40333: "its user agent is refused",
  130000: "it is overloaded",
};

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

/** Discord's code of a refusal; undefined for what is none. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError ? Number(error.code) : undefined;

export function roomFaultOf(error: unknown): RoomFault | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : roomFaults[code];
}

/** What an error of the library says about the request; what is none of its errors and of the network's stays as it is. */
export function failureOf(error: unknown): unknown {
  if (error instanceof BotError) return error;
  if (error instanceof RateLimitError) return new RateLimited(channel, pauseOf(error));
  if (error instanceof DiscordAPIError) return refusalOf(error);
  if (error instanceof HTTPError) return new OutcomeUnknown(channel);
  // A timeout, or an answer that ends in the middle.
  const { name } = error as { name?: unknown };
  if (name === "AbortError" || error instanceof SyntaxError) return new OutcomeUnknown(channel);
  if (error instanceof Error && error.message.startsWith("Expected token to be set"))
    return new PlatformUnavailable(channel, wholeRefusals[40001] ?? "");
  const code = systemCodeOf(error);
  if (code === undefined) return error;
  return notConnected.has(code)
    ? new PlatformUnavailable(channel, `no connection (${code})`)
    : new OutcomeUnknown(channel);
}

function refusalOf(error: DiscordAPIError): BotError {
  const code = Number(error.code);
  const { status } = error;
  const whole = wholeRefusals[code];
  if (whole !== undefined) return new PlatformUnavailable(channel, whole);
  const pauseMs = pausesMs[code];
  if (pauseMs !== undefined) return new RateLimited(channel, pauseMs);
  const refusal = refusals[code];
  if (refusal !== undefined) return new Undeliverable(channel, refusal);
  const fault = roomFaults[code];
  if (fault !== undefined) return unreachable(fault, code);
  if (status === 401) return new PlatformUnavailable(channel, wholeRefusals[40001] ?? "");
  return new Undeliverable(channel, `refused${code || status}`);
}

/** Where no other room is left. */
function unreachable(fault: RoomFault, code: number): BotError {
  if (fault === "forbidden") return new Undeliverable(channel, "missingPermissions");
  if (fault === "closed" && code === 50007) return new CustomerUnreachable(channel, "blocked");
  return new CustomerUnreachable(channel, code === 10013 ? "deactivated" : "gone");
}

const pauseOf = ({ retryAfter, sublimitTimeout, timeToReset }: RateLimitError): number =>
  Math.max(retryAfter, sublimitTimeout, Math.min(timeToReset, 60_000), 50);

/** Some wrap what the system said. */
function systemCodeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  return cause === undefined ? undefined : systemCodeOf(cause);
}

/** For the log. */
export const wordOf = (error: unknown): string => {
  const failure = failureOf(error);
  if (failure instanceof Undeliverable) return failure.reason;
  if (failure instanceof BotError) return failure.code;
  return failure instanceof Error ? failure.name : "unexpected";
};
