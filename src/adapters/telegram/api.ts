import { Api } from "grammy/web";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, type Dispatcher } from "undici";

/** Below the lease, so that a send has ended before another may begin; above what Telegram takes on a slow day. */
const timeoutSeconds = 12;
/** A long poll's own wait comes on top. */
const pollTimeoutSeconds = 50;
const connections = 256;
/** For signs that are still under way at the end; none is worth a late one. */
const closeWithinMs = 1000;

export interface TelegramApi {
  /** For everything that is answered at once. */
  calls: Api;
  /** For getUpdates, which waits. */
  polls: Api;
  close(): Promise<void>;
}

/**
 * grammY's client on one pool of connections of undici: the pool of Node's
 * own `https` behind grammY's node-fetch opens a connection a request under
 * load. Nothing is ever repeated in here: the outbox owns the retries.
 * `grammy/web` is the same client in one file, without that node-fetch: it is
 * there in a tenth of the time. Its classes are others than those of `grammy`,
 * so nothing may be imported from there (a lint rule).
 *
 * @param root `https://api.telegram.org` or another Bot API server, without a slash at the end.
 */
export function openApi(token: string, root: string): TelegramApi {
  const agent = new Agent({ connections, keepAliveTimeout: 30_000 });
  const underWay = new Set<() => void>();
  const client = (seconds: number) =>
    new Api(token, {
      apiRoot: root,
      timeoutSeconds: seconds,
      // As much of `fetch` as grammY uses.
      fetch: fetchOn(agent, new URL(root).origin, underWay) as unknown as typeof fetch,
      baseFetchConfig: {},
    });
  return {
    calls: client(timeoutSeconds),
    polls: client(pollTimeoutSeconds),
    async close() {
      const late = new AbortController();
      const nap = delay(closeWithinMs, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([agent.close(), nap]);
      late.abort();
      // `destroy` would not reach them: a closed agent no longer knows its connections.
      for (const abort of underWay) abort();
    },
  };
}

interface Init {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  signal?: Pick<AbortSignal, "aborted" | "addEventListener">;
}

/**
 * On `dispatch`, of which undici's own `request` and `fetch` are made: a call
 * takes half of the processor time of the former.
 *
 * @param underWay for each call what ends it.
 */
const fetchOn =
  (dispatcher: Agent, origin: string, underWay: Set<() => void>) =>
  (url: string, { method = "GET", headers = {}, body, signal }: Init) =>
    new Promise<{ json: () => unknown }>((resolve, reject) => {
      const chunks: Buffer[] = [];
      let running: Dispatcher.DispatchController | undefined;
      let aborted: Error | undefined;
      const abort = () => {
        aborted = new Error("given up");
        failed(aborted);
        running?.abort(aborted);
      };
      const failed = (why: Error) => {
        underWay.delete(abort);
        reject(why);
      };
      underWay.add(abort);
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted) return abort();
      dispatcher.dispatch(
        { origin, path: pathOf(url), method, headers, body: body ?? null },
        {
          onRequestStart(controller) {
            running = controller;
            // It may have waited for a connection until then.
            if (aborted) controller.abort(aborted);
          },
          onResponseStart() {},
          onResponseData: (_, chunk) => void chunks.push(chunk),
          onResponseEnd() {
            underWay.delete(abort);
            const text = Buffer.concat(chunks).toString();
            resolve({ json: () => ownAnswer(JSON.parse(text)) });
          },
          onResponseError: (_, why) => failed(why),
        },
      );
    });

/** What stands behind the host. */
const pathOf = (url: string): string => url.slice(url.indexOf("/", "https://".length));

/** @throws TypeError for what a proxy on the way made up: it tells nothing of the request. */
function ownAnswer(answer: unknown): unknown {
  const { ok, error_code: code } = (answer ?? {}) as { ok?: unknown; error_code?: unknown };
  if (ok !== true && typeof code !== "number") throw new TypeError("no answer of the Bot API");
  return answer;
}
