import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest";
import { describe, expect, it } from "vitest";
import { createBreaker } from "../../../src/adapters/discord/breaker.ts";
import { failureOf, roomFaultOf } from "../../../src/adapters/discord/failure.ts";
import { createSequence } from "../../../src/adapters/discord/sequence.ts";
import { BotError, StoreUnavailable, Undeliverable } from "../../../src/core/errors.ts";

const refusal = (code: number, status: number) =>
  new DiscordAPIError(
    { code, message: "as Discord says" },
    code,
    status,
    "POST",
    "https://discord.test",
    {
      body: undefined,
      files: undefined,
    },
  );
const wordOf = (error: unknown): string => {
  const failure = failureOf(error);
  if (failure instanceof Undeliverable) return `undeliverable: ${failure.reason}`;
  if (failure instanceof BotError && "reason" in failure)
    return `${failure.code}: ${String(failure.reason)}`;
  return failure instanceof BotError ? failure.code : "as it was";
};

describe("what Discord refuses", () => {
  it.each([
    [50007, 403, "the direct message is closed", "customer-unreachable: blocked", "closed"],
    [50278, 403, "there is no common server", "customer-unreachable: gone", "closed"],
    [40003, 429, "direct messages are opened too fast", "rate-limited", undefined],
    [50001, 403, "the bot has no access", "undeliverable: missingPermissions", "forbidden"],
    [50013, 403, "the bot lacks a permission", "undeliverable: missingPermissions", "forbidden"],
    [160005, 403, "the thread is locked", "customer-unreachable: gone", "locked"],
    [30033, 400, "the thread is full", "customer-unreachable: gone", "gone"],
    [10003, 404, "the channel is gone", "customer-unreachable: gone", "gone"],
    [10004, 404, "the server is gone", "customer-unreachable: gone", "gone"],
    [10013, 404, "the user is gone", "customer-unreachable: deactivated", "gone"],
    [200000, 400, "AutoMod blocks it", "undeliverable: autoModeration", undefined],
    [240000, 400, "a link is called harmful", "undeliverable: harmfulLink", undefined],
    [20009, 400, "the content is called explicit", "undeliverable: explicitContent", undefined],
    [50006, 400, "it is empty", "undeliverable: empty", undefined],
    [50035, 400, "its form is wrong", "undeliverable: invalidForm", undefined],
    [40005, 413, "the request is too large", "undeliverable: tooLarge", undefined],
    [50045, 400, "the file is too large", "undeliverable: tooLarge", undefined],
    [20016, 400, "slowmode is on", "rate-limited", undefined],
    [20028, 400, "the channel's write limit is reached", "rate-limited", undefined],
    [130000, 503, "Discord is overloaded", "platform-unavailable", undefined],
    [40333, 403, "the user agent is refused", "platform-unavailable", undefined],
    [40001, 401, "the token is refused", "platform-unavailable", undefined],
    [0, 401, "the token is refused without a code", "platform-unavailable", undefined],
    [99999, 400, "nobody knows why", "undeliverable: refused99999", undefined],
  ])("%s: %s, %s", (code, status, _, word, fault) => {
    expect(wordOf(refusal(code, status))).toBe(word);
    expect(roomFaultOf(refusal(code, status))).toBe(fault);
  });
});

describe("what the network does", () => {
  it.each([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
  ])("%s is certain not to have sent anything", (code) => {
    expect(wordOf(Object.assign(new Error("no"), { code }))).toBe("platform-unavailable");
    expect(
      wordOf(new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { code }) })),
    ).toBe("platform-unavailable");
  });

  it.each([
    ["a reset", Object.assign(new Error("reset"), { code: "ECONNRESET" })],
    [
      "a socket that ended",
      Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }),
    ],
    ["a timeout", Object.assign(new Error("aborted"), { name: "AbortError" })],
    ["half an answer", new SyntaxError("Unexpected end of JSON input")],
    [
      "a 500",
      new HTTPError(500, "Internal Server Error", "POST", "https://discord.test", {
        body: undefined,
        files: undefined,
      }),
    ],
    [
      "a 502",
      new HTTPError(502, "Bad Gateway", "POST", "https://discord.test", {
        body: undefined,
        files: undefined,
      }),
    ],
  ])("%s may have", (_, error) => {
    expect(wordOf(error)).toBe("outcome-unknown");
  });

  it("asks for a pause, which is kept", () => {
    const pause = new RateLimitError({
      global: false,
      hash: "h",
      limit: 5,
      majorParameter: "1",
      method: "POST",
      retryAfter: 1250,
      route: "/channels/:id/messages",
      scope: "user",
      sublimitTimeout: 0,
      timeToReset: 900,
      url: "https://discord.test",
    });
    expect(failureOf(pause)).toMatchObject({ code: "rate-limited", retryAfterMs: 1250 });
  });

  it("leaves our own errors and faults as they are", () => {
    const own = new StoreUnavailable("write");
    expect(failureOf(own)).toBe(own);
    const fault = new TypeError("x is undefined");
    expect(failureOf(fault)).toBe(fault);
  });
});

describe("the breaker", () => {
  it("opens at a tenth of Discord’s ban, and closes when ten minutes have passed", () => {
    const breaker = createBreaker();
    for (let at = 0; at < 999; at++) breaker.count(at, [401, 403, 429][at % 3] ?? 403, "user");
    expect(breaker.pauseMs(1000)).toBe(0);
    breaker.count(1000, 403, null);
    expect(breaker.pauseMs(1000)).toBe(599_000);
    expect(breaker.pauseMs(600_000)).toBe(0);
  });

  it("counts neither what went well nor a limit that others have reached", () => {
    const breaker = createBreaker();
    for (let at = 0; at < 3000; at++) breaker.count(at, at % 2 ? 200 : 404, null);
    for (let at = 0; at < 3000; at++) breaker.count(at, 429, "shared");
    expect(breaker.pauseMs(3000)).toBe(0);
  });
});

describe("the sequence", () => {
  it("advances only as far as everything is durable", () => {
    const sequence = createSequence(10);
    for (const seq of [11, 12, 13]) sequence.begin(seq);
    expect(sequence.durable()).toBe(10);
    sequence.end(13);
    sequence.end(12);
    expect(sequence.durable()).toBe(10);
    sequence.end(11);
    expect(sequence.durable()).toBe(13);
    sequence.begin(14);
    expect(sequence.durable()).toBe(13);
  });
});
