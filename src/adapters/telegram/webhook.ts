import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Update } from "grammy/types";
import { BotError } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";

const longestBody = 1024 * 1024;
const retryAfterSeconds = 5;

/**
 * Takes updates that Telegram brings. 200 makes Telegram forget an update, so
 * it is answered only when `accept` has made it durable; what can't be taken
 * now is brought again after `Retry-After`.
 *
 * @param secret at least 32 characters; compared in constant time.
 */
export function webhookOf(parts: {
  secret: string;
  accept: (updates: readonly Update[]) => Promise<void>;
  log: Log;
}): Hono {
  const { accept, log } = parts;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(parts.secret);
  const app = new Hono();

  app.use(async (c, next) => {
    const given = c.req.header("x-telegram-bot-api-secret-token") ?? "";
    if (!timingSafeEqual(digest(given), expected)) return c.body(null, 401);
    return next();
  });
  app.post(
    "/",
    bodyLimit({ maxSize: longestBody, onError: (c) => c.body(null, 413) }),
    async (c) => {
      const update = await c.req.json<unknown>().catch(() => undefined);
      if (!isUpdate(update)) {
        log.warn({ code: "malformed" }, "what came to the webhook is no update of Telegram");
        return c.body(null, 200);
      }
      try {
        await accept([update]);
        return c.body(null, 200);
      } catch (error) {
        log.warn(
          { code: error instanceof BotError ? error.code : "unexpected" },
          "an update of Telegram can't be taken now",
        );
        return c.body(null, 503, { "Retry-After": String(retryAfterSeconds) });
      }
    },
  );
  return app;
}

const isUpdate = (value: unknown): value is Update =>
  typeof value === "object" && value !== null && "update_id" in value;
