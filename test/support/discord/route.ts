import type { Links, SentFile } from "./attachments.ts";
import type { Json } from "./model.ts";
import type { World } from "./world.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request that has passed the door: known route, valid token, valid body. */
export interface Asked {
  world: World;
  links: Links;
  /** By the names in the template; an empty string for none. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: Json;
  files: readonly SentFile[];
}

export interface Answer {
  status: number;
  body?: unknown;
  /** The message that it made, changed or deleted. */
  messageId?: string;
}

export type QueryRule = "snowflake" | "boolean" | "text" | readonly [least: number, most: number];

export interface Route {
  method: Method;
  /** As in Discord's file. */
  template: string;
  /** The token in the path is enough. */
  open?: boolean;
  /** The body fits one of these. A route without any takes no body. */
  schemas?: readonly string[];
  /** The body is a list of these. */
  list?: boolean;
  /** Which of the schemas, where the body or the place tells. */
  choose?(asked: Pick<Asked, "world" | "params" | "body">): readonly string[];
  query?: Readonly<Record<string, QueryRule>>;
  handle(asked: Asked): Answer;
}

interface Node {
  children: Map<string, Node>;
  param: Node | undefined;
  routes: Map<string, Route>;
}

/** Finds a route in as many steps as the path has parts. */
export function createRouter(routes: readonly Route[]) {
  const empty = (): Node => ({ children: new Map(), param: undefined, routes: new Map() });
  const root = empty();
  for (const route of routes) {
    let at = root;
    for (const part of route.template.split("/").slice(1)) {
      if (part.startsWith("{")) {
        at.param ??= empty();
        at = at.param;
      } else {
        const next = at.children.get(part) ?? empty();
        at.children.set(part, next);
        at = next;
      }
    }
    at.routes.set(route.method, route);
  }
  return (
    method: string,
    path: string,
  ): { route: Route; params: Record<string, string> } | undefined => {
    // discord.js writes "@me" as "%40me".
    const parts = path.split("/").slice(1).map(decoded);
    let at: Node | undefined = root;
    for (const part of parts) at = at?.children.get(part) ?? at?.param;
    const route = at?.routes.get(method);
    if (route === undefined) return undefined;
    const params: Record<string, string> = {};
    for (const [index, part] of route.template.split("/").slice(1).entries()) {
      if (part.startsWith("{")) params[part.slice(1, -1)] = parts[index] ?? "";
    }
    return { route, params };
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The value of a path's parameter; its template has it. */
export function param(asked: Asked, name: string): string {
  return asked.params[name] ?? "";
}
