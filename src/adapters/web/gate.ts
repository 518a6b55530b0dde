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
 * a type that no form of another site can send, and small. A file's own limit
 * is counted where it is read.
 */
export function gate(
  options: Pick<WebChatOptions, "defaultLanguage" | "publicUrl">,
): MiddlewareHandler {
  const limitJson = bodyLimit({ maxSize: maxJsonBytes, onError: (c) => tooLong(c, options) });
  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    if (!isSameOrigin(c, options.publicUrl())) return refuse(c, 403, "crossSite");
    const isFile = c.req.path === "/chat/files";
    const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== (isFile ? "application/octet-stream" : "application/json")) {
      return refuse(c, 415, "contentType");
    }
    return isFile ? next() : limitJson(c, next);
  };
}

/** For a text that is longer than a message may be. */
export function tooLong(
  c: Context,
  { defaultLanguage }: Pick<WebChatOptions, "defaultLanguage">,
): Response {
  const { problem } = words[languageOf(c, defaultLanguage)];
  return refuse(c, 413, "tooLong", { sentence: fill(problem.tooLong, { max: maxTextLength }) });
}
