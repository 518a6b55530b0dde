import { API } from "@discordjs/core";
import { DefaultRestOptions, REST, type ResponseLike, type RESTOptions } from "@discordjs/rest";
import { RateLimited } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { createBreaker } from "./breaker.ts";
import { failureOf } from "./failure.ts";

export const discordApi = "https://discord.com/api";
/** Ends before a reply's lease does. */
const timeoutMs = 12_000;
/** A clock that is put right by little and little is not set. */
const longestDriftMs = 1000;

export interface Rest {
  rest: REST;
  /**
   * One request, never repeated by itself.
   *
   * @throws what the library throws; RateLimited where the breaker is open.
   */
  ask: <T>(work: (api: API) => Promise<T>) => Promise<T>;
  /** The same for what no outbox repeats: waits out pauses and asks anew for as long as that. */
  patiently: <T>(work: (api: API) => Promise<T>, forMs: number) => Promise<T>;
}

/**
 * The REST API through the library's buckets, without its own repeats: after
 * a timeout or a 500 it would send a message again at once (`retries: 3`).
 */
export function createRest(parts: {
  token: string;
  apiRoot: string;
  clock: Clock;
  sleep: (ms: number) => { done: Promise<void> };
}): Rest {
  const { token, apiRoot, clock, sleep } = parts;
  const breaker = createBreaker();
  const rest: REST = new REST({
    version: "10",
    api: apiRoot,
    retries: 0,
    timeout: timeoutMs,
    // A pause becomes an error, so that the lane waits in the outbox and holds no lease.
    rejectOnRateLimit: () => true,
    // Another server than Discord has limits of its own, if any, and says so.
    globalRequestsPerSecond: apiRoot === discordApi ? 50 : Infinity,
    makeRequest: guarded,
  });
  const api = new API(rest);

  async function guarded(url: string, init: Parameters<RESTOptions["makeRequest"]>[1]) {
    const pauseMs = breaker.pauseMs(clock.now());
    if (pauseMs > 0) throw new RateLimited("discord", pauseMs);
    const response: ResponseLike = await DefaultRestOptions.makeRequest(url, init);
    breaker.count(clock.now(), response.status, response.headers.get("X-RateLimit-Scope"));
    return response;
  }

  /** From the clock that nobody can set to the machine's. */
  const skewMs = () => Date.now() - performance.now();
  let skew = skewMs();

  /** The library waits for its buckets by the machine's clock: set back by an hour, it would let nothing through for an hour. */
  function forgetWaitsOfAnotherTime(): void {
    const now = skewMs();
    if (Math.abs(now - skew) > longestDriftMs) {
      rest.handlers.clear();
      rest.globalReset = -1;
    }
    skew = now;
  }

  async function ask<T>(work: (api: API) => Promise<T>): Promise<T> {
    forgetWaitsOfAnotherTime();
    // The library forgets the token at the first 401, which a later one may not deserve.
    rest.setToken(token);
    return work(api);
  }

  return {
    rest,
    ask,
    async patiently(work, forMs) {
      const until = clock.now() + forMs;
      for (;;) {
        try {
          return await ask(work);
        } catch (error) {
          const failure = failureOf(error);
          const pauseMs = failure instanceof RateLimited ? failure.retryAfterMs : Infinity;
          if (clock.now() + pauseMs > until) throw error;
          await sleep(pauseMs).done;
        }
      }
    },
  };
}
