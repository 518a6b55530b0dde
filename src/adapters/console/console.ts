import { readFileSync } from "node:fs";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Act } from "../../core/act.ts";
import type { Agent } from "../../core/agent.ts";
import type { Case } from "../../core/case.ts";
import type { Flow } from "../../core/flow.ts";
import { type Language, isLanguage, preferredLanguage } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { caseRoutes } from "./case-routes.ts";
import { createChanges } from "./changes.ts";
import { type Picture, styleOf } from "./chart.ts";
import { deskRoutes } from "./desk-routes.ts";
import { cookieOf, createDoor, type DoorOptions } from "./door.ts";
import { limitForms } from "./limit-forms.ts";
import type { Row } from "./list.ts";
import { logRoutes } from "./log-routes.ts";
import { renderNotice } from "./page.ts";
import { phraseRoutes } from "./phrase-routes.ts";
import { queueRoutes } from "./queue-routes.ts";
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
  /** Reads decision records and logs for people, and knows how a decision reads. */
  flow: Flow;
  /** What a case may be about. */
  topics(texts: Texts): readonly { id: string; title: string }[];
  /** The pictures of a flow; the first is of the whole. */
  charts: { flow: string; pictures: readonly Picture[] };
}

export interface Console {
  /** To be mounted at `/console`. */
  app: Hono;
  /** Path and query of a one-time link. */
  enterPath(): Promise<string>;
  /** Something was committed to this conversation: open pages look. */
  changed(conversationId: string): void;
  /** A send to this conversation's customer has ended: who reads it looks. */
  settled(conversationId: string): void;
  /** Ends the open pages' streams. */
  close(): void;
  /** Who asks, looked up anew: undefined once the session is over. */
  agentOf(c: Context): Promise<Agent | undefined>;
}

const languageCookie = "ombud_console_lang";
const scripts = ["desk.js", "dom.js", "keys.js", "phrases.js"].map((name) => ({
  name,
  text: readFileSync(new URL(`./page/${name}`, import.meta.url), "utf8"),
}));
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
  const { store, clock, charts } = options;
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

  for (const { name, text } of scripts)
    app.get(`/${name}`, (c) =>
      c.body(text, 200, { "Content-Type": "text/javascript; charset=utf-8" }),
    );

  // From here on the door has let in whoever asks.
  app.route("/", door.app);

  app.route("/", queueRoutes({ ...options, words, agentOf, describe }));
  app.route("/", logRoutes({ store, words }));
  const cases = caseRoutes({ ...options, words, agentOf, describe, notFound: (c) => notFound(c) });
  app.route("/", cases.app);
  app.route("/", phraseRoutes({ ...options, words, agentOf, notFound: (c) => notFound(c) }));

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
      showCase: (...shown) => cases.showCase(...shown),
      notFound: (c) => notFound(c),
    }),
  );

  app.all("*", (c) => (c.req.path === "/console/" ? c.redirect("/console", 308) : notFound(c)));

  const notFound = (c: Context) => c.html(renderNotice(words(c), "notFound"), 404);

  return {
    app,
    enterPath: door.enterPath,
    agentOf,
    changed: (conversationId) => changes.tell(conversationId),
    settled: (conversationId) => changes.tellReaders(conversationId),
    close: () => changes.close(),
  };
}
