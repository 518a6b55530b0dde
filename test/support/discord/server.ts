import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLinks, type Links } from "./attachments.ts";
import { type FaultPlan, type PlannedFault, createFaults } from "./faults.ts";
import { type Gateway, createGateway } from "./gateway.ts";
import { intents } from "./gateway-events.ts";
import { type GuildOwner, ownerOf } from "./guilds.ts";
import type { Channel, Message, Role, User } from "./model.ts";
import { type People, type Person, createPeople } from "./people.ts";
import { invited } from "./permissions.ts";
import { type EarlyCall, createRateLimits } from "./rate-limits.ts";
import { type Call, createRest } from "./rest.ts";
import { loadSpec } from "./schemas.ts";
import { type World, addGuild, addUser, createWorld } from "./world.ts";

export interface ServerOptions {
  /** 0 takes a free one. */
  port?: number;
  token?: string;
  applicationId?: string;
  now?: () => number;
  /** Whether the application has the privileged intents; true. */
  privilegedIntents?: { members?: boolean; messageContent?: boolean };
  /** What `/gateway/bot` recommends. */
  shards?: number;
  heartbeatMs?: number;
  /** Answers what is neither REST nor a file; false leaves it to the server. */
  page?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface NewUser {
  id?: string;
  username: string;
  globalName?: string;
  locale?: string;
  dmsClosed?: boolean;
  roles?: readonly Role[];
  /** Not in the guild. */
  outside?: boolean;
}

/** A Discord of one's own on the loopback: one application, its bot, and any number of people. */
export interface DiscordServer {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** For `new REST({ api })`. */
  readonly api: string;
  readonly token: string;
  readonly applicationId: string;
  readonly bot: User;
  readonly gateway: Gateway;
  readonly world: World;
  /** The guild that everybody is in, with a channel of each kind. */
  readonly guild: GuildOwner;
  readonly support: Channel;
  /** Only for agents and the bot. */
  readonly desk: Channel;
  /** A forum for agents and the bot, with the tags "open" and "closed". */
  readonly forum: Channel;
  readonly agents: Role;
  /** What the bot did wrong by Discord's own file. Empty at the end of a good test. */
  readonly faults: string[];
  readonly calls: Call[];
  readonly earlyCalls: EarlyCall[];
  readonly invalidRequests: number;
  /** `lifeMs` for links to come, `expire()` for those that were given. */
  readonly links: Links;
  fault(plan: FaultPlan): PlannedFault;
  clearFaults(): void;
  /** Discord's 50 a second in all and 5 in 5 seconds a bucket, or others; null opens them again. */
  enforceLimits(
    limits: { requests?: number; perMs?: number; globalPerSecond?: number } | null,
  ): void;
  user(fields: NewUser): Person;
  readonly people: People;
  addGuild(name: string): GuildOwner;
  channel(id: string): Channel | undefined;
  message(id: string): Message | undefined;
  close(): Promise<void>;
}

export async function openDiscordServer(options: ServerOptions = {}): Promise<DiscordServer> {
  const spec = await loadSpec();
  const now = options.now ?? Date.now;
  const { members = true, messageContent = true } = options.privilegedIntents ?? {};
  const world = createWorld({
    now,
    applicationId: options.applicationId,
    contentAllowed: messageContent,
  });
  const token = options.token ?? randomToken(world.applicationId);
  const faults: string[] = [];
  const complain = (fault: string) => void faults.push(fault);
  const planned = createFaults();
  const limits = createRateLimits(now);
  const links = createLinks(world, "");
  const people = createPeople(world, links);
  const { gateway, routes, upgrade, stop } = createGateway({
    world,
    links,
    token,
    allowedIntents: (members ? intents.members : 0) | (messageContent ? intents.messageContent : 0),
    shards: options.shards ?? 1,
    heartbeatMs: options.heartbeatMs ?? 41_250,
    url: () => `${links.origin.replace(/^http/u, "ws")}/gateway`,
    complain,
  });
  const rest = createRest({
    world,
    links,
    spec,
    token,
    faults: planned,
    limits,
    extraRoutes: routes,
    complain,
  });

  const http = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path.startsWith("/api/")) {
      rest.handle(request, response).catch((error: unknown) => {
        complain(`the server itself failed at ${path}: ${String((error as Error).stack)}`);
        response.destroy();
      });
      return;
    }
    if (/^\/(?:ephemeral-)?attachments\//u.test(path)) return serveFile(links, request, response);
    if (options.page?.(request, response) === true) return;
    complain(`${request.method} ${path}: nothing is there`);
    response.writeHead(404).end();
  });
  http.on("upgrade", (request, socket, head) => {
    if (/^\/gateway\/?(?:\?|$)/u.test(request.url ?? "")) upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;
  links.origin = `http://127.0.0.1:${port}`;

  const invite = (name: string): GuildOwner => {
    const owner = ownerOf(world, addGuild(world, name));
    owner.join(world.bot, [owner.role("Ombud", invited)]);
    return owner;
  };
  const guild = invite("Shop");
  const agents = guild.role("Agents", ["MANAGE_THREADS", "MANAGE_MESSAGES"]);
  const support = guild.text("support");
  const desk = guild.text("desk");
  const forum = guild.forum("cases", ["open", "closed"]);
  for (const channel of [desk, forum]) {
    guild.deny(channel, "everyone", ["VIEW_CHANNEL"]);
    guild.allow(channel, agents, ["VIEW_CHANNEL"]);
    guild.allow(channel, world.bot, ["VIEW_CHANNEL"]);
  }

  return {
    port,
    url: links.origin,
    api: `${links.origin}/api`,
    token,
    applicationId: world.applicationId,
    bot: world.bot,
    gateway,
    world,
    guild,
    support,
    desk,
    forum,
    agents,
    faults,
    calls: rest.calls,
    earlyCalls: limits.early,
    get invalidRequests() {
      return limits.invalidRequests;
    },
    links,
    fault: (plan) => planned.add(plan),
    clearFaults: () => planned.clear(),
    enforceLimits(wanted) {
      limits.limit =
        wanted === null ? null : { requests: wanted.requests ?? 5, perMs: wanted.perMs ?? 5_000 };
      limits.globalPerSecond = wanted === null ? null : (wanted.globalPerSecond ?? 50);
    },
    user(fields) {
      const person = people.of(addUser(world, fields));
      if (fields.outside !== true) guild.join(person, fields.roles);
      return person;
    },
    people,
    addGuild: invite,
    channel: (id) => world.channels.get(id),
    message: (id) => people.watch.find(id),
    async close() {
      stop();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeAllConnections();
      await closed;
    },
  };
}

/** In the shape of a real one, and of no use anywhere. */
function randomToken(applicationId: string): string {
  const part = (bytes: number) => randomBytes(bytes).toString("base64url");
  return `${Buffer.from(applicationId).toString("base64url")}.${part(4)}.${part(28)}`;
}

function serveFile(links: Links, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const file = links.open(url.pathname, url.searchParams);
  if (file === "gone") {
    response.writeHead(404, { "content-type": "text/plain" });
    response.end("This content is no longer available.");
    return;
  }
  response.writeHead(200, {
    "content-type": file.contentType,
    "content-length": file.bytes.length,
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "x-content-type-options": "nosniff",
  });
  response.end(file.bytes);
}
