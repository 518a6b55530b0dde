import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Links } from "./attachments.ts";
import { type Event, eventsOf, guildCreate, intents } from "./gateway-events.ts";
import type { Json } from "./model.ts";
import { ownUserJson } from "./payloads.ts";
import type { Route } from "./route.ts";
import { shardOf } from "./snowflakes.ts";
import type { World } from "./world.ts";

/** Gateway, "Gateway Opcodes". */
const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  ack: 11,
} as const;

const keptEvents = 10_000;
const maxPayloadBytes = 4096;
const privileged = intents.members | intents.presences | intents.messageContent;
const knownIntents = (1 << 22) - 1 + (1 << 24) + (1 << 25);

interface Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [id: number, count: number];
  sequence: number;
  /** By sequence number; the oldest go first. */
  readonly kept: Map<number, string>;
  socket: WebSocket | undefined;
  detachedAt: number;
}

export interface GatewayOptions {
  world: World;
  links: Links;
  token: string;
  allowedIntents: number;
  shards: number;
  heartbeatMs: number;
  url: () => string;
  complain: (fault: string) => void;
}

/** The websocket side, with what a test can do to it. */
export interface Gateway {
  /** How long a session without a connection is kept. */
  resumeWindowMs: number;
  /** Identifies that are left today. */
  identifiesLeft: number;
  /** Identify, Resume and other opcodes as they came: what a test counts. */
  readonly received: { at: number; op: number; d: unknown }[];
  /** How many connections have a session. */
  readonly connected: number;
  /** Resolves when that many are connected and have had READY or RESUMED. */
  whenConnected(count?: number, timeoutMs?: number): Promise<void>;
  /** Ends every connection with this code; a session that is not resumable is gone. */
  close(code: number, options?: { resumable?: boolean; reason?: string }): void;
  /** Ends every connection without a word, as a broken line does. */
  cut(): void;
  /** Opcode 7. */
  reconnect(): void;
  /** Opcode 9. */
  invalidate(resumable: boolean): void;
  /** The next so many events reach nobody, not even by a resume. */
  lose(count: number): void;
  /** No heartbeat is answered until it is called with false. */
  pauseAcks(paused: boolean): void;
  /** Lets nobody in: what a network outage is. */
  refuse(refused: boolean): void;
}

export function createGateway(options: GatewayOptions) {
  const { world, links, complain } = options;
  const sessions = new Map<string, Session>();
  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({ noServer: true });
  const received: { at: number; op: number; d: unknown }[] = [];
  const waiting = new Set<() => void>();
  let lost = 0;
  let acksPaused = false;
  let refused = false;

  const isOpen = (session: Session) => session.socket !== undefined;
  const drop = (session: Session) => sessions.delete(session.id);

  const push = (session: Session, event: Event): void => {
    session.sequence += 1;
    const withContent = (session.intents & intents.messageContent) !== 0;
    const data = typeof event.data === "function" ? event.data(withContent) : event.data;
    const { sequence: s } = session;
    const text = JSON.stringify({ t: event.t, s, op: op.dispatch, d: data });
    session.kept.set(s, text);
    session.kept.delete(s - keptEvents);
    session.socket?.send(text);
  };

  const concerns = (session: Session, event: Event): boolean => {
    const [id, count] = session.shard;
    const shard = event.guild === undefined ? 0 : shardOf(event.guild.id, count);
    return shard === id && (event.intent === 0 || (session.intents & event.intent) !== 0);
  };

  const isOver = (session: Session): boolean =>
    session.socket === undefined && session.detachedAt + gateway.resumeWindowMs < world.now();

  const stopListening = world.listen((happening) => {
    if (sessions.size === 0) return;
    for (const event of eventsOf(world, links, happening)) {
      if (lost > 0) {
        lost -= 1;
        continue;
      }
      for (const session of sessions.values()) {
        if (isOver(session)) drop(session);
        else if (concerns(session, event)) push(session, event);
      }
    }
  });

  const send = (socket: WebSocket, code: number, d: unknown = null): void =>
    socket.send(JSON.stringify({ t: null, s: null, op: code, d }));

  const identify = (socket: WebSocket, d: Json): Session | undefined => {
    const [id = 0, count = 1] = (d["shard"] ?? [0, 1]) as number[];
    const asked = Number(d["intents"]);
    const fail = (code: number, reason: string, isFault = true): undefined => {
      if (isFault) complain(`gateway, Identify: ${reason}`);
      socket.close(code, reason);
      return undefined;
    };
    if (d["token"] !== options.token) return fail(4004, "Authentication failed.", false);
    if (gateway.identifiesLeft <= 0) return fail(4004, "Out of identifies: the token is reset.");
    gateway.identifiesLeft -= 1;
    if (!Number.isInteger(asked) || (asked & ~knownIntents) !== 0) {
      return fail(4013, "Invalid intent(s).");
    }
    if ((asked & privileged & ~options.allowedIntents) !== 0) {
      return fail(4014, "Disallowed intent(s).", false);
    }
    if (!(id >= 0 && id < count)) return fail(4010, "Invalid shard.");
    const properties = d["properties"] as Json | undefined;
    if (typeof properties?.["os"] !== "string") return fail(4002, "properties.os is missing.");
    const session: Session = {
      id: randomBytes(16).toString("hex"),
      intents: asked,
      shard: [id, count],
      sequence: 0,
      kept: new Map(),
      socket,
      detachedAt: 0,
    };
    sessions.set(session.id, session);
    const guilds = [...world.guilds.values()]
      .filter(({ members }) => members.has(world.bot.id))
      .filter((guild) => shardOf(guild.id, count) === id);
    push(session, {
      t: "READY",
      guild: undefined,
      intent: 0,
      data: {
        v: 10,
        user: ownUserJson(world.bot),
        guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
        session_id: session.id,
        session_type: "normal",
        resume_gateway_url: options.url(),
        shard: [id, count],
        application: { id: world.applicationId, flags: 0 },
        private_channels: [],
        presences: [],
        relationships: [],
        user_settings: {},
        geo_ordered_rtc_regions: [],
        _trace: [],
      },
    });
    if ((asked & intents.guilds) !== 0) {
      for (const guild of guilds) push(session, guildCreate(world, guild, asked));
    }
    return session;
  };

  const resume = (socket: WebSocket, d: Json): Session | undefined => {
    if (d["token"] !== options.token) {
      socket.close(4004, "Authentication failed.");
      return undefined;
    }
    const session = sessions.get(String(d["session_id"]));
    const seen = Number(d["seq"]);
    const forgotten = session !== undefined && seen < session.sequence - keptEvents;
    if (session === undefined || isOver(session) || forgotten) {
      if (session !== undefined) drop(session);
      send(socket, op.invalidSession, false);
      return undefined;
    }
    if (!Number.isInteger(seen) || seen > session.sequence) {
      drop(session);
      socket.close(4007, "Invalid seq.");
      return undefined;
    }
    session.socket?.close(4000);
    session.socket = socket;
    for (let s = seen + 1; s <= session.sequence; s++) {
      const text = session.kept.get(s);
      if (text !== undefined) socket.send(text);
    }
    push(session, { t: "RESUMED", guild: undefined, intent: 0, data: { _trace: [] } });
    return session;
  };

  const accept = (socket: WebSocket): void => {
    let session: Session | undefined;
    sockets.add(socket);
    send(socket, op.hello, { heartbeat_interval: options.heartbeatMs, _trace: [] });
    socket.on("message", (raw: RawData) => {
      const message = decode(raw);
      if (message === undefined) return socket.close(4002, "Error while decoding payload.");
      received.push({ at: world.now(), op: message.op, d: message.d });
      switch (message.op) {
        case op.heartbeat:
          if (!acksPaused) send(socket, op.ack);
          return;
        case op.identify:
        case op.resume:
          if (session !== undefined && sessions.has(session.id)) {
            return socket.close(4005, "Already authenticated.");
          }
          session = (message.op === op.identify ? identify : resume)(
            socket,
            (message.d ?? {}) as Json,
          );
          if (session !== undefined) for (const wake of waiting) wake();
          return;
        case op.presence:
        case op.requestMembers:
          if (session === undefined) socket.close(4003, "Not authenticated.");
          return;
        default:
          complain(`gateway: opcode ${message.op} is unknown`);
          socket.close(4001, "Unknown opcode.");
      }
    });
    socket.on("close", (code: number) => {
      sockets.delete(socket);
      if (session?.socket !== socket) return;
      session.socket = undefined;
      session.detachedAt = world.now();
      // Gateway, "Initiating a Disconnect": with 1000 or 1001 the session is over.
      if (code === 1000 || code === 1001) drop(session);
    });
    socket.on("error", () => socket.terminate());
  };

  const gateway: Gateway = {
    resumeWindowMs: 2 * 60 * 1000,
    identifiesLeft: 1000,
    received,
    get connected() {
      return [...sessions.values()].filter(isOpen).length;
    },
    whenConnected(count = 1, timeoutMs = 10_000) {
      if (gateway.connected >= count) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(wake);
          reject(new Error(`${gateway.connected} of ${count} connected within ${timeoutMs} ms`));
        }, timeoutMs);
        const wake = () => {
          if (gateway.connected < count) return;
          clearTimeout(late);
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    },
    close(code, { resumable = true, reason = "" } = {}) {
      if (!resumable) sessions.clear();
      for (const socket of sockets) socket.close(code, reason);
    },
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    reconnect() {
      for (const socket of sockets) send(socket, op.reconnect);
    },
    invalidate(resumable) {
      if (!resumable) sessions.clear();
      for (const socket of sockets) send(socket, op.invalidSession, resumable);
    },
    lose(count) {
      lost += count;
    },
    pauseAcks(paused) {
      acksPaused = paused;
    },
    refuse(value) {
      refused = value;
    },
  };

  const routes: readonly Route[] = [
    {
      method: "GET",
      template: "/gateway",
      open: true,
      handle: () => ({ status: 200, body: { url: options.url() } }),
    },
    {
      method: "GET",
      template: "/gateway/bot",
      handle: () => ({
        status: 200,
        body: {
          url: options.url(),
          shards: options.shards,
          session_start_limit: {
            total: 1000,
            remaining: gateway.identifiesLeft,
            reset_after: 24 * 60 * 60 * 1000,
            max_concurrency: 1,
          },
        },
      }),
    },
  ];

  return {
    gateway,
    routes,
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (refused) return void socket.destroy();
      if (url.searchParams.get("v") !== "10" || url.searchParams.get("encoding") !== "json") {
        complain(`gateway: version and encoding are missing in ${url.search}`);
        return void socket.destroy();
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    stop: (): void => {
      stopListening();
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

function decode(raw: RawData): { op: number; d: unknown } | undefined {
  const bytes = Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw as Buffer);
  if (bytes.length > maxPayloadBytes) return undefined;
  try {
    const message = JSON.parse(bytes.toString("utf8")) as { op: number; d: unknown };
    return typeof message.op === "number" ? message : undefined;
  } catch {
    return undefined;
  }
}
