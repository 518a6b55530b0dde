import { readFileSync } from "node:fs";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Case, CaseDescription } from "../../core/case.ts";
import type { LogEntry } from "../../core/conversation.ts";
import type { Evidence } from "../../core/evidence.ts";
import { type Language, isLanguage, preferredLanguage } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { renderCase } from "./case.ts";
import { type Picture, renderChart, styleOf } from "./chart.ts";
import { renderDeliveries } from "./deliveries.ts";
import { type Row, renderList } from "./list.ts";
import { renderNotice } from "./page.ts";
import { createSessions, sessionSeconds } from "./session.ts";
import { type Words, wordsOf } from "./words.ts";

export interface ConsoleOptions {
  store: Pick<
    Store,
    | "load"
    | "listCases"
    | "casesOf"
    | "findCase"
    | "readLog"
    | "readDeliveries"
    | "listTroubledDeliveries"
    | "countStandings"
    | "secret"
  >;
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  clock: Clock;
  /** For an agent whose browser asks for none that the bot speaks. */
  language: Language;
  timeZone: string;
  /** Reads a decision record for people; each flow knows its own. */
  describe(record: unknown, texts: Texts): CaseDescription;
  /** The pictures of a flow; the first is of the whole. */
  charts: { flow: string; pictures: readonly Picture[] };
}

export interface Console {
  /** To be mounted at `/console`. */
  app: Hono;
  /** Path and query of a new one-time link; an earlier one that was not used is void. */
  enterPath(): string;
}

const sessionCookie = "ombud_console";
const languageCookie = "ombud_console_lang";
const pageLength = 50;
const queueLength = 30;
const logChunk = 500;
const styles = readFileSync(new URL("./console.css", import.meta.url), "utf8");

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex, nofollow",
};

/** The agents' pages: reading only, behind a one-time link. */
export function createConsole(options: ConsoleOptions): Console {
  const { store, evidence, clock, charts } = options;
  const sessions = createSessions(store, clock);
  const allStyles = styleOf(charts.pictures) + styles;
  const app = new Hono();

  const words = (c: Context): Words => {
    const wished = [c.req.query("lang"), getCookie(c, languageCookie)].find(isLanguage);
    const language =
      wished ?? preferredLanguage(c.req.header("Accept-Language") ?? "") ?? options.language;
    return wordsOf(options.texts.in(language), options.timeZone, clock.now());
  };
  const describe = (entry: Case, { texts }: Words): Row => ({
    entry,
    description: options.describe(entry.record, texts),
  });
  const hasSession = (c: Context) => sessions.isOpen(getCookie(c, sessionCookie) ?? "");

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    const language = c.req.query("lang");
    if (isLanguage(language))
      setCookie(c, languageCookie, language, { ...cookieOf(c), maxAge: 365 * 24 * 60 * 60 });
    await next();
  });

  app.get("/style.css", (c) =>
    c.body(allStyles, 200, { "Content-Type": "text/css; charset=utf-8" }),
  );

  app.get("/enter", async (c) => {
    // A browser that looks ahead and a chat that previews links must not use the link up.
    const isLookingAhead =
      c.req.method === "HEAD" || c.req.header("Sec-Purpose")?.includes("prefetch");
    if (isLookingAhead) return c.body(null, 503);
    const session = await sessions.redeem(c.req.query("token") ?? "");
    if (session) {
      setCookie(c, sessionCookie, session, { ...cookieOf(c), maxAge: sessionSeconds });
      // Not a redirect: a browser sends no Strict cookie along a redirect that began on another site.
      return c.html(renderNotice(words(c), "entered", "/console"));
    }
    return (await hasSession(c))
      ? c.redirect("/console", 303)
      : c.html(renderNotice(words(c), "used"), 401);
  });

  app.use(async (c, next) =>
    (await hasSession(c)) ? next() : c.html(renderNotice(words(c), "closed"), 401),
  );

  app.get("/", async (c) => {
    const before = readBefore(c.req.query("before"));
    const found = await store.listCases({
      ...(before && { before: { openedAt: before.at, number: before.id } }),
      limit: pageLength + 1,
    });
    const cases = found.slice(0, pageLength);
    const last = cases.at(-1);
    const older =
      last && found.length > pageLength
        ? `/console?before=${last.openedAt}.${encodeURIComponent(last.number)}`
        : undefined;
    const own = words(c);
    return c.html(
      renderList(own, {
        rows: cases.map((entry) => describe(entry, own)),
        older,
        isFirstPage: !before,
      }),
    );
  });

  app.get("/chart", async (c) => {
    const standings = await store.countStandings(charts.flow);
    return c.html(renderChart(words(c), charts.pictures, standings));
  });

  app.get("/deliveries", async (c) => {
    const before = readBefore(c.req.query("before"));
    const found = await store.listTroubledDeliveries({
      ...(before && { before: { at: before.at, messageId: before.id } }),
      limit: pageLength + 1,
    });
    const deliveries = found.slice(0, pageLength);
    const last = deliveries.at(-1);
    const older =
      last && found.length > pageLength
        ? `/console/deliveries?before=${last.at}.${encodeURIComponent(last.messageId)}`
        : undefined;
    const rows = await Promise.all(
      deliveries.map(async (delivery) => {
        const [conversation, [latest]] = await Promise.all([
          store.load(delivery.conversationId),
          store.casesOf(delivery.conversationId),
        ]);
        return { delivery, channel: conversation?.channel, number: latest?.number };
      }),
    );
    return c.html(renderDeliveries(words(c), { rows, older, isFirstPage: !before }));
  });

  app.get("/cases/:number", async (c) => {
    const entry = await store.findCase(c.req.param("number"));
    if (!entry) return notFound(c);
    const [log, deliveries, conversation, latest] = await Promise.all([
      readWholeLog(entry.conversationId),
      store.readDeliveries(entry.conversationId),
      store.load(entry.conversationId),
      store.listCases({ limit: queueLength }),
    ]);
    const own = words(c);
    return c.html(
      renderCase(own, {
        ...describe(entry, own),
        log,
        deliveries,
        unreachable: conversation?.unreachable,
        queue: latest.map((other) => describe(other, own)),
      }),
    );
  });

  app.get("/cases/:number/evidence/:id/view", async (c) => {
    const file = await evidenceOf(c.req.param("number"), c.req.param("id"));
    const bytes = file && (await evidence.view(file.id));
    return bytes ? c.body(bodyOf(bytes), 200, { "Content-Type": "image/webp" }) : notFound(c);
  });

  app.get("/cases/:number/evidence/:id/original", async (c) => {
    const number = c.req.param("number");
    const file = await evidenceOf(number, c.req.param("id"));
    const bytes = file && (await evidence.original(file.id));
    if (!bytes) return notFound(c);
    // Never under the name the customer gave it: `x.html` would run where the agent opens it.
    const name = `${number}-${file.sha256.slice(0, 8)}.${file.type.split("/")[1]}`;
    return c.body(bodyOf(bytes), 200, {
      "Content-Type": file.type,
      "Content-Disposition": `attachment; filename="${name}"`,
    });
  });

  app.all("*", (c) => (c.req.path === "/console/" ? c.redirect("/console", 308) : notFound(c)));

  const notFound = (c: Context) => c.html(renderNotice(words(c), "notFound"), 404);

  const readWholeLog = async (conversationId: string): Promise<LogEntry[]> => {
    const log: LogEntry[] = [];
    for (;;) {
      const chunk = await store.readLog(conversationId, log.at(-1)?.seq ?? 0, logChunk);
      log.push(...chunk);
      if (chunk.length < logChunk) return log;
    }
  };

  /** A file that the customer of this case sent, and no other. */
  const evidenceOf = async (number: string, id: string): Promise<Evidence | undefined> => {
    const entry = await store.findCase(number);
    const log = entry ? await readWholeLog(entry.conversationId) : [];
    return log
      .flatMap(({ body }) => (body.type === "event" ? (body.said?.files ?? []) : []))
      .find((file) => file.id === id);
  };

  return { app, enterPath: () => `/console/enter?token=${sessions.drawToken()}` };
}

/** `X-Forwarded-Proto` is believed because it can only make the cookie stricter. */
function cookieOf(c: Context) {
  const isSecure =
    new URL(c.req.url).protocol === "https:" || c.req.header("X-Forwarded-Proto") === "https";
  return { path: "/console", httpOnly: true, sameSite: "Strict", secure: isSecure } as const;
}

/** Where a page goes on: after what came or was opened `at`, and of those after this `id`. */
function readBefore(text = ""): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,15})\.([\w:-]{1,100})$/u.exec(text) ?? [];
  return at && id ? { at: Number(at), id } : undefined;
}

/** Hono takes no view on a shared buffer. */
const bodyOf = (bytes: Uint8Array) => new Uint8Array(bytes);
