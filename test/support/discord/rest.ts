import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, statusOf } from "./api-error.ts";
import type { Links } from "./attachments.ts";
import { readAll, readBody } from "./body.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Json } from "./model.ts";
import type { RateLimits, Refusal } from "./rate-limits.ts";
import { channelRoutes, userRoutes } from "./rest-channels.ts";
import { commandRoutes } from "./rest-commands.ts";
import { guildRoutes } from "./rest-guilds.ts";
import { interactionRoutes } from "./rest-interactions.ts";
import { messageRoutes } from "./rest-messages.ts";
import { type Answer, type Asked, type Route, createRouter } from "./route.ts";
import type { Spec } from "./schemas.ts";
import type { World } from "./world.ts";

/** What became of a request: the truth that a test compares with what the bot believes. */
export interface Call {
  at: number;
  method: string;
  /** The template, or the path of an unknown route. */
  route: string;
  path: string;
  body: Json;
  /** Whether the request was carried out. */
  applied: boolean;
  /** "ok", "refused", "rate-limited", "unknown-route", "invalid", or the type of the fault that struck. */
  outcome: string;
  messageId?: string;
  /** 0 where no answer was given. */
  status: number;
}

export interface RestOptions {
  world: World;
  links: Links;
  spec: Spec;
  token: string;
  faults: Faults;
  limits: RateLimits;
  /** Also those of the gateway. */
  extraRoutes: readonly Route[];
  /** What a bot does wrong. */
  complain: (fault: string) => void;
}

const prefix = "/api/v10";

export function createRest(options: RestOptions) {
  const { world, links, spec, faults, limits, complain } = options;
  const routes = [
    ...options.extraRoutes,
    ...messageRoutes,
    ...channelRoutes,
    ...guildRoutes,
    ...userRoutes,
    ...commandRoutes,
    ...interactionRoutes,
  ];
  const find = createRouter(routes);
  const calls: Call[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    const path = url.pathname.slice(prefix.length);
    const found = url.pathname.startsWith(prefix) ? find(method, path) : undefined;
    const route = found?.route.template ?? path;
    const bucket = bucketOf(method, route, found?.params ?? {});
    const call: Call = {
      at: world.now(),
      method,
      route,
      path,
      body: {},
      applied: false,
      outcome: "ok",
      status: 0,
    };
    calls.push(call);
    const refuse = (error: ApiError): void =>
      send(response, call, error.status, problem(error), limits.headers(bucket));
    try {
      const read = await readBody(await readAll(request), request.headers["content-type"] ?? "");
      call.body = read.body;
      const strike = faults.at({ method, route, path, body: read.body });
      for (const fault of strike) if (fault.type === "delay") await sleep(fault.ms);
      const fault = strike.find(({ type }) => type !== "delay");
      const wait = limits.ask(bucket, method, path);
      if (wait !== undefined) return tooMany(response, call, wait);
      if (fault !== undefined && before(response, call, fault, bucket)) return;
      if (found === undefined) {
        call.outcome = "unknown-route";
        const elsewhere = spec.knows(method, path) ? "not built here" : "no route of Discord's";
        complain(`${method} ${path}: ${elsewhere}`);
        return send(response, call, 404, { message: "404: Not Found", code: 0 }, {});
      }
      authorize(found.route, request);
      const asked: Asked = {
        world,
        links,
        params: found.params,
        query: url.searchParams,
        body: read.body,
        files: read.files,
      };
      check(found.route, asked, read.given, call);
      const answer = found.route.handle(asked);
      call.applied = true;
      if (answer.messageId !== undefined) call.messageId = answer.messageId;
      if (fault === undefined)
        send(response, call, answer.status, answer.body, limits.headers(bucket));
      else after(response, call, fault, answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (call.outcome === "ok") call.outcome = "refused";
      refuse(error);
    }
  };

  const authorize = (route: Route, request: IncomingMessage): void => {
    if (!/^DiscordBot \(.+\)/u.test(request.headers["user-agent"] ?? "")) {
      complain(`a request without a User-Agent of the form "DiscordBot (url, version)"`);
      throw new ApiError(40333);
    }
    if (route.open === true) return;
    if (request.headers.authorization !== `Bot ${options.token}`) {
      throw new ApiError(0, 401, "401: Unauthorized");
    }
  };

  const check = (route: Route, asked: Asked, given: boolean, call: Call): void => {
    const problems: string[] = [];
    const details: Json = {};
    for (const [name, value] of asked.query) {
      const rule = route.query?.[name];
      const wrong = rule === undefined ? "is not known" : queryFault(rule, value);
      if (wrong !== undefined) problems.push(`?${name}=${value} ${wrong}`);
    }
    if (route.schemas === undefined) {
      if (given && Object.keys(asked.body).length > 0) problems.push("takes no body");
    } else if (route.schemas.length > 0) {
      const names = route.choose?.(asked) ?? route.schemas;
      const bodies = route.list === true ? (asked.body as unknown as unknown[]) : [asked.body];
      if (!Array.isArray(bodies)) problems.push("the body is not a list");
      else {
        for (const [index, body] of bodies.entries()) {
          const at = route.list === true ? `${index}.` : "";
          for (const { path, message } of spec.faultsOf(names, body)) {
            problems.push(`${at}${path}: ${message}`);
            details[`${at}${path}`] = { _errors: [{ code: "INVALID", message }] };
          }
        }
      }
    }
    if (problems.length > 0) {
      call.outcome = "invalid";
      complain(`${call.method} ${call.route}: ${problems.join("; ")}`);
      throw new ApiError(50035, 400, "Invalid Form Body", details);
    }
    if (route.schemas === undefined || route.schemas.length === 0) return;
    const names = route.choose?.(asked) ?? route.schemas;
    const bodies = route.list === true ? (asked.body as unknown as unknown[]) : [asked.body];
    const unknown = bodies.flatMap((body) => spec.strangersIn(names, body));
    if (unknown.length > 0) {
      complain(`${call.method} ${call.route}: no such field: ${unknown.join(", ")}`);
    }
  };

  const tooMany = (
    response: ServerResponse,
    call: Call,
    { retryAfterMs, scope }: Refusal,
  ): void => {
    call.outcome = "rate-limited";
    const bucket = bucketOf(call.method, call.route, {});
    send(
      response,
      call,
      429,
      {
        message:
          scope === "shared"
            ? "The resource is being rate limited."
            : "You are being rate limited.",
        retry_after: retryAfterMs / 1000,
        global: scope === "global",
      },
      {
        ...(scope === "global" ? { "x-ratelimit-global": "true" } : limits.headers(bucket)),
        "x-ratelimit-scope": scope,
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset-after": (retryAfterMs / 1000).toFixed(3),
        "retry-after": String(Math.ceil(retryAfterMs / 1000)),
      },
    );
  };

  /** Whether that was the answer. */
  const before = (response: ServerResponse, call: Call, fault: Fault, bucket: string): boolean => {
    call.outcome = fault.type;
    switch (fault.type) {
      case "rate-limit": {
        const refusal = { retryAfterMs: fault.retryAfterMs, scope: fault.scope ?? "user" };
        limits.shut(bucket, refusal);
        tooMany(response, call, refusal);
        return true;
      }
      case "refuse": {
        const status = fault.status ?? statusOf(fault.code);
        const error = new ApiError(fault.code, status, fault.message);
        send(response, call, status, problem(error), limits.headers(bucket));
        return true;
      }
      case "error":
        send(
          response,
          call,
          fault.status ?? 500,
          { message: "500: Internal Server Error", code: 0 },
          {},
        );
        return true;
      case "bad-gateway":
        call.status = 502;
        response.writeHead(502, { "content-type": "text/html" });
        response.end(
          "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>",
        );
        return true;
      case "drop":
        response.destroy();
        return true;
      case "hang":
        return true;
      case "apply-then-drop":
      case "apply-then-hang":
      case "truncate":
      case "delay":
        return false;
    }
  };

  const after = (response: ServerResponse, call: Call, fault: Fault, answer: Answer): void => {
    if (fault.type === "apply-then-drop") response.destroy();
    if (fault.type !== "truncate") return;
    const text = JSON.stringify(answer.body ?? {});
    call.status = answer.status;
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(text.slice(0, Math.floor(text.length / 2)));
  };

  const send = (
    response: ServerResponse,
    call: Call,
    status: number,
    body: unknown,
    headers: Record<string, string>,
  ): void => {
    call.status = status;
    const shared = headers["x-ratelimit-scope"] === "shared";
    if (status === 401 || status === 403 || (status === 429 && !shared)) limits.invalid();
    if (body === undefined) {
      response.writeHead(status, headers);
      response.end();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

  return { handle, calls, routes };
}

function problem(error: ApiError): Json {
  return {
    message: error.message,
    code: error.code,
    ...(error.details === undefined ? {} : { errors: error.details }),
  };
}

/** Discord's buckets are per route and per channel, guild or webhook (Rate Limits). */
function bucketOf(method: string, route: string, params: Record<string, string>): string {
  const major = params["channel_id"] ?? params["guild_id"] ?? params["webhook_token"] ?? "";
  return `${method} ${route} ${major}`;
}

function queryFault(rule: NonNullable<Route["query"]>[string], value: string): string | undefined {
  if (rule === "text") return undefined;
  if (rule === "snowflake") return /^\d{1,20}$/u.test(value) ? undefined : "is not an id";
  if (rule === "boolean")
    return /^(?:true|false|1|0)$/iu.test(value) ? undefined : "is not a boolean";
  const number = Number(value);
  const [least, most] = rule;
  return Number.isInteger(number) && number >= least && number <= most
    ? undefined
    : `is not within ${least} and ${most}`;
}
