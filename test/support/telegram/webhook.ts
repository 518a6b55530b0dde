import { Agent, request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { WebhookInfo } from "@grammyjs/types";
import { badRequest } from "./problem.ts";
import { Described } from "./methods/method.ts";
import type { Params } from "./params.ts";
import type { PendingUpdate, UpdateQueue } from "./updates.ts";

export interface Webhook {
  readonly active: boolean;
  set(params: Params): Described;
  remove(dropPending: boolean): Described;
  info(): WebhookInfo;
  push(pending: PendingUpdate): void;
  close(): void;
}

export interface WebhookTiming {
  /** The first pause after a failed delivery; doubles with each further one. */
  firstMs: number;
  mostMs: number;
  /** A `Retry-After` second, in milliseconds. */
  secondMs: number;
  timeoutMs: number;
  /** What a delivery needs to get there. */
  latencyMs: () => number;
}

export const realTiming: WebhookTiming = {
  firstMs: 1000,
  mostMs: 60_000,
  secondMs: 1000,
  timeoutMs: 60_000,
  latencyMs: () => 0,
};

interface Lane {
  queue: PendingUpdate[];
  failures: number;
  timer: NodeJS.Timeout | undefined;
  isBusy: boolean;
}

interface Target {
  url: URL;
  secret: string | undefined;
  maxConnections: number;
  lanes: Map<number, Lane>;
  ready: Lane[];
  busy: number;
  closed: AbortController;
  goneSince: number | undefined;
  lastError: { at: number; message: string } | undefined;
}

const goneMs = 23 * 3_600_000;
const maxRetryAfterSeconds = 3600;

/** Pushes updates, one at a time in each lane, until the bot answers 2xx. */
export function createWebhook(
  updates: UpdateQueue,
  now: () => number,
  timing: WebhookTiming,
): Webhook {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  let target: Target | undefined;

  function stop(): void {
    target?.closed.abort();
    for (const lane of target?.lanes.values() ?? []) clearTimeout(lane.timer);
    target = undefined;
  }

  function push(pending: PendingUpdate): void {
    if (!target) return;
    let lane = target.lanes.get(pending.lane);
    if (!lane) {
      lane = { queue: [], failures: 0, timer: undefined, isBusy: false };
      target.lanes.set(pending.lane, lane);
    }
    lane.queue.push(pending);
    if (lane.queue.length === 1 && !lane.isBusy) enter(target, lane);
  }

  function enter(at: Target, lane: Lane): void {
    at.ready.push(lane);
    work(at);
  }

  function work(at: Target): void {
    while (at === target && at.busy < at.maxConnections) {
      const lane = at.ready.shift();
      if (!lane) return;
      at.busy++;
      lane.isBusy = true;
      void attend(at, lane);
    }
  }

  async function attend(at: Target, lane: Lane): Promise<void> {
    const pauseMs = await deliver(at, lane);
    at.busy--;
    lane.isBusy = false;
    if (at !== target) return;
    if (lane.queue.length > 0)
      if (pauseMs > 0) lane.timer = setTimeout(() => enter(at, lane), pauseMs);
      else at.ready.push(lane);
    work(at);
  }

  /** Delivers the lane's first update; returns how long to wait before the next attempt. */
  async function deliver(at: Target, lane: Lane): Promise<number> {
    const pending = lane.queue[0];
    if (!pending) return 0;
    if (pending.expiresAt <= now()) {
      updates.remove(pending.update.update_id);
      lane.queue.shift();
      return 0;
    }
    const latencyMs = timing.latencyMs();
    if (latencyMs > 0) await delay(latencyMs);
    if (at !== target) return 0;
    const answer = await send(at, pending).catch((error: unknown) => error as Error);
    if (at !== target) return 0;
    if (!(answer instanceof Error) && answer.status >= 200 && answer.status < 300) {
      updates.remove(pending.update.update_id);
      lane.queue.shift();
      lane.failures = 0;
      at.goneSince = undefined;
      return 0;
    }
    lane.failures++;
    at.lastError = { at: now(), message: messageOf(answer) };
    const backOff = Math.min(timing.firstMs * 2 ** (lane.failures - 1), timing.mostMs);
    if (answer instanceof Error) return backOff;
    at.goneSince = answer.status === 410 ? (at.goneSince ?? now()) : undefined;
    if (at.goneSince !== undefined && now() - at.goneSince >= goneMs) stop();
    const asked = Math.min(answer.retryAfter ?? 0, maxRetryAfterSeconds) * timing.secondMs;
    return asked || backOff;
  }

  function send(
    { url, secret, closed }: Target,
    { update }: PendingUpdate,
  ): Promise<{ status: number; retryAfter: number | undefined; text: string }> {
    const body = Buffer.from(JSON.stringify(update));
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, {
        agent,
        method: "POST",
        signal: closed.signal,
        timeout: timing.timeoutMs,
        headers: {
          "Content-Type": "application/json",
          "Content-Length": body.length,
          ...(secret !== undefined && { "X-Telegram-Bot-Api-Secret-Token": secret }),
        },
      });
      request.on("error", reject);
      request.on("timeout", () => request.destroy(new Error("Read timeout expired")));
      request.on("response", (response) => {
        response.resume();
        response.on("error", reject);
        response.on("end", () => {
          const retryAfter = Number(response.headers["retry-after"]);
          const text = response.statusMessage ?? "";
          const status = response.statusCode ?? 0;
          resolve({ status, text, retryAfter: retryAfter > 0 ? retryAfter : undefined });
        });
      });
      request.end(body);
    });
  }

  return {
    get active() {
      return target !== undefined;
    },
    push,
    set(params) {
      const address = params.url ?? "";
      if (address === "") return this.remove(params.drop_pending_updates ?? false);
      const url = URL.canParse(address) ? new URL(address) : undefined;
      const isLocal = /^(?:localhost|127\.|\[::1\])/u.test(url?.hostname ?? "");
      if (url?.protocol !== "http:" || !isLocal)
        throw badRequest("bad webhook: this server pushes to http://localhost only");
      const secret = params.secret_token || undefined;
      if (secret && secret.length > 256) throw badRequest("secret token is too long");
      if (secret && !/^[\w-]+$/u.test(secret))
        throw badRequest("secret token contains unallowed characters");
      const maxConnections = params.max_connections ?? 40;
      if (maxConnections < 1 || maxConnections > 100)
        throw badRequest("max_connections must be between 1 and 100");
      const isSame = target?.url.href === url.href && target.secret === secret;
      stop();
      if (params.drop_pending_updates) updates.clear();
      target = {
        url,
        secret,
        maxConnections,
        lanes: new Map(),
        ready: [],
        busy: 0,
        closed: new AbortController(),
        goneSince: undefined,
        lastError: undefined,
      };
      for (const pending of updates.pending()) push(pending);
      return new Described(true, isSame ? "Webhook is already set" : "Webhook was set");
    },
    remove(dropPending) {
      const was = target;
      stop();
      if (dropPending) updates.clear();
      return new Described(true, was ? "Webhook was deleted" : "Webhook is already deleted");
    },
    info() {
      const allowed = updates.allowed;
      return {
        url: target?.url.href ?? "",
        has_custom_certificate: false,
        pending_update_count: updates.size,
        ...(target && { max_connections: target.maxConnections, ip_address: "127.0.0.1" }),
        ...(target?.lastError && {
          last_error_date: Math.floor(target.lastError.at / 1000),
          last_error_message: target.lastError.message,
        }),
        ...(allowed && { allowed_updates: allowed }),
      } as WebhookInfo;
    },
    close() {
      stop();
      agent.destroy();
    },
  };
}

function messageOf(answer: Error | { status: number; text: string }): string {
  if (!(answer instanceof Error))
    return `Wrong response from the webhook: ${answer.status} ${answer.text}`;
  return (answer as NodeJS.ErrnoException).code === "ECONNREFUSED"
    ? "Connection refused"
    : answer.message;
}
