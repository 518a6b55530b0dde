/** A lean Telegram with its customers, as a process of its own; told by IPC whom to let talk. */
import { Agent, request } from "node:http";
import { createCustomers, type Load, type Shown } from "./customers.ts";
import { type Call, serve } from "./wire.ts";

/** Where updates go: asked for by polling, or brought to these addresses in turn. */
export type Order =
  | { type: "webhooks"; urls: readonly string[]; secret: string }
  | { type: "forget" }
  | { type: "load"; load: Load };

const throttledChat = 9;
const throttledWritesEveryMs = 200;
const bot = { id: 123456789, is_bot: true, first_name: "Bench", username: "bench_bot" };

let updates: { update_id: number }[] = [];
let updateId = 1;
let messageId = 1;
let waiting: { offset: number; call: Call } | undefined;
let webhooks: Extract<Order, { type: "webhooks" }> | undefined;
let apiMs = 0;
let customers: ReturnType<typeof createCustomers> | undefined;
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

const chatOf = (id: number) => ({ id, type: "private", first_name: "Anna" });
const personOf = (id: number) => ({
  id,
  is_bot: false,
  first_name: "Anna",
  language_code: "fr",
});

function add(update: object): void {
  const whole = { update_id: updateId++, ...update };
  if (webhooks) return bring(whole, webhooks);
  updates.push(whole);
  if (!waiting) return;
  const { offset, call } = waiting;
  waiting = undefined;
  // What comes in one tick goes out in one answer.
  setImmediate(poll, {
    method: "",
    params: { offset },
    answer: (...said) => call.answer(...said),
  } satisfies Call);
}

function bring(update: { update_id: number }, to: NonNullable<typeof webhooks>): void {
  const body = JSON.stringify(update);
  const url = to.urls[update.update_id % to.urls.length] ?? "";
  const again = () => setTimeout(bring, 50, update, to);
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "X-Telegram-Bot-Api-Secret-Token": to.secret,
  };
  const sent = request(url, { method: "POST", agent, headers }, (answer) => {
    answer.resume();
    if (answer.statusCode !== 200) again();
  });
  sent.on("error", again);
  sent.end(body);
}

function poll(call: Call): void {
  const offset = Number(call.params["offset"] ?? 0);
  const confirmed = updates.findIndex(({ update_id: id }) => id >= offset);
  updates = confirmed === -1 ? [] : updates.slice(confirmed);
  if (updates.length === 0) waiting = { offset, call };
  else call.answer({ ok: true, result: updates.slice(0, 100) });
}

function message(chat: number, text: string) {
  const command = /^\/\w+/u.exec(text)?.[0];
  return {
    message_id: messageId++,
    date: Math.floor(Date.now() / 1000),
    chat: chatOf(chat),
    from: personOf(chat),
    text,
    ...(command && { entities: [{ type: "bot_command", offset: 0, length: command.length }] }),
  };
}

function say(chat: number, act: { text: string } | { data: string; on: Shown }): void {
  if ("text" in act) return add({ message: message(chat, act.text) });
  const { data, on } = act;
  const shown = { ...on, date: Math.floor(Date.now() / 1000), chat: chatOf(chat), from: bot };
  const query = { id: `${updateId}`, from: personOf(chat), message: shown, chat_instance: "1" };
  add({ callback_query: { ...query, data } });
}

const later = (work: () => void) => (apiMs === 0 ? work() : void setTimeout(work, apiMs));

function take(call: Call): void {
  const { method, params } = call;
  if (method === "getUpdates") return poll(call);
  if (method === "getMe") return call.answer({ ok: true, result: bot });
  customers?.called();
  if (method !== "sendMessage") return later(() => call.answer({ ok: true, result: true }));
  const chat = Number(params["chat_id"]);
  if (chat === throttledChat)
    return later(() =>
      call.answer(
        {
          ok: false,
          error_code: 429,
          description: "Too Many Requests: retry after 1",
          parameters: { retry_after: 1 },
        },
        429,
      ),
    );
  const markup = params["reply_markup"];
  const shown = {
    message_id: messageId++,
    text: params["text"] as string,
    ...(markup !== undefined && {
      reply_markup: (typeof markup === "string" ? JSON.parse(markup) : markup) as never,
    }),
  };
  // The question is what has buttons.
  const asks = "reply_markup" in shown;
  if (asks) customers?.arrived(chat);
  later(() => {
    call.answer({ ok: true, result: { ...shown, date: 0, chat: chatOf(chat), from: bot } });
    if (asks) customers?.seen(chat, shown);
  });
}

process.on("message", (order: Order) => {
  if (order.type === "webhooks") webhooks = order;
  if (order.type === "forget") {
    webhooks = undefined;
    customers = undefined;
    waiting = undefined;
    updates = [];
  }
  if (order.type !== "load") return;
  const { load } = order;
  ({ apiMs } = load);
  const writing =
    load.throttled &&
    setInterval(() => add({ message: message(throttledChat, "48213") }), throttledWritesEveryMs);
  customers = createCustomers(load, say, (outcome) => {
    if (writing) clearInterval(writing);
    process.send?.(outcome);
  });
});

process.send?.(await serve(take));
