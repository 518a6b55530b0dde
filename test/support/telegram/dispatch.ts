import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { answer, problemBody, refuse } from "./answers.ts";
import type { Body } from "./body.ts";
import { createCallLog, type CallLog, type LoggedCall } from "./calls.ts";
import type { Fault, FaultPlan } from "./faults.ts";
import { Described, type Method, type Methods } from "./methods/method.ts";
import type { Params } from "./params.ts";
import { ApiProblem, CallerFault, tooMany } from "./problem.ts";
import type { Rates } from "./rates.ts";
import { openSpec } from "./spec.ts";
import type { World } from "./world.ts";

/** From a request that was understood to its answer, with all that is planned, checked and logged on the way. */
export interface Dispatch {
  readonly faults: string[];
  readonly earlyCalls: LoggedCall[];
  readonly log: CallLog;
  readonly plans: Set<FaultPlan>;
  handle: (method: string, body: Body, response: ServerResponse) => Promise<void>;
}

const sends = /^(?:send(?!ChatAction)|copy|forward)/u;
const never = new Promise<never>(() => {});

export function createDispatch(world: World, all: Methods, rates: Rates | undefined): Dispatch {
  const { now } = world;
  const methods = new Map<string, Method>(Object.entries(all));
  const check = openSpec();
  const plans = new Set<FaultPlan>();
  const counts = new Map<string, number>();
  const notBefore = new Map<number, number>();
  const faults: string[] = [];
  const log = createCallLog();
  const earlyCalls: LoggedCall[] = [];

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

  return { faults, earlyCalls, log, plans, handle };
}

function messageIdOf(result: unknown): number | undefined {
  const first: unknown = Array.isArray(result) ? result[0] : result;
  if (typeof first !== "object" || first === null || !("message_id" in first)) return undefined;
  return first.message_id as number;
}
