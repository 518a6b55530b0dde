import {
  GatewayDispatchEvents,
  GatewayIntentBits,
  type GatewayDispatchPayload,
} from "@discordjs/core";
import type { REST } from "@discordjs/rest";
import { WebSocketManager, WebSocketShardEvents, type SessionInfo } from "@discordjs/ws";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import { wordOf } from "./failure.ts";
import type { Shards } from "./options.ts";
import { createSequence, type Sequence } from "./sequence.ts";

const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
export const intents = Guilds | GuildMessages | DirectMessages | MessageContent;

const saveEveryMs = 1000;
const longestPauseMs = 60_000;
const closeWithinMs = 2000;
/** Events of every channel that the bot sees, each tried again every second. */
const mostInHand = 200;
/**
 * Any of the 4000 range that Discord itself does not use: after 1000 or 1001
 * the session would be over (Gateway, "Initiating a Disconnect").
 */
const goingAway = 4900;
/** After that many the address to resume at may be gone. */
const mostNetworkFaults = 20;

const prefix = "discord:session:";

const never = new Promise<never>(() => {});

export interface Gateway {
  /** Connects for ever; a session of an earlier process is resumed. */
  start(): void;
  /** Ends the connection so that the next process can resume it. */
  close(): Promise<void>;
  /**
   * Whoever resumes the session elsewhere breaks the connection here; what else
   * breaks it is not told apart. Discord keeps what comes while nobody is
   * connected, for a while, and the rooms are caught up after that.
   */
  mayGoOn(since: number): boolean;
}

export interface ShardOf {
  id: number;
  /** Of all processes together. */
  count: number;
}

interface Shard {
  /** As the library knows it: of the events that have come. */
  session: SessionInfo;
  /** Of the events that are durable. */
  sequence: Sequence;
  /** After a lost session: only once the gap is caught up may a restart begin at this one. */
  caughtUp: boolean;
}

/**
 * The connection to the gateway, with sessions that outlive the process.
 *
 * @param take resolves when what the event brought is durable. The first event
 *   of a session that is no resumed one is READY: what was missed has to be
 *   caught up before it resolves.
 */
export function createGateway(parts: {
  token: string;
  rest: REST;
  shards: Shards;
  store: Pick<Store, "readMarks" | "writeMarks">;
  /** What has to be known before the first event; tried until it resolves. */
  prepare: () => Promise<void>;
  take: (event: GatewayDispatchPayload, shard: ShardOf) => Promise<void>;
  now: () => number;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Gateway {
  const { token, rest, store, take, now, log, sleep } = parts;
  const shards = new Map<number, Shard>();
  const saved = new Map<number, string>();
  const networkFaults = new Map<number, number>();
  let manager: WebSocketManager | undefined;
  let connecting: Promise<void> | undefined;
  let closing = false;
  let brokenAt = -Infinity;
  let inHand = 0;
  let pause: { done: Promise<void>; abort: () => void } | undefined;
  let saving: Promise<void> | undefined;
  /** Nothing connects any more: the session may be another's by now, who would lose it. */
  let left = false;
  /** Where the session stands is another's to keep. */
  let ended = false;

  return {
    start: () => void run(),
    async close() {
      closing = true;
      pause?.abort();
      // The library can't end a connection that is just being made: it is let be made first.
      await soon(connecting?.catch(() => {}));
      left = true;
      await soon(manager?.destroy({ code: goingAway, reason: "the bot restarts" }));
      await save();
      ended = true;
    },
    mayGoOn: (since) => brokenAt < since && inHand < mostInHand,
  };

  async function soon(work: unknown): Promise<void> {
    const late = sleep(closeWithinMs);
    await Promise.race([work, late.done]);
    late.abort();
  }

  async function run(): Promise<void> {
    let wanted: number = intents;
    let restored = false;
    for (let failures = 0; !closing; failures++) {
      try {
        if (!restored) {
          await parts.prepare();
          await restore();
        }
        restored = true;
        await connect(wanted);
        return;
      } catch (error) {
        if (isDisallowed(error) && (wanted & MessageContent) !== 0) {
          wanted &= ~MessageContent;
          log.error(
            { code: "message-content-intent" },
            "Discord does not let the bot read messages in threads: switch on “Message Content Intent” in the developer portal; until then customers answer with buttons, forms and direct messages",
          );
          continue;
        }
        const pauseMs = Math.min(longestPauseMs, 1000 * 2 ** Math.min(failures, 6));
        const why = error instanceof Error ? error.message : "";
        log.error(
          { code: wordOf(error), why, pauseMs },
          "Discord can't be connected to; tried again",
        );
        await Promise.resolve(manager?.destroy({ code: goingAway })).catch(() => {});
        if (closing) return;
        pause = sleep(pauseMs);
        await pause.done;
      }
    }
  }

  async function restore(): Promise<void> {
    shards.clear();
    for (const { value } of await store.readMarks(prefix)) {
      const session = JSON.parse(value) as SessionInfo;
      const sequence = createSequence(session.sequence);
      shards.set(session.shardId, { session, sequence, caughtUp: true });
      saved.set(session.shardId, value);
    }
  }

  async function connect(wanted: number): Promise<void> {
    rest.setToken(token);
    const { count, ids } = parts.shards;
    const connection = new WebSocketManager({
      token,
      intents: wanted,
      rest,
      shardCount: count ?? null,
      shardIds: ids ?? null,
      // Asked before each connection. One that the library makes anew just now can't be ended otherwise.
      retrieveSessionInfo: (id) => (left ? never : (shards.get(id)?.session ?? null)),
      updateSessionInfo,
    });
    manager = connection;
    connection.on(WebSocketShardEvents.Dispatch, (event, id) => void dispatch(event, id));
    connection.on(WebSocketShardEvents.Error, (error, shard) =>
      log.error({ shard, why: error.message }, "the gateway of Discord refuses the bot"),
    );
    connection.on(WebSocketShardEvents.SocketError, (_, id) => {
      networkFaults.set(id, (networkFaults.get(id) ?? 0) + 1);
    });
    connection.on(WebSocketShardEvents.Closed, (code, shard) => {
      brokenAt = now();
      if (!closing) log.info({ shard, code }, "the gateway of Discord was closed");
    });
    connecting = connection.connect();
    await connecting;
    log.info({ shards: shards.size }, "Discord is connected");
  }

  function updateSessionInfo(id: number, session: SessionInfo | null): void {
    const known = shards.get(id);
    if (session) {
      networkFaults.delete(id);
      if (known?.session.sessionId === session.sessionId) known.session = session;
      else shards.set(id, { session, sequence: createSequence(0), caughtUp: false });
      return;
    }
    // The library gives a session up when it closes, and when the network is down; neither ends it.
    const faults = networkFaults.get(id) ?? 0;
    if (closing || (faults > 0 && faults < mostNetworkFaults)) return;
    networkFaults.delete(id);
    shards.delete(id);
  }

  /** Never rejects: what can't be taken holds the session's sequence back, and comes again after a restart. */
  async function dispatch(event: GatewayDispatchPayload, id: number): Promise<void> {
    const shard = shards.get(id);
    if (!shard) return;
    const { sequence, session } = shard;
    sequence.begin(event.s);
    if (closing) return;
    inHand++;
    try {
      await take(event, { id, count: session.shardCount });
      sequence.end(event.s);
      if (event.t === GatewayDispatchEvents.Ready) {
        shard.caughtUp = true;
        // Before anything can come that only a resume brings again, such as a stranger's first message.
        await save();
      } else saving ??= sleep(saveEveryMs).done.then(save);
    } catch (error) {
      log.error({ code: wordOf(error), event: event.t }, "an event of Discord could not be taken");
    } finally {
      inHand--;
    }
  }

  async function save(): Promise<void> {
    saving = undefined;
    if (ended) return;
    const marks = [...shards.values()]
      .filter(({ caughtUp }) => caughtUp)
      .map(({ session, sequence }) => ({
        id: session.shardId,
        value: JSON.stringify({ ...session, sequence: sequence.durable() }),
      }))
      .filter(({ id, value }) => saved.get(id) !== value);
    try {
      await store.writeMarks(marks.map(({ id, value }) => ({ name: prefix + id, value })));
      for (const { id, value } of marks) saved.set(id, value);
    } catch (error) {
      log.warn({ code: wordOf(error) }, "where Discord’s session stands could not be kept yet");
    }
  }
}

/** The library has no code for it. */
const isDisallowed = (error: unknown): boolean =>
  error instanceof Error && error.message === "Used disallowed intents";
