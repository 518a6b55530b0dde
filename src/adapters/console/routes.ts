import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { type Agent, isAtLeast, type Role } from "../../core/agent.ts";

/**
 * Who may ask for what, by method and path below `/console`; a route without a
 * line is closed to everybody. What an act needs beside is `leastRole`'s.
 */
export const routeRules: Readonly<Record<string, Role | "anyone">> = {
  "GET /style.css": "anyone",
  "GET /desk.js": "anyone",
  "GET /dom.js": "anyone",
  "GET /keys.js": "anyone",
  "GET /phrases.js": "anyone",
  "GET /enter": "anyone",
  "GET /login": "anyone",
  "GET /login/callback": "anyone",
  "POST /logout": "agent",
  "GET /": "agent",
  "GET /chart": "agent",
  "GET /deliveries": "agent",
  "GET /figures": "agent",
  "GET /events": "agent",
  "POST /cases/:number/preview": "agent",
  "POST /cases/:number/:act": "agent",
  "GET /cases/:number": "agent",
  "GET /cases/:number/phrases": "agent",
  "GET /cases/:number/path": "agent",
  "GET /cases/:number/evidence/:id/view": "agent",
  "GET /cases/:number/evidence/:id/original": "agent",
  "GET /audit": "lead",
};

export const routeName = (method: string, path: string): string =>
  `${method} ${path.replace(/^\/console/u, "").replace(/^$/u, "/")}`;

/** Whether this agent may ask for what the request matches; what matches no route is found missing later. */
export function mayAsk(c: Context, agent: Agent): boolean {
  return matchedRoutes(c)
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => routeRules[routeName(method, path)])
    .every((rule) => rule !== undefined && (rule === "anyone" || isAtLeast(agent, rule)));
}
