import { type Context, Hono } from "hono";
import { BotError } from "../../core/errors.ts";
import { isLanguage, type Language } from "../../core/language.ts";
import type { Channel } from "../../ports/channel.ts";
import { createAssets } from "./assets.ts";
import { chatRoutes } from "./chat-routes.ts";
import { fileRoutes } from "./file-routes.ts";
import { isSameOrigin } from "./client.ts";
import { gate } from "./gate.ts";
import { createLimits } from "./limits.ts";
import type { WebChatOptions } from "./options.ts";
import { languageOf, refuse } from "./refusals.ts";
import { chatPage, noWayBackPage, otherHerePage } from "./shell.ts";
import { createStreams } from "./streams.ts";
import { createVisitors, type Visitor } from "./visitor.ts";
import { words } from "./words.ts";

/** Everything from this host, no inline script or style, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

export interface WebChat {
  /** To be mounted at `/`. */
  app: Hono;
  /**
   * A committed message is where the customer reads it already; sending only
   * tells the open pages to look.
   */
  channel: Channel;
  /** Another process has committed to it. */
  changed(conversationId: string): void;
  /** What other processes have committed to is not known: every open page looks. */
  changedSomewhere(): void;
  /** Ends the event streams; their pages reconnect. */
  close(): void;
}

export function createWebChat(options: WebChatOptions): WebChat {
  const { store, shop, log, maxEvidenceBytes } = options;
  const visitors = createVisitors(options);
  const limits = createLimits();
  const streams = createStreams();
  const assets = createAssets(shop.accent);
  const app = new Hono();

  app.use(async (c, next) => {
    c.header("Content-Security-Policy", contentSecurityPolicy);
    if (!c.req.path.startsWith("/assets/")) c.header("Cache-Control", "no-store");
    await next();
  });
  app.use("/chat/*", gate(options));
  app.onError((error, c) => {
    if (error instanceof BotError && error.retryable) {
      log.warn({ code: error.code, path: c.req.routePath }, "the chat could not take a request");
      return refuse(c, 503, error.code, {}, 2);
    }
    const code = error instanceof BotError ? error.code : error.name;
    log.error({ code, path: c.req.routePath }, "the chat failed on a request");
    return refuse(c, 500, "internal");
  });

  app.get("/", async (c) =>
    c.html(chatPage({ language: await pageLanguage(c), shop, assets, maxEvidenceBytes })),
  );
  app.get("/chat/words/:language", (c) => {
    const language = c.req.param("language");
    return isLanguage(language) ? c.json(words[language]) : c.notFound();
  });
  // A GET never takes the place of another conversation: programs open links too, to preview or prefetch them.
  app.on(["GET", "POST"], "/return/:token", async (c) => {
    const visitor = await visitors.returning(c.req.param("token"));
    if (!visitor) {
      const language = languageOf(c, options.defaultLanguage);
      return c.html(noWayBackPage({ language, shop, assets }), 404);
    }
    const chosen = c.req.method === "POST" && isSameOrigin(c, options.publicUrl());
    if (!chosen && (await hasOther(c, visitor))) {
      const language = await pageLanguage(c);
      return c.html(otherHerePage({ language, assets, action: c.req.path }));
    }
    visitors.remember(c, visitor);
    return c.redirect("/", 303);
  });
  app.route("/", chatRoutes({ options, visitors, limits, streams }));
  app.route("/", fileRoutes({ options, visitors, limits }));
  app.route("/", assets.app);

  /** Whether this browser has a conversation, and another one. */
  async function hasOther(c: Context, { conversationId }: Visitor): Promise<boolean> {
    const own = await visitors.of(c);
    if (!own || own.conversationId === conversationId) return false;
    return (await store.load(own.conversationId)) !== undefined;
  }

  /** The conversation's own language unless the address says another; the page must come even when the store can't answer. */
  async function pageLanguage(c: Context): Promise<Language> {
    if (isLanguage(c.req.query("lang"))) return languageOf(c, options.defaultLanguage);
    const known = await visitors
      .of(c)
      .then((visitor) => visitor && store.load(visitor.conversationId))
      .catch(() => undefined);
    return known?.language ?? languageOf(c, options.defaultLanguage);
  }

  return {
    app,
    channel: {
      name: "web",
      concurrency: 256,
      fits: () => true,
      async send({ conversationId }) {
        streams.wake(conversationId);
        return {};
      },
    },
    changed: (conversationId) => streams.wake(conversationId),
    changedSomewhere: () => streams.wakeAll(),
    close: () => streams.close(),
  };
}
