import { RESP_TYPES } from "@redis/client";
import { StoreUnavailable } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import { reasonOf, replyCode, storeFailure } from "./failure.ts";
import { type Command, type Link, openLink, untimed } from "./link.ts";
import { type Script, type ScriptName, readScripts } from "./scripts.ts";

/** How often it is looked at whether Redis still answers, and after how many looks without an answer it does not. */
const lookEveryMs = 250;
const looksWithoutAnswer = 5;
/** How old the oldest call may get while others are answered (a node of a cluster that is silent, a jam). */
const oldestLooks = 12;
/** How long a call waits for a connection. */
const waitForConnectionMs = 1000;
const longestPauseMs = 1000;

/** A connection that is always there: broken, it is made anew, and calls fail meanwhile rather than hang. */
export interface Client {
  /** Whether a script can touch one part only. */
  readonly isCluster: boolean;
  /**
   * A script of this folder on one part. `also`: a second part, which Redis Cluster could not give.
   *
   * @throws StoreUnavailable (`the store can't <what>`); the script may have run all the same.
   */
  run<T>(what: string, script: ScriptName, call: Call): Promise<T>;
  /** As `run`, on several parts: in one call where Redis has them all, else each in its own. */
  runOnEach<T>(
    what: string,
    script: ScriptName,
    calls: readonly Omit<Call, "also">[],
  ): Promise<T[]>;
  /** One command, whose first key is `key`. */
  send<T>(what: string, key: string, command: readonly string[]): Promise<T>;
  /** As `send`, for what may hold bytes that are no text. */
  read(what: string, key: string, command: readonly string[]): Promise<Buffer | null>;
  /** Nothing is asked of this Redis any more: every call throws this. */
  refuse(error: Error): void;
  close(): Promise<void>;
}

interface Call {
  part: string;
  also?: string;
  args: readonly (string | number | Buffer)[];
}

const asBytes = { ...untimed, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/**
 * The first connection is made by `connected`, which may refuse a Redis; every
 * later one goes through it as well.
 */
export function createRedisClient(
  address: string,
  isCluster: boolean,
  connected: (link: Link) => Promise<void>,
  log: Log,
): Client & { connect(): Promise<void> } {
  const scripts = readScripts();
  let link: Link | undefined;
  let connecting: Promise<void> | undefined;
  let lastFault: unknown;
  let closed = false;
  let refused: Error | undefined;
  let look = 0;
  let lastAnswer = 0;
  const underWay = new Set<number[]>();

  const looking = setInterval(() => {
    look++;
    const [oldest] = underWay;
    if (!oldest) return;
    // Counted in looks, not in time: a process that was stopped itself blames nobody.
    const [since = look] = oldest;
    const isSilent = look - Math.max(lastAnswer, since) >= looksWithoutAnswer;
    if (isSilent || look - since >= oldestLooks) drop(link, new Error("Redis does not answer"));
  }, lookEveryMs);
  looking.unref();

  function drop(which: Link | undefined, error: unknown): void {
    if (!which || which !== link) return;
    link = undefined;
    lastFault = error;
    if (!closed) log.error({ why: reasonOf(error) }, "Redis is lost and is tried again");
    underWay.clear();
    try {
      which.destroy();
    } catch {
      // It was closed already.
    }
    void reconnect();
  }

  function reconnect(): Promise<void> {
    connecting ??= (async () => {
      for (let pauseMs = 50; !closed; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        try {
          await connect();
          log.info({}, "Redis is there again");
          return;
        } catch (error) {
          lastFault = error;
          await new Promise<void>((resolve) => void setTimeout(resolve, pauseMs).unref());
        }
      }
    })().finally(() => (connecting = undefined));
    return connecting;
  }

  /** Connects once. */
  async function connect(): Promise<void> {
    const next: Link = openLink(address, isCluster, (error) => drop(next, error));
    try {
      await within(next.connect(), 2 * waitForConnectionMs);
      await within(connected(next), 2 * waitForConnectionMs);
      if (closed) throw new Error("the store is closed");
      link = next;
      lastAnswer = look;
    } catch (error) {
      try {
        next.destroy();
      } catch {
        // It never was open.
      }
      throw error;
    }
  }

  async function linked(): Promise<Link> {
    if (closed) throw new Error("the store is closed");
    if (link?.isReady) return link;
    if (link) drop(link, lastFault);
    await Promise.race([reconnect(), pause(waitForConnectionMs)]);
    if (!link) throw lastFault ?? new Error("Redis can't be reached");
    return link;
  }

  async function ask(key: string, command: Command, options?: object): Promise<unknown> {
    if (refused) throw refused;
    const on = link?.isReady ? link : await linked();
    const asked = [look];
    underWay.add(asked);
    try {
      return await on.send(key, command, options);
    } finally {
      underWay.delete(asked);
      lastAnswer = look;
    }
  }

  async function run<T>(what: string, name: ScriptName, { part, also, args }: Call): Promise<T> {
    if (also !== undefined && isCluster)
      throw new TypeError(`${name}: ${part} and ${also} are not together in Redis Cluster`);
    const keys = also === undefined || also === part ? [part] : [part, also];
    return evaluate(what, scripts[name], keys, args);
  }

  async function runOnEach<T>(
    what: string,
    name: ScriptName,
    calls: readonly Omit<Call, "also">[],
  ): Promise<T[]> {
    if (isCluster || calls.length < 2)
      return Promise.all(calls.map((call) => run<T>(what, name, call)));
    const keys = calls.map(({ part }) => part);
    const args = calls.flatMap((call) => [call.args.length, ...call.args]);
    return evaluate(what, scripts[name].each, keys, args);
  }

  async function evaluate<T>(
    what: string,
    { sha, source }: Script,
    keys: readonly string[],
    args: Call["args"],
  ): Promise<T> {
    const [first = ""] = keys;
    const texts = args.map((arg) => (typeof arg === "number" ? `${arg}` : arg));
    const rest = [`${keys.length}`, ...keys, ...texts];
    try {
      return (await ask(first, ["EVALSHA", sha, ...rest])) as T;
    } catch (error) {
      if (replyCode(error) !== "NOSCRIPT") throw storeFailure(what, error);
    }
    return send(what, first, ["EVAL", source, ...rest]);
  }

  async function send<T>(
    what: string,
    key: string,
    command: Command,
    options?: object,
  ): Promise<T> {
    try {
      return (await ask(key, command, options)) as T;
    } catch (error) {
      throw storeFailure(what, error);
    }
  }

  return {
    isCluster,
    run,
    runOnEach,
    send,
    read: (what, key, command) => send(what, key, command, asBytes),
    connect,
    refuse(error) {
      refused = error;
    },
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(looking);
      const last = link;
      link = undefined;
      // What was asked is carried out before that, as far as Redis answers.
      await within(Promise.resolve(last?.close()), 2 * waitForConnectionMs).catch(() =>
        last?.destroy(),
      );
    },
  };
}

const pause = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable("reach Redis in time")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
