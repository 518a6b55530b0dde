import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";

const maxFormBytes = 64 * 1024;

/**
 * What every POST must be before it is looked at: from the console's own page
 * and small. The session's cookie is Strict; this holds where a browser or a
 * neighbour on the same site gets around that.
 */
export function gate(publicUrl: () => string): MiddlewareHandler {
  const limit = bodyLimit({ maxSize: maxFormBytes });
  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    return isOwnPage(c, publicUrl()) ? limit(c, next) : c.text("cross-site", 403);
  };
}

/** Browsers say it in `Sec-Fetch-Site` or, on plain http, in `Origin`; a proxy may have changed `Host`. */
function isOwnPage(c: Context, publicUrl: string): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  const origin = c.req.header("origin") ?? "";
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === c.req.header("host") || host === new URL(publicUrl).host;
}
