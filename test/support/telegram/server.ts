import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { UserFromGetMe } from "@grammyjs/types";
import { answer, problemBody } from "./answers.ts";
import { parseBody, readAll, type Body } from "./body.ts";
import type { LoggedCall } from "./calls.ts";
import { createDispatch } from "./dispatch.ts";
import type { FaultPlan } from "./faults.ts";
import { createGroups, type Group, type GroupOptions } from "./groups.ts";
import { chatMethods } from "./methods/chats.ts";
import { editMethods } from "./methods/edit.ts";
import type { Methods } from "./methods/method.ts";
import { createProfileMethods } from "./methods/profile.ts";
import { sendMethods } from "./methods/send.ts";
import { topicMethods } from "./methods/topics.ts";
import { createPeople, type Customer, type CustomerOptions } from "./people.ts";
import { createPolling } from "./polling.ts";
import { ApiProblem, conflict } from "./problem.ts";
import { createRates, realLimits, type RateLimits } from "./rates.ts";
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

export async function openTelegramServer(options: TelegramOptions = {}): Promise<TelegramServer> {
  const now = options.now ?? Date.now;
  const token = options.token ?? "123456789:AAlocalTelegramServerForTestsOnly00";
  const bot: UserFromGetMe = { ...botOf(token), ...options.bot };
  const world = createWorld(bot, now);
  const polling = createPolling(world.updates);
  const webhook = createWebhook(world.updates, now, { ...realTiming, ...options.webhook });
  const limits = options.limits === true ? realLimits : options.limits;
  const rates = limits && createRates(limits, now);
  const people = createPeople(world, options.callbackAnswerMs ?? 60_000);
  const groups = createGroups(world, people);
  let isRevoked = false;

  world.updates.onAdd = (pending) => (webhook.active ? webhook.push(pending) : polling.wake());

  const methods = {
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
  } satisfies Methods;
  const { faults, earlyCalls, log, plans, handle } = createDispatch(world, methods, rates);

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
