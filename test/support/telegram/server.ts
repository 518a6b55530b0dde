import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { UserFromGetMe } from "@grammyjs/types";
import { answer, problemBody, refuse } from "./answers.ts";
import { parseBody, readAll, type Body } from "./body.ts";
import { createCallLog, type LoggedCall } from "./calls.ts";
import type { Fault, FaultPlan } from "./faults.ts";
import { createGroups, type Group, type GroupOptions } from "./groups.ts";
import { chatMethods } from "./methods/chats.ts";
import { editMethods } from "./methods/edit.ts";
import { Described, type Method, type Methods } from "./methods/method.ts";
import { createProfileMethods } from "./methods/profile.ts";
import { sendMethods } from "./methods/send.ts";
import { topicMethods } from "./methods/topics.ts";
import type { Params } from "./params.ts";
import { createPeople, type Customer, type CustomerOptions } from "./people.ts";
import { createPolling } from "./polling.ts";
import { ApiProblem, CallerFault, conflict, tooMany } from "./problem.ts";
import { createRates, realLimits, type RateLimits } from "./rates.ts";
import { openSpec } from "./spec.ts";
import { createWebhook, realTiming, type WebhookTiming } from "./webhook.ts";
import { createWorld, type World } from "./world.ts";

export interface TelegramOptions {
  /** 0, the default, is any that is free. */
  port?: number;
  token?: string;
  bot?: Partial<UserFromGetMe>;
  /** Milliseconds since 1970; dates, expiry and rate limits go by it, long polls by real time. */
  now?: () => number;
  /** Off unless given; `true` is what Telegram names as its limits. */
  limits?: true | RateLimits;
  webhook?: Partial<WebhookTiming>;
  /** How long a pressed button can be answered. Telegram names no figure; 60 s here. */
  callbackAnswerMs?: number;
  /** Answers what is not the Bot API; true where it did. */
  other?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface TelegramServer {
  /** For `client.apiRoot`, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly bot: UserFromGetMe;
  /** The bot's mistakes: what Telegram would refuse, ignore or cut. Empty after a good test. */
  readonly faults: string[];
  readonly calls: LoggedCall[];
  /** Requests to a chat before the `retry_after` of an earlier one was over. */
  readonly earlyCalls: LoggedCall[];
  readonly world: World;
  /** Whether a long poll waits for an update. */
  readonly isPolled: boolean;
  /** The person with this id, who is new to the bot unless already known here. */
  user(options: CustomerOptions): Customer;
  /** A new group with the bot in it. */
  group(options: GroupOptions): Group;
  /** From now on this plan is asked too, after the earlier ones; returns how to end it. */
  fault(plan: FaultPlan): () => void;
  /** Requests with the token are answered 401 from now on. */
  revokeToken(): void;
  /** Only while nothing is pending. */
  jumpUpdateId(to: number): void;
  /** Forgets what is known of a file, as Telegram does some day. */
  forgetFile(fileId: string): void;
  /** Resolves with the next call, or an earlier one, that fits. */
  waitForCall(fits: (call: LoggedCall) => boolean, timeoutMs?: number): Promise<LoggedCall>;
  close(): Promise<void>;
}

const sends = /^(?:send(?!ChatAction)|copy|forward)/u;
const never = new Promise<never>(() => {});

export async function openTelegramServer(options: TelegramOptions = {}): Promise<TelegramServer> {
  const now = options.now ?? Date.now;
  const token = options.token ?? "123456789:AAlocalTelegramServerForTestsOnly00";
  const bot: UserFromGetMe = { ...botOf(token), ...options.bot };
  const world = createWorld(bot, now);
  const polling = createPolling(world.updates);
  const webhook = createWebhook(world.updates, now, { ...realTiming, ...options.webhook });
  const limits = options.limits === true ? realLimits : options.limits;
  const rates = limits && createRates(limits, now);
  const check = openSpec();
  const plans = new Set<FaultPlan>();
  const counts = new Map<string, number>();
  const notBefore = new Map<number, number>();
  const faults: string[] = [];
  const log = createCallLog();
  const earlyCalls: LoggedCall[] = [];
  const people = createPeople(world, options.callbackAnswerMs ?? 60_000);
  const groups = createGroups(world, people);
  let isRevoked = false;

  world.updates.onAdd = (pending) => (webhook.active ? webhook.push(pending) : polling.wake());

  const methods = new Map<string, Method>(
    Object.entries({
      ...sendMethods,
      ...editMethods,
      ...chatMethods,
      ...topicMethods,
      ...createProfileMethods(),
      getUpdates({ params, gone }) {
        if (webhook.active)
          throw conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
          );
        if (params.allowed_updates) world.updates.allow(params.allowed_updates);
        return polling.poll(params, gone);
      },
      setWebhook({ params }) {
        const set = webhook.set(params);
        if (params.allowed_updates) world.updates.allow(params.allowed_updates);
        polling.interrupt(conflict("terminated by setWebhook request"));
        return set;
      },
      deleteWebhook: ({ params }) => webhook.remove(params.drop_pending_updates ?? false),
      getWebhookInfo: () => webhook.info(),
    } satisfies Methods),
  );

  function checked(method: string, { params, uploads }: Body): void {
    const found = check?.(method, params);
    if (found?.length) throw new CallerFault(400, `Bad Request: ${found.join("; ")}`);
    if (uploads.size === 0) return;
    const text = JSON.stringify(params);
    for (const name of uploads.keys())
      if (!text.includes(`attach://${name}`))
        throw new CallerFault(400, `Bad Request: the uploaded ${name} is not referred to`);
  }

  function limited(method: string, chatId: number | undefined): void {
    if (!rates || chatId === undefined || !sends.test(method)) return;
    const state = world.chats.get(chatId);
    const retryAfter = state && rates.take(chatId, state.chat.type !== "private");
    if (retryAfter !== undefined) throw tooMany(retryAfter);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    if (path.startsWith("/file/bot")) return serveFile(path, response);
    const [, given, method = ""] = /^\/bot([^/]+)\/(\w+)$/u.exec(path) ?? [];
    if (given === undefined) {
      if (!options.other?.(request, response)) answer(response, 404, problemBody(404, "Not Found"));
      return;
    }
    const bytes = await readAll(request);
    if (given !== token || isRevoked)
      return answer(response, 401, problemBody(401, "Unauthorized"));
    let body: Body;
    try {
      body = parseBody(request.headers["content-type"] ?? "", query, bytes);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      faults.push(`${method}: ${error.message}`);
      return answer(response, error.status, problemBody(error.status, error.message));
    }
    await handle(method, body, response);
  }

  async function handle(method: string, body: Body, response: ServerResponse): Promise<void> {
    const params = body.params as Params;
    const chatId = Number.isSafeInteger(Number(params.chat_id))
      ? Number(params.chat_id)
      : undefined;
    const count = (counts.get(method) ?? 0) + 1;
    counts.set(method, count);
    const call: LoggedCall = {
      at: now(),
      method,
      params,
      ...(chatId !== undefined && { chatId }),
      applied: false,
      outcome: "",
    };
    if (chatId !== undefined && (notBefore.get(chatId) ?? 0) > call.at) earlyCalls.push(call);

    let fault = planned({ method, params, chatId, count });
    if (fault?.type === "latency") {
      await delay(fault.ms);
      fault = fault.then;
    }
    if (fault && !fault.type.startsWith("apply")) {
      log.add(Object.assign(call, { outcome: fault.type }));
      if (fault.type === "429") heldBack(chatId, fault.retryAfter);
      return refuse(response, fault);
    }
    const { status, text } = await apply(call, body, response);
    if (fault && call.applied) call.outcome = fault.type;
    log.add(call);
    if (fault?.type === "apply-then-drop") return void response.socket?.destroy();
    if (fault?.type === "apply-then-hang") return never;
    answer(response, status, fault ? text.slice(0, text.length / 2) : text);
  }

  /** Carries the request out, and notes in `call` what became of it. */
  async function apply(
    call: LoggedCall,
    body: Body,
    response: ServerResponse,
  ): Promise<{ status: number; text: string }> {
    const { method, params, chatId } = call;
    try {
      const known = methodOf(method);
      checked(method, body);
      limited(method, chatId);
      const gone = (left: () => void) => void response.once("close", left);
      const pending = known({ params, uploads: body.uploads, world, gone });
      const result = pending instanceof Promise ? ((await pending) as unknown) : pending;
      const messageId = messageIdOf(result) ?? params.message_id;
      Object.assign(call, { applied: true, outcome: "ok", ...(messageId && { messageId }) });
      const described = result instanceof Described ? result : { result };
      return { status: 200, text: JSON.stringify(Object.assign({ ok: true }, described)) };
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error instanceof CallerFault) faults.push(`${method}: ${error.message}`);
      heldBack(chatId, error.parameters?.retry_after);
      call.outcome = error.message;
      return {
        status: error.status,
        text: problemBody(error.status, error.message, error.parameters),
      };
    }
  }

  function methodOf(method: string): Method {
    const known = methods.get(method);
    if (known) return known;
    const isReal = check?.(method, {}) !== undefined;
    faults.push(`${method}: ${isReal ? "this server has no such method yet" : "no such method"}`);
    throw new ApiProblem(404, "Not Found");
  }

  function heldBack(chatId: number | undefined, retryAfter: number | undefined): void {
    if (chatId === undefined || retryAfter === undefined) return;
    notBefore.set(chatId, now() + retryAfter * 1000);
  }

  function planned(request: Parameters<FaultPlan>[0]): Fault | undefined {
    for (const plan of plans) {
      const fault = plan(request);
      if (fault) return fault;
    }
    return undefined;
  }

  function serveFile(path: string, response: ServerResponse): void {
    const prefix = `/file/bot${token}/`;
    const file = path.startsWith(prefix)
      ? world.files.byPath(path.slice(prefix.length))
      : undefined;
    if (!file || isRevoked) return answer(response, 404, problemBody(404, "Not Found"));
    // Neither name nor type survive (getFile).
    response.writeHead(200, {
      "Content-Type": "application/octet-stream",
      "Content-Length": file.bytes.length,
    });
    response.end(file.bytes);
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (error instanceof ApiProblem)
        return answer(response, error.status, problemBody(error.status, error.message));
      if (!request.readableAborted) faults.push(`the server itself failed: ${String(error)}`);
      answer(response, 500, problemBody(500, "Internal Server Error"));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    token,
    bot,
    faults,
    calls: log.calls,
    earlyCalls,
    world,
    get isPolled() {
      return polling.waiting;
    },
    user: (given) => people.person(given),
    group: (given) => groups.open(given),
    fault(plan) {
      plans.add(plan);
      return () => void plans.delete(plan);
    },
    revokeToken() {
      isRevoked = true;
      polling.interrupt(new ApiProblem(401, "Unauthorized"));
    },
    jumpUpdateId: (to) => world.updates.jump(to),
    forgetFile: (fileId) => world.files.forget(fileId),
    waitForCall: (fits, timeoutMs = 5000) => log.waitFor(fits, timeoutMs),
    async close() {
      webhook.close();
      polling.interrupt(conflict("the server closes"));
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function botOf(token: string): UserFromGetMe {
  return {
    id: Number(token.split(":")[0]) || 123456789,
    is_bot: true,
    first_name: "Assistant",
    username: "viplikes_test_bot",
    can_join_groups: true,
    can_read_all_group_messages: true,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  } as UserFromGetMe;
}

function messageIdOf(result: unknown): number | undefined {
  const first: unknown = Array.isArray(result) ? result[0] : result;
  if (typeof first !== "object" || first === null || !("message_id" in first)) return undefined;
  return first.message_id as number;
}
