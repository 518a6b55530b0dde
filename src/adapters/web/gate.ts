import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isSameOrigin } from "./client.ts";
import { maxTextLength } from "./inbound.ts";
import type { WebChatOptions } from "./options.ts";
import { languageOf, refuse } from "./refusals.ts";
import { fill, words } from "./words.ts";

const maxJsonBytes = 64 * 1024;

/**
 * What every POST must be before it is looked at: from the chat's own page, of
 * a type that no form of another site can send, and small. JSON is read whole
 * even where it is refused: `@hono/node-server` 2.1.8 leaves a browser hanging
 * on a connection whose last request was answered with its body unread.
 */
export function gate(
  options: Pick<WebChatOptions, "defaultLanguage" | "publicUrl">,
): MiddlewareHandler {
  const readJson = bodyLimit({ maxSize: maxJsonBytes, onError: (c) => tooLong(c, options) });
  const check = (c: Context, wanted: string) => {
    if (!isSameOrigin(c, options.publicUrl())) return refuse(c, 403, "crossSite");
    const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
    return type === wanted ? undefined : refuse(c, 415, "contentType");
  };

  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    if (c.req.path === "/chat/files") {
      closeAfterwards(c);
      return check(c, "application/octet-stream") ?? next();
    }
    return readJson(c, async () => {
      await c.req.text();
      const refused = check(c, "application/json");
      if (refused) c.res = refused;
      else await next();
    });
  };
}

/** For a text that is longer than a message may be. */
export function tooLong(
  c: Context,
  { defaultLanguage }: Pick<WebChatOptions, "defaultLanguage">,
): Response {
  closeAfterwards(c);
  return refuse(c, 413, "tooLong", {
    sentence: fill(words[languageOf(c, defaultLanguage)].problem.tooLong, { max: maxTextLength }),
  });
}

/** A body may stay unread; see `gate`. */
const closeAfterwards = (c: Context) => c.header("Connection", "close");
