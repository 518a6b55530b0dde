import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { isLanguage } from "../../core/language.ts";
import { clientAddress } from "./client.ts";
import { tooLong } from "./gate.ts";
import { readMessage, readStart } from "./inbound.ts";
import type { Limits } from "./limits.ts";
import type { WebChatOptions } from "./options.ts";
import { type PageEntry, pageEntry, withoutReplaced } from "./outbound.ts";
import { languageOf, refuse, tooFast } from "./refusals.ts";
import { openUpload } from "./seals.ts";
import type { Stream, Streams } from "./streams.ts";
import type { Visitor, Visitors } from "./visitor.ts";
import { words } from "./words.ts";

const logPage = 500;
/** Shorter than the 30 s and 60 s after which proxies cut a silent connection. */
const beatEveryMs = 20_000;

interface Parts {
  options: WebChatOptions;
  visitors: Visitors;
  limits: Limits;
  streams: Streams;
}

/** The conversation itself: start, read, follow, write. */
export function chatRoutes({ options, visitors, limits, streams }: Parts): Hono {
  const { store, receive, clock } = options;
  const app = new Hono();
  const languageOfRequest = (c: Context) => languageOf(c, options.defaultLanguage);

  app.post("/chat/start", async (c) => {
    const body = await jsonBody(c);
    const language =
      isRecord(body) && isLanguage(body["language"]) ? body["language"] : languageOfRequest(c);
    const known = await visitors.of(c);
    const seen = known && (await readPage(known, 0));
    if (known && seen && seen.last > 0) {
      visitors.remember(c, known);
      return c.json({ thread: known.thread, ...seen });
    }
    const limited = limits.take("start", clientAddress(c), clock.now());
    if (limited) return tooFast(c, language, limited.retryAfterMs);
    const visitor = known ?? (await visitors.make());
    await receive(readStart(visitor.conversationId, language));
    streams.wake(visitor.conversationId);
    visitors.remember(c, visitor);
    return c.json({ thread: visitor.thread, ...(await readPage(visitor, 0)) });
  });

  app.get("/chat/log", async (c) => {
    const visitor = await visitors.of(c);
    if (!visitor || isOther(c, visitor)) return otherConversation(c);
    return c.json(await readPage(visitor, sequence(c.req.query("after"))));
  });

  app.get("/chat/events", async (c) => {
    const visitor = await visitors.of(c);
    if (!visitor || isOther(c, visitor)) return otherConversation(c);
    const stream = streams.open(visitor.conversationId);
    if (!stream) return refuse(c, 503, "full", {}, 30);
    c.header("X-Accel-Buffering", "no");
    const after = sequence(c.req.header("last-event-id") ?? c.req.query("after"));
    return streamSSE(c, async (out) => {
      out.onAbort(() => stream.close());
      try {
        await follow(visitor, after, stream, (message) => out.writeSSE(message));
      } catch {
        // The page opens a new stream and goes on where this one ended.
      } finally {
        stream.close();
      }
    });
  });

  app.post("/chat/messages", async (c) => {
    const visitor = await visitors.of(c);
    if (!visitor || isOther(c, visitor)) return otherConversation(c);
    const limited = limits.take("message", visitor.conversationId, clock.now());
    if (limited) return tooFast(c, languageOfRequest(c), limited.retryAfterMs);
    const read = readMessage(await jsonBody(c), visitor.conversationId, (token) =>
      openUpload(visitor.seals.files, visitor.conversationId, token, clock.now()),
    );
    if ("fault" in read) {
      if (read.fault === "tooLong") return tooLong(c, options);
      const sentence = words[languageOfRequest(c)].problem[read.fault];
      return refuse(c, read.fault === "expired" ? 410 : 400, read.fault, { sentence });
    }
    await receive(read.inbound);
    streams.wake(visitor.conversationId);
    return c.json({ ok: true });
  });

  async function readPage(visitor: Visitor, after: number) {
    const entries: PageEntry[] = [];
    let last = after;
    for (;;) {
      const found = await store.readLog(visitor.conversationId, last, logPage);
      for (const entry of found) {
        const shown = pageEntry(entry, visitor.addresses);
        if (shown) entries.push(shown);
        last = entry.seq;
      }
      if (found.length < logPage) return { entries: withoutReplaced(entries), last };
    }
  }

  async function follow(
    visitor: Visitor,
    after: number,
    stream: Stream,
    write: (message: { event?: string; id?: string; data: string }) => Promise<void>,
  ): Promise<void> {
    await write({ event: "beat", data: "" });
    for (let last = after; ;) {
      const page = await readPage(visitor, last);
      for (const entry of page.entries) {
        await write({ id: String(entry.seq), data: JSON.stringify(entry) });
      }
      last = page.last;
      const news = await stream.next(beatEveryMs);
      if (news === "superseded") await write({ event: "superseded", data: "" });
      if (news === "superseded" || news === "closed") return;
      // An event and no comment, so that the page hears when a dead connection has gone silent.
      if (news === "silent") await write({ event: "beat", data: "" });
    }
  }

  return app;
}

/** Whether the page still shows another conversation than the one of its cookie, as after a way back in another tab. */
function isOther(c: Context, visitor: Visitor): boolean {
  const thread = c.req.header("ombud-thread") ?? c.req.query("thread");
  return thread !== undefined && thread !== visitor.thread;
}

const otherConversation = (c: Context) => refuse(c, 409, "otherConversation");

function sequence(text: string | undefined): number {
  const number = Number(text ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

const jsonBody = (c: Context): Promise<unknown> => c.req.json<unknown>().catch(() => undefined);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
