import { setTimeout as delay } from "node:timers/promises";
import type { PageEntry } from "../../src/adapters/web/outbound.ts";
import type { Chance } from "./chance.ts";

/** What a customer says: a text, a press or uploads. */
export type Saying = { text: string } | { choice: string; revision: number } | { files: string[] };

export type BotEntry = Extract<PageEntry, { from: "bot" }>;

/**
 * The chat's page without a browser: says things again under the same id
 * until they are acknowledged, and reads along on an event stream that it
 * opens anew whenever it breaks. The bot may vanish at any moment.
 */
export interface Customer {
  /** Every line that the bot has shown, in the order in which it came. */
  readonly seen: readonly PageEntry[];
  /** The ids that the bot has acknowledged. */
  readonly acknowledged: readonly string[];
  /** How often the stream was opened. */
  readonly streams: number;
  /** Opens the chat; resolves with the message that asks something. */
  open(): Promise<BotEntry>;
  /** Resolves with the message that answers it and asks what is next, once that was seen on the stream. */
  say(saying: Saying): Promise<BotEntry>;
  /** The tokens of an upload; undefined when it was not to be had in a few tries. */
  upload(name: string, bytes: Uint8Array): Promise<string | undefined>;
  leave(): void;
}

const retryMs = 25;
const uploadTries = 3;

/** @param end ends every wait, so that a customer without an answer is an error and no hang. */
export function createCustomer(url: string, chance: Chance, end: AbortSignal): Customer {
  const seen: PageEntry[] = [];
  const acknowledged: string[] = [];
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, end]);
  let streams = 0;
  let cookie = "";
  let last = 0;
  let lookUp = () => {};

  const headers = () => ({ Origin: url, ...(cookie && { Cookie: cookie }) });

  /** One request; undefined when the bot is gone, too busy or says "later". */
  async function ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ body: unknown; cookie: string | undefined } | undefined> {
    try {
      const answer = await fetch(url + path, {
        ...init,
        headers: { ...headers(), ...(init.headers as object) },
        signal,
      });
      const body: unknown = await answer.json();
      if (answer.status === 429)
        await delay(Number(answer.headers.get("retry-after")) * 1000, undefined, { signal });
      if (answer.status === 429 || answer.status >= 500) return undefined;
      if (!answer.ok)
        throw new RangeError(`${path} answers ${answer.status} ${JSON.stringify(body)}`);
      return { body, cookie: answer.headers.get("set-cookie")?.split(";")[0] };
    } catch (error) {
      if (error instanceof RangeError || signal.aborted) throw error;
      return undefined;
    }
  }

  async function untilTaken(path: string, json: unknown) {
    const init = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(json),
    };
    for (;;) {
      const answer = await ask(path, init);
      if (answer) return answer;
      await delay(retryMs, undefined, { signal });
    }
  }

  function take(entries: readonly PageEntry[], upTo: number): void {
    seen.push(...entries);
    last = upTo;
    lookUp();
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await readOn().catch(() => {});
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Either as the page finds its way back or as a bare EventSource does. */
  async function readOn(): Promise<void> {
    const isPage = chance.oneIn(2);
    if (isPage) {
      const answer = await ask(`/chat/log?after=${last}`);
      if (!answer) return;
      const page = answer.body as { entries: PageEntry[]; last: number };
      take(page.entries, page.last);
    }
    const from = isPage ? `?after=${last}` : "";
    const stream = await fetch(`${url}/chat/events${from}`, {
      headers: { ...headers(), ...(!isPage && { "Last-Event-ID": String(last) }) },
      signal,
    });
    if (!stream.ok || !stream.body) return;
    streams++;
    let rest = "";
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) takeFrame(frame);
    }
  }

  function takeFrame(frame: string): void {
    const id = /^id: (.*)$/m.exec(frame)?.[1];
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (id && data) take([JSON.parse(data) as PageEntry], Number(id));
  }

  async function replyTo(id: string): Promise<BotEntry> {
    for (;;) {
      const at = seen.findIndex((entry) => entry.from === "customer" && entry.key === id);
      const reply = at < 0 ? undefined : seen.slice(at).find(asks);
      if (reply) return reply;
      if (end.aborted)
        throw new Error(`no reply to ${id}, the last line seen is ${JSON.stringify(seen.at(-1))}`);
      await new Promise<void>((resolve) => {
        lookUp = resolve;
        end.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  return {
    seen,
    acknowledged,
    get streams() {
      return streams;
    },
    async open() {
      const started = await untilTaken("/chat/start", {
        language: chance.pick(["fr", "sv", "en"]),
      });
      cookie = started.cookie ?? "";
      const page = started.body as { entries: PageEntry[]; last: number };
      take(page.entries, page.last);
      void follow();
      const reply = seen.findLast(asks);
      if (!reply) throw new Error("the chat opens without a word");
      return reply;
    },
    async say(saying) {
      const id = chance.uuid();
      const sent = untilTaken("/chat/messages", { id, ...saying });
      // A double click, and a page that came back before it knew.
      if (chance.oneIn(20)) await untilTaken("/chat/messages", { id, ...saying });
      await sent;
      acknowledged.push(id);
      if (chance.oneIn(20)) await untilTaken("/chat/messages", { id, ...saying });
      return replyTo(id);
    },
    async upload(name, bytes) {
      for (let tries = 0; tries < uploadTries; tries++) {
        const init = {
          method: "POST",
          headers: { "Content-Type": "application/octet-stream" },
          body: bytes,
        };
        const answer = await ask(`/chat/files?name=${name}`, init);
        if (answer) return (answer.body as { token: string }).token;
        await delay(retryMs, undefined, { signal });
      }
      return undefined;
    },
    leave: () => left.abort(),
  };
}

const asks = (entry: PageEntry): entry is BotEntry =>
  entry.from === "bot" && entry.message.choices.length > 0;
