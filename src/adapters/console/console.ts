import { readFileSync } from "node:fs";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Agent } from "../../core/agent.ts";
import type { Case, CaseDescription } from "../../core/case.ts";
import type { LogEntry } from "../../core/conversation.ts";
import type { Evidence } from "../../core/evidence.ts";
import { type Language, isLanguage, preferredLanguage } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { renderAudit } from "./audit.ts";
import { renderCase } from "./case.ts";
import { type Picture, renderChart, styleOf } from "./chart.ts";
import { renderDeliveries } from "./deliveries.ts";
import { cookieOf, createDoor, type DoorOptions } from "./door.ts";
import { type Row, renderList } from "./list.ts";
import { renderNotice } from "./page.ts";
import { type Words, wordsOf } from "./words.ts";

export interface ConsoleOptions extends Omit<DoorOptions, "store"> {
  store: DoorOptions["store"] &
    Pick<
      Store,
      | "load"
      | "listCases"
      | "casesOf"
      | "findCase"
      | "readLog"
      | "readDeliveries"
      | "listTroubledDeliveries"
      | "countStandings"
      | "listAudit"
    >;
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
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
  /** Who asks, looked up anew: undefined once the session is over. */
  agentOf(c: Context): Promise<Agent | undefined>;
}

const languageCookie = "ombud_console_lang";
const pageLength = 50;
const queueLength = 30;
const logChunk = 500;
const styles = readFileSync(new URL("./console.css", import.meta.url), "utf8");

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex, nofollow",
};

/** The agents' pages, behind a log-in. */
export function createConsole(options: ConsoleOptions): Console {
  const { store, evidence, clock, charts } = options;
  const allStyles = styleOf(charts.pictures) + styles;
  const app = new Hono();

  const words = (c: Context): Words => {
    const wished = [c.req.query("lang"), getCookie(c, languageCookie)].find(isLanguage);
    const language =
      wished ?? preferredLanguage(c.req.header("Accept-Language") ?? "") ?? options.language;
    return wordsOf(options.texts.in(language), options.timeZone, clock.now(), door.knownIn(c));
  };
  const describe = (entry: Case, { texts }: Words): Row => ({
    entry,
    description: options.describe(entry.record, texts),
  });
  const door = createDoor(options, words);

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

  // From here on the door has let in whoever asks.
  app.route("/", door.app);

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

  app.get("/audit", async (c) => {
    const before = Number(/^\d{1,15}$/u.exec(c.req.query("before") ?? "")?.[0] ?? Number.NaN);
    const isFirstPage = Number.isNaN(before);
    const found = await store.listAudit({
      ...(!isFirstPage && { before }),
      limit: pageLength + 1,
    });
    const rows = found.slice(0, pageLength);
    const last = rows.at(-1);
    const older =
      last && found.length > pageLength ? `/console/audit?before=${last.seq}` : undefined;
    return c.html(renderAudit(words(c), { rows, older, isFirstPage }));
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

  return { app, enterPath: door.enterPath, agentOf: door.agentOf };
}

/** Where a page goes on: after what came or was opened `at`, and of those after this `id`. */
function readBefore(text = ""): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,15})\.([\w:-]{1,100})$/u.exec(text) ?? [];
  return at && id ? { at: Number(at), id } : undefined;
}

/** Hono takes no view on a shared buffer. */
const bodyOf = (bytes: Uint8Array) => new Uint8Array(bytes);
