import { GrammyError, HttpError } from "grammy/web";
import { describe, expect, it } from "vitest";
import { failureOf, isDoneAlready, refusesBot } from "../../../src/adapters/telegram/failure.ts";
import {
  BotError,
  CustomerUnreachable,
  Moved,
  OutcomeUnknown,
  PlatformUnavailable,
  RateLimited,
  Undeliverable,
} from "../../../src/core/errors.ts";

const token = "123456:CANARY-token";
const words = "CANARY-words";

const refused = (error_code: number, description: string, parameters = {}) =>
  new GrammyError(
    `Call to 'sendMessage' failed! (${error_code}: ${description})`,
    { ok: false, error_code, description, parameters },
    "sendMessage",
    { chat_id: 7, text: words },
  );

const broken = (code: string) =>
  new HttpError(
    "Network request for 'sendMessage' failed!",
    Object.assign(new Error(`https://api.telegram.org/bot${token}/sendMessage`), {
      cause: { code },
    }),
  );

describe("what Telegram refuses", () => {
  it.each([
    [403, "Forbidden: bot was blocked by the user", "blocked"],
    [403, "Forbidden: user is deactivated", "deactivated"],
    [403, "Forbidden: bot can't initiate conversation with a user", "neverStarted"],
    [400, "Bad Request: PEER_ID_INVALID", "neverStarted"],
    [400, "Bad Request: chat not found", "gone"],
    [403, "Forbidden: bot was kicked from the supergroup chat", "gone"],
    [403, "Forbidden: bot is not a member of the supergroup chat", "gone"],
    [403, "Forbidden: the group chat was deleted", "gone"],
    [400, "Bad Request: have no rights to send a message", "gone"],
  ])("%d %s: the customer can’t be reached, %s", (code, description, reason) => {
    const failure = failureOf(refused(code, description));
    expect(failure).toBeInstanceOf(CustomerUnreachable);
    expect((failure as CustomerUnreachable).reason).toBe(reason);
  });

  it.each([
    ["message thread not found", "topicGone"],
    ["TOPIC_DELETED", "topicGone"],
    ["TOPIC_CLOSED", "topicGone"],
    ["message is too long", "tooLong"],
    ["MESSAGE_TOO_LONG", "tooLong"],
    ['can\'t parse entities: Unsupported start tag "3" at byte offset 0', "entities"],
    ["can't parse MessageEntity: Unsupported type specified", "entities"],
    ["entity begins in a middle of a UTF-16 symbol at byte offset 3", "entities"],
    ["ENTITY_BOUNDS_INVALID", "entities"],
    ["something that nobody has seen", "refused400"],
  ])("%s: this message never comes through, %s", (description, reason) => {
    const failure = failureOf(refused(400, `Bad Request: ${description}`));
    expect(failure).toBeInstanceOf(Undeliverable);
    expect((failure as Undeliverable).reason).toBe(reason);
  });

  it("a pause, a new address and the bot as a whole are told from each other", () => {
    const flood = failureOf(refused(429, "Too Many Requests: retry after 7", { retry_after: 7 }));
    expect(flood).toBeInstanceOf(RateLimited);
    expect((flood as RateLimited).retryAfterMs).toBe(7000);
    expect(failureOf(refused(429, "Too Many Requests"))).toBeInstanceOf(RateLimited);
    const moved = failureOf(refused(400, "Bad Request", { migrate_to_chat_id: -1001234567890 }));
    expect((moved as Moved).address).toBe("-1001234567890");
    for (const [code, description] of [
      [401, "Unauthorized"],
      [404, "Not Found"],
      [409, "Conflict: terminated by other getUpdates request"],
    ] as const) {
      expect(failureOf(refused(code, description))).toBeInstanceOf(PlatformUnavailable);
      expect(refusesBot(refused(code, description))).toBe(true);
    }
    expect(refusesBot(broken("ECONNREFUSED"))).toBe(false);
  });
});

describe("what nobody knows", () => {
  it.each([500, 502, 503])("%d may have been carried out", (code) => {
    expect(failureOf(refused(code, "Internal Server Error"))).toBeInstanceOf(OutcomeUnknown);
  });

  it.each([
    "ECONNRESET",
    "EPIPE",
    "UND_ERR_SOCKET",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_BODY_TIMEOUT",
  ])("a connection that broke (%s) may have brought it", (code) => {
    expect(failureOf(broken(code))).toBeInstanceOf(OutcomeUnknown);
  });

  it.each([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
  ])("a connection that never was (%s) has not", (code) => {
    expect(failureOf(broken(code))).toBeInstanceOf(PlatformUnavailable);
  });
});

it("keeps neither the token nor the words, in no error and no cause of one", () => {
  const all = [
    ...[400, 401, 403, 404, 409, 413, 429, 500].map((code) => refused(code, `x: ${words}`)),
    ...["ECONNREFUSED", "ECONNRESET"].map(broken),
  ].map(failureOf);
  for (const failure of all) {
    expect(failure).toBeInstanceOf(BotError);
    for (let error: unknown = failure; error instanceof Error; error = error.cause)
      expect([error.stack, error.message, JSON.stringify(error)].join(" ")).not.toMatch(/CANARY/u);
  }
});

it("leaves what is no error of Telegram’s as it is", () => {
  const error = new TypeError("a bug");
  expect(failureOf(error)).toBe(error);
});

it.each([
  "message is not modified: specified new message content",
  "message to edit not found",
  "message to delete not found",
  "message can't be edited",
  "message can't be deleted",
  "query is too old and response timeout expired or query ID is invalid",
])("takes a sign for done when %s", (description) => {
  expect(isDoneAlready(refused(400, `Bad Request: ${description}`))).toBe(true);
  expect(isDoneAlready(refused(400, "Bad Request: chat not found"))).toBe(false);
});
