import { readFileSync } from "node:fs";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Act } from "../../core/act.ts";
import type { Agent } from "../../core/agent.ts";
import type { Case } from "../../core/case.ts";
import type { LogEntry } from "../../core/conversation.ts";
import { endingOf, type Evidence } from "../../core/evidence.ts";
import type { Flow } from "../../core/flow.ts";
import { type Language, isLanguage, preferredLanguage } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { CaseFilter, Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { field } from "./act-forms.ts";
import { renderAudit } from "./audit.ts";
import { renderCase } from "./case.ts";
import { createChanges } from "./changes.ts";
import { type Picture, renderChart, styleOf } from "./chart.ts";
import { renderDeliveries } from "./deliveries.ts";
import type { Outcome } from "./desk-forms.ts";
import { deskRoutes } from "./desk-routes.ts";
import { cookieOf, createDoor, type DoorOptions } from "./door.ts";
import { dayMs, renderFigures } from "./figures.ts";
import { limitForms } from "./limit-forms.ts";
import { type Row, type Sought, queueAddress, renderList, views } from "./list.ts";
import { renderNotice } from "./page.ts";
import type { KeepEvidence } from "./sent-form.ts";
import { type Words, wordsOf } from "./words.ts";

export interface ConsoleOptions extends Omit<DoorOptions, "store"> {
  store: DoorOptions["store"] &
    Pick<
      Store,
      | "load"
      | "listCases"
      | "listQueue"
      | "countCases"
      | "caseFigures"
      | "casesOf"
      | "findCase"
      | "readLog"
      | "readDeliveries"
      | "readUnsent"
      | "listTroubledDeliveries"
      | "countStandings"
      | "listAudit"
    >;
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  /** For an agent whose browser asks for none that the bot speaks. */
  language: Language;
  timeZone: string;
  act(act: Act): Promise<unknown>;
  /** Looks into an agent's file and keeps it. */
  keepEvidence: KeepEvidence;
  /** Reads decision records for people, and knows how a decision reads. */
  flow: Pick<Flow, "describe" | "draftDecision" | "preview" | "clauses">;
  /** What a case may be about. */
  topics(texts: Texts): readonly { id: string; title: string }[];
  /** How long a customer should wait for the shop at most. */
  targetHours: number;
  /** The pictures of a flow; the first is of the whole. */
  charts: { flow: string; pictures: readonly Picture[] };
}

export interface Console {
  /** To be mounted at `/console`. */
  app: Hono;
  /** Path and query of a new one-time link; an earlier one that was not used is void. */
  enterPath(): string;
  /** Something was committed to this conversation: open pages look. */
  changed(conversationId: string): void;
  /** Ends the open pages' streams. */
  close(): void;
  /** Who asks, looked up anew: undefined once the session is over. */
  agentOf(c: Context): Promise<Agent | undefined>;
}

const languageCookie = "ombud_console_lang";
const pageLength = 50;
const queueLength = 30;
const logChunk = 500;
const script = readFileSync(new URL("./page/desk.js", import.meta.url), "utf8");
const styles = readFileSync(new URL("./console.css", import.meta.url), "utf8");

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Under `no-referrer` a form says `Origin: null`, which is nobody's.
  "Referrer-Policy": "same-origin",
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
    description: options.flow.describe(entry.record, texts),
  });
  const door = createDoor(options, words);
  const { agentOf } = door;
  const changes = createChanges();

  app.use(limitForms);
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

  app.get("/desk.js", (c) =>
    c.body(script, 200, { "Content-Type": "text/javascript; charset=utf-8" }),
  );

  // From here on the door has let in whoever asks.
  app.route("/", door.app);

  app.get("/", async (c) => {
    const agent = await agentOf(c);
    const sought = readSought(c);
    const filter = filterOf(sought, agent?.id ?? "");
    const isQueue = ["toDo", "mine", "unassigned", "waiting"].includes(sought.view);
    const [found, toDo] = await Promise.all([
      isQueue ? store.listQueue(queuePage(filter, c)) : store.listCases(casesPage(filter, c)),
      store.countCases({ stage: "toDo" }),
    ]);
    const cases = found.slice(0, pageLength);
    const last = cases.at(-1);
    const own = words(c);
    return c.html(
      renderList(own, {
        rows: cases.map((entry) => describe(entry, own)),
        sought,
        topics: options.topics(own.texts),
        toDo,
        targetMs: options.targetHours * 3_600_000,
        older:
          last && found.length > pageLength
            ? queueAddress(sought, isQueue ? placeOf(last) : `${last.openedAt}.${last.number}`)
            : undefined,
        isFirstPage: c.req.query("after") === undefined,
      }),
    );
  });

  app.get("/figures", async (c) => {
    const since = clock.now() - 7 * dayMs;
    const [cases, standings] = await Promise.all([
      store.caseFigures(since),
      store.countStandings(charts.flow),
    ]);
    return c.html(renderFigures(words(c), { since, cases, standings }));
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
    const agent = await agentOf(c);
    return agent ? showCase(c, c.req.param("number"), agent) : notFound(c);
  });

  const showCase = async (c: Context, number: string, agent: Agent, outcome?: Outcome) => {
    const entry = await store.findCase(number);
    if (!entry) return notFound(c);
    const [log, deliveries, unsent, conversation, queue, toDo] = await Promise.all([
      readWholeLog(entry.conversationId),
      store.readDeliveries(entry.conversationId),
      store.readUnsent(entry.conversationId),
      store.load(entry.conversationId),
      store.listQueue({ filter: { stage: "toDo" }, limit: queueLength }),
      store.countCases({ stage: "toDo" }),
    ]);
    const own = words(c);
    const customers = options.texts.in(entry.language);
    const { flow } = options;
    const { proposal } = entry;
    const proposed = proposal && flow.preview(proposal, { number, ...proposal }, customers);
    const page = renderCase(own, {
      ...describe(entry, own),
      log,
      deliveries,
      unsent,
      unreachable: conversation?.unreachable,
      queue: queue.map((other) => describe(other, own)),
      toDo,
      desk: {
        entry,
        agent,
        key: Buffer.from(clock.random(18)).toString("base64url"),
        draft: flow.draftDecision(entry.record, customers),
        clauses: flow.clauses(own.texts),
        proposed: proposed && "block" in proposed ? proposed.block : undefined,
        outcome,
        answering: answeringIn(log, c.req.query("answers"), outcome),
      },
    });
    return c.html(page, outcome?.refused ? 409 : 200);
  };

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
    const name = `${number}-${file.sha256.slice(0, 8)}.${endingOf(file.type)}`;
    return c.body(bodyOf(bytes), 200, {
      "Content-Type": file.type,
      "Content-Disposition": `attachment; filename="${name}"`,
    });
  });

  app.route(
    "/",
    deskRoutes({
      store,
      clock,
      texts: options.texts,
      flow: options.flow,
      act: (act) => options.act(act),
      keepEvidence: (bytes, name) => options.keepEvidence(bytes, name),
      changes,
      agentOf,
      showCase,
      notFound: (c) => notFound(c),
    }),
  );

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

  /** A file that was sent in this case's conversation, and no other. */
  const evidenceOf = async (number: string, id: string): Promise<Evidence | undefined> => {
    const entry = await store.findCase(number);
    const log = entry ? await readWholeLog(entry.conversationId) : [];
    return log
      .flatMap(({ body }) => (body.type === "event" ? (body.said?.files ?? []) : []))
      .find((file) => file.id === id);
  };

  return {
    app,
    enterPath: door.enterPath,
    agentOf,
    changed: (conversationId) => changes.tell(conversationId),
    close: () => changes.close(),
  };
}

/** The customer's message that is answered: of the link that asked for it, or of the form that came back. */
function answeringIn(
  log: readonly LogEntry[],
  seq = "",
  outcome?: Outcome,
): { key: string; words: string } | undefined {
  const wanted = outcome?.sent === "said" ? field(outcome.form, "answers") : undefined;
  for (const { seq: at, body } of log) {
    if (body.type !== "event" || body.by !== "customer") continue;
    if (wanted === undefined ? String(at) !== seq : body.key !== wanted) continue;
    const { text, files = [] } = body.said ?? {};
    return { key: body.key, words: text ?? files.map(({ name }) => name).join(", ") };
  }
  return undefined;
}

function readSought(c: Context): Sought {
  const { view, language, topic = "", q = "" } = c.req.query();
  return {
    view: views.find((one) => one === view) ?? "toDo",
    language: isLanguage(language) ? language : "",
    topic: /^\w{0,40}$/u.test(topic) ? topic : "",
    words: q.slice(0, 100),
  };
}

function filterOf({ view, language, topic, words }: Sought, agentId: string): CaseFilter {
  return {
    ...(isLanguage(language) && { language }),
    ...(topic && { topic }),
    ...(words && { words }),
    ...(view === "mine" && { owner: agentId }),
    ...(view === "unassigned" && { owner: null, stage: "toDo" as const }),
    ...((view === "toDo" || view === "waiting" || view === "decided" || view === "closed") && {
      stage: view,
    }),
  };
}

const placeOf = ({ urgent, waitingSince, number }: Case) =>
  `${urgent ? 1 : 0}.${waitingSince}.${number}`;

function queuePage(filter: CaseFilter, c: Context) {
  const [, urgent, since, number] =
    /^([01])\.(\d{1,15})\.([\w-]{1,40})$/u.exec(c.req.query("after") ?? "") ?? [];
  const place =
    number && since ? { urgent: urgent === "1", waitingSince: Number(since), number } : undefined;
  return { filter, ...(place && { after: place }), limit: pageLength + 1 };
}

function casesPage(filter: CaseFilter, c: Context) {
  const before = readBefore(c.req.query("after"));
  return {
    filter,
    ...(before && { before: { openedAt: before.at, number: before.id } }),
    limit: pageLength + 1,
  };
}

/** Where a page goes on: after what came or was opened `at`, and of those after this `id`. */
function readBefore(text = ""): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,15})\.([\w:-]{1,100})$/u.exec(text) ?? [];
  return at && id ? { at: Number(at), id } : undefined;
}

/** Hono takes no view on a shared buffer. */
const bodyOf = (bytes: Uint8Array) => new Uint8Array(bytes);
