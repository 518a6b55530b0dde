import { type Context, Hono } from "hono";
import type { Agent } from "../../core/agent.ts";
import type { Case } from "../../core/case.ts";
import { isLanguage } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CaseFilter, Store } from "../../ports/store.ts";
import { type Picture, renderChart } from "./chart.ts";
import { dayMs, renderFigures } from "./figures.ts";
import { type Row, type Sought, queueAddress, renderList, views } from "./list.ts";
import { pageLength, readBefore } from "./paging.ts";
import type { Words } from "./words.ts";

interface Parts {
  store: Pick<Store, "listCases" | "listQueue" | "countCases" | "caseFigures" | "countStandings">;
  clock: Clock;
  words: (c: Context) => Words;
  agentOf: (c: Context) => Promise<Agent | undefined>;
  describe: (entry: Case, words: Words) => Row;
  topics: (texts: Texts) => readonly { id: string; title: string }[];
  charts: { flow: string; pictures: readonly Picture[] };
}

/** What is to be done, and how it went: the queue, the figures of the week, the chart. */
export function queueRoutes(parts: Parts): Hono {
  const { store, clock, words, agentOf, describe, charts } = parts;
  const app = new Hono();

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
        topics: parts.topics(own.texts),
        toDo,
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

  return app;
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
