import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isLanguage, type Language, preferredLanguage } from "../../core/language.ts";
import { words } from "./words.ts";

/** An answer that says no: `error` for the page, `sentence` for the customer. */
export function refuse(
  c: Context,
  status: ContentfulStatusCode,
  error: string,
  more: { sentence?: string; refused?: string } = {},
  retryAfterSeconds?: number,
): Response {
  if (retryAfterSeconds) c.header("Retry-After", String(retryAfterSeconds));
  return c.json({ error, ...more }, status);
}

export const tooFast = (c: Context, language: Language, retryAfterMs: number): Response =>
  refuse(
    c,
    429,
    "tooFast",
    { sentence: words[language].problem.tooFast },
    Math.max(1, Math.ceil(retryAfterMs / 1000)),
  );

/** The language that a request asks for: by `?lang`, as the page does, or by the browser's preferences. */
export function languageOf(c: Context, byDefault: Language): Language {
  const asked = c.req.query("lang");
  if (isLanguage(asked)) return asked;
  return preferredLanguage(c.req.header("accept-language") ?? "") ?? byDefault;
}
