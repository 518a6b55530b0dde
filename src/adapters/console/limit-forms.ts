import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";

const maxFormBytes = 64 * 1024;

const limit = bodyLimit({ maxSize: maxFormBytes });

/** No form of the console is larger, but the one with files, which has a limit of its own behind the door. */
export const limitForms: MiddlewareHandler = (c, next) =>
  /^\/console\/cases\/[^/]+\/said$/u.test(c.req.path) ? next() : limit(c, next);
