import { createHmac } from "node:crypto";
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Agent } from "../../core/agent.ts";
import { BotError, LogInFailed } from "../../core/errors.ts";
import type { AgentDirectory } from "../../ports/agents.ts";
import type { AuditEntry } from "../../ports/audit.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IdentityProvider, LogInAttempt } from "../../ports/identity-provider.ts";
import type { Log } from "../../ports/log.ts";
import type { SessionRecords } from "../../ports/sessions.ts";
import type { Store } from "../../ports/store.ts";
import { createAttempts } from "./attempts.ts";
import { createEntryLink } from "./entry-link.ts";
import { renderNotice } from "./page.ts";
import { mayAsk } from "./routes.ts";
import { createSessions, sessionSeconds } from "./session.ts";
import type { Words } from "./words.ts";

export interface DoorOptions {
  store: Pick<Store, "secret" | "claim" | "unclaim" | "readMark" | "writeMarks" | "audit"> &
    SessionRecords;
  agents: AgentDirectory;
  /** Absent where the link of the start is the only way in. */
  provider?: IdentityProvider;
  /** An origin, without a slash at its end. */
  publicUrl: () => string;
  /** Whose address a request comes from, as far as it counts for limits. */
  addressOf: (c: Context) => string;
  clock: Clock;
  log: Log;
}

/** Who comes in, and where they may go. */
export interface Door {
  /** The ways in and out, and before all that comes after it the wall. */
  app: Hono;
  enterPath: () => Promise<string>;
  /** Whose request it is, looked up anew; undefined as soon as the session is over. */
  agentOf: (c: Context) => Promise<Agent | undefined>;
  /** Whose request it was when it came in. */
  knownIn: (c: Context) => Agent | undefined;
}

const cookieName = "ombud_console";
const attemptCookie = "ombud_login";
const attemptMs = 10 * 60_000;

export function createDoor(options: DoorOptions, words: (c: Context) => Words): Door {
  const { store, agents, provider, publicUrl, addressOf, clock, log } = options;
  const sessions = createSessions(store, agents, clock);
  const link = createEntryLink(store, clock);
  const attempt = createAttempts();
  const known = new WeakMap<Context, Agent>();
  const app = new Hono();

  const sessionIn = (c: Context) =>
    (isSecure(c) ? getCookie(c, cookieName, "host") : getCookie(c, cookieName)) ?? "";
  const notice = (c: Context, name: Parameters<typeof renderNotice>[1], onwards?: string) =>
    renderNotice(words(c), name, {
      ...(onwards && { onwards }),
      ...(provider && { logIn: provider.label }),
    });
  const record = (entry: Omit<AuditEntry, "at" | "surface">) =>
    store.audit({ at: clock.now(), surface: "console", ...entry });

  // Every browser of today says where a request comes from, over https and on this machine in
  // Sec-Fetch-Site, elsewhere in Origin alone. Whoever says neither is no browser with a session.
  app.use(async (c, next) => {
    if (["GET", "HEAD"].includes(c.req.method) || isOwn(c, publicUrl())) return next();
    const agent = await sessions.agentOf(sessionIn(c));
    await record({
      what: "requestSent",
      outcome: "refused",
      reason: "crossSite",
      ...(agent && { by: agent }),
      detail: c.req.path.slice(0, 200),
    });
    return c.html(notice(c, "crossSite"), 403);
  });

  app.on("GET", ["/enter", "/login", "/login/callback"], async (c, next) => {
    const waitMs = attempt(addressOf(c), clock.now());
    if (waitMs === 0) return next();
    c.header("Retry-After", String(Math.ceil(waitMs / 1000)));
    return c.html(notice(c, "tooMany"), 429);
  });

  app.get("/enter", async (c) => {
    // A browser that looks ahead and a chat that previews links must not use the link up.
    const isLookingAhead =
      c.req.method === "HEAD" || c.req.header("Sec-Purpose")?.includes("prefetch");
    if (isLookingAhead) return c.body(null, 503);
    const admin = await agents.firstAdmin();
    if (await link.redeem(c.req.query("token") ?? "")) return letIn(c, admin);
    if (await sessions.agentOf(sessionIn(c))) return c.redirect("/console", 303);
    await record({ what: "loggedIn", outcome: "refused", reason: "usedLink" });
    return c.html(notice(c, "used"), 401);
  });

  app.get("/login", async (c) => {
    if (!provider) return c.html(notice(c, "closed"), 404);
    const ticket = `${clock.now()}.${Buffer.from(clock.random(32)).toString("base64url")}`;
    try {
      const address = await provider.begin(await attemptOf(ticket));
      // Lax: the provider's page sends the browser back here, from another site.
      setCookie(c, attemptCookie, ticket, {
        ...cookieOf(c),
        path: "/console/login",
        sameSite: "Lax",
        maxAge: attemptMs / 1000,
      });
      return c.redirect(address, 303);
    } catch (error) {
      return refuse(c, error);
    }
  });

  app.get("/login/callback", async (c) => {
    if (!provider) return c.html(notice(c, "closed"), 404);
    const ticket = getCookie(c, attemptCookie) ?? "";
    deleteCookie(c, attemptCookie, { path: "/console/login", secure: isSecure(c) });
    try {
      const [, begunAt] = /^(\d{1,16})\.[\w-]{43}$/u.exec(ticket) ?? [];
      const age = clock.now() - Number(begunAt ?? Number.NaN);
      if (!(age >= 0 && age < attemptMs)) throw new LogInFailed("notOurs");
      const identity = await provider.finish(new URL(c.req.url).search, await attemptOf(ticket));
      const agent = await agents.byWeb(identity);
      if (agent) return await letIn(c, agent);
      const detail = `${identity.issuer} ${identity.subject}`;
      await record({ what: "loggedIn", outcome: "refused", reason: "unknownPerson", detail });
      return c.html(notice(c, "unknownPerson"), 403);
    } catch (error) {
      return refuse(c, error);
    }
  });

  app.use(async (c, next) => {
    const agent = await sessions.use(sessionIn(c));
    if (!agent) return c.html(notice(c, "closed"), 401);
    known.set(c, agent);
    if (mayAsk(c, agent)) return next();
    await record({
      what: c.req.method === "GET" ? "pageOpened" : "requestSent",
      outcome: "refused",
      reason: "notAllowed",
      by: agent,
      detail: c.req.path.slice(0, 200),
    });
    return c.html(notice(c, "notAllowed"), 403);
  });

  app.post("/logout", async (c) => {
    const agent = known.get(c);
    await sessions.close(sessionIn(c));
    if (agent) await record({ what: "loggedOut", outcome: "done", by: agent });
    known.delete(c);
    forgetCookie(c);
    return c.html(notice(c, "loggedOut"));
  });

  /** A new session; the one that the browser had before is closed. */
  async function letIn(c: Context, agent: Agent): Promise<Response> {
    const session = await sessions.open(agent, sessionIn(c));
    await record({ what: "loggedIn", outcome: "done", by: agent });
    setSession(c, session);
    // Not a redirect: a browser sends no Strict cookie along a redirect that began on another site.
    return c.html(notice(c, "entered", "/console"));
  }

  async function refuse(c: Context, error: unknown): Promise<Response> {
    if (!(error instanceof BotError)) throw error;
    const reason = error instanceof LogInFailed ? error.reason : error.code;
    await record({ what: "loggedIn", outcome: error.retryable ? "failed" : "refused", reason });
    log.warn({ code: error.code, reason }, "a log-in has failed");
    return error.retryable
      ? c.html(notice(c, "providerAway"), 503)
      : c.html(notice(c, "logInFailed"), 401);
  }

  /** Made of the ticket, so that nothing needs to be kept: only who has the ticket and our secret has the rest. */
  async function attemptOf(ticket: string): Promise<LogInAttempt> {
    const key = await store.secret("console-login");
    const part = (name: string) =>
      createHmac("sha256", key).update(`${name} ${ticket}`).digest("base64url");
    return { state: part("state"), nonce: part("nonce"), verifier: part("verifier") };
  }

  return {
    app,
    enterPath: async () => `/console/enter?token=${await link.draw()}`,
    agentOf: (c) => sessions.agentOf(sessionIn(c)),
    knownIn: (c) => known.get(c),
  };
}

function setSession(c: Context, session: string): void {
  const settings = { ...cookieOf(c), maxAge: sessionSeconds };
  if (isSecure(c)) setCookie(c, cookieName, session, { ...settings, path: "/", prefix: "host" });
  else setCookie(c, cookieName, session, settings);
}

function forgetCookie(c: Context): void {
  if (isSecure(c)) deleteCookie(c, cookieName, { path: "/", secure: true, prefix: "host" });
  else deleteCookie(c, cookieName, { path: "/console" });
}

/** `X-Forwarded-Proto` is believed because it can only make a cookie stricter. */
const isSecure = (c: Context): boolean =>
  new URL(c.req.url).protocol === "https:" || c.req.header("X-Forwarded-Proto") === "https";

export const cookieOf = (c: Context) =>
  ({ path: "/console", httpOnly: true, sameSite: "Strict", secure: isSecure(c) }) as const;

/** A proxy may have changed `Host`, so the public address counts as well. */
function isOwn(c: Context, publicUrl: string): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin";
  const origin = c.req.header("Origin") ?? "";
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return (
    host === (c.req.header("Host") ?? new URL(c.req.url).host) || host === new URL(publicUrl).host
  );
}
