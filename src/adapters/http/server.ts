import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { PortInUse } from "../../core/errors.ts";

export interface HttpOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** An app under its path; the longer path is asked first. Each sets its own Content-Security-Policy. */
  apps: readonly { path: string; app: Hono }[];
  /** Whether the bot can do its work; what `/healthz` answers. A throw counts as no. */
  healthy: () => Promise<boolean>;
}

export interface Http {
  port: number;
  /** Where this machine reaches it, without a slash at the end. */
  url: string;
  /** Takes no more requests, ends the event streams, lets the others finish and resolves within three seconds. */
  close(): Promise<void>;
}

/** No request is larger than this, whatever an app allows. */
const maxBodyBytes = 64 * 1024 * 1024;
const closeWithinMs = 3_000;

/**
 * The one listener of the bot.
 *
 * @throws PortInUse when another program listens there.
 */
export async function openHttp({ host, port, apps, healthy }: HttpOptions): Promise<Http> {
  const root = new Hono();
  root.use(
    secureHeaders({
      crossOriginResourcePolicy: "same-origin",
      crossOriginOpenerPolicy: "same-origin",
      referrerPolicy: "no-referrer",
      xContentTypeOptions: "nosniff",
      xFrameOptions: false,
      strictTransportSecurity: false,
    }),
  );
  root.use(async (c, next) => {
    if (Number(c.req.header("content-length") ?? 0) > maxBodyBytes) {
      return c.json({ error: "tooLarge" }, 413);
    }
    return next();
  });
  root.get("/healthz", async (c) => {
    const ok = await healthy().catch(() => false);
    return c.json({ ok }, ok ? 200 : 503, { "Cache-Control": "no-store" });
  });
  for (const { path, app } of [...apps].sort((a, b) => b.path.length - a.path.length)) {
    root.route(path, app);
  }

  const server = createAdaptorServer({
    fetch: root.fetch,
    serverOptions: {
      // The time a client may take to send its headers and its whole request;
      // an answer, such as an event stream, may take as long as it likes.
      headersTimeout: 15_000,
      requestTimeout: 180_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 10_000,
    },
  }) as Server;
  const endStreams = trackEventStreams(server);
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;

  return {
    port: bound,
    url: `http://${reachable(host)}:${bound}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      endStreams();
      // Again and again: a connection that answers its last request stays open for the next.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const late = setTimeout(() => server.closeAllConnections(), closeWithinMs);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortInUse(port) : error);
    });
    server.listen(port, host, resolve);
  });
}

/** An event stream never ends by itself, so closing the server would wait for it for ever. */
function trackEventStreams(server: Server): () => void {
  const open = new Set<ServerResponse>();
  server.on("request", (_request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return () => {
    for (const response of open) {
      const type = String(response.getHeader("content-type") ?? "");
      if (type.startsWith("text/event-stream")) response.socket?.destroySoon();
    }
  };
}

function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "127.0.0.1") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
