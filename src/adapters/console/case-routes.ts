import { type Context, Hono } from "hono";
import type { Agent } from "../../core/agent.ts";
import type { Case } from "../../core/case.ts";
import type { LogEntry } from "../../core/conversation.ts";
import { endingOf, type Evidence } from "../../core/evidence.ts";
import type { Flow } from "../../core/flow.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { walk } from "../../core/replay.ts";
import { field } from "./act-forms.ts";
import { renderCase } from "./case.ts";
import type { Picture } from "./chart.ts";
import type { Outcome } from "./desk-forms.ts";
import type { Row } from "./list.ts";
import { renderPath } from "./path.ts";
import { askedPhrase } from "./phrase-routes.ts";
import type { Words } from "./words.ts";

interface Parts {
  store: Pick<
    Store,
    "load" | "listQueue" | "countCases" | "findCase" | "readLog" | "readDeliveries" | "readUnsent"
  >;
  evidence: Pick<EvidenceStore, "original" | "view">;
  clock: Clock;
  texts: TextLibrary;
  flow: Flow;
  charts: { pictures: readonly Picture[] };
  words: (c: Context) => Words;
  agentOf: (c: Context) => Promise<Agent | undefined>;
  describe: (entry: Case, words: Words) => Row;
  notFound: (c: Context) => Response | Promise<Response>;
}

export interface CaseRoutes {
  app: Hono;
  /** The case's page with what became of a form. */
  showCase(c: Context, number: string, agent: Agent, outcome?: Outcome): Promise<Response>;
}

const queueLength = 30;
const logChunk = 500;

/** A case, and the files that its customer sent. */
export function caseRoutes(parts: Parts): CaseRoutes {
  const { store, evidence, clock, flow, charts, words, agentOf, describe, notFound } = parts;
  const app = new Hono();

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
    const customers = parts.texts.in(entry.language);
    const { proposal } = entry;
    const proposed = proposal && flow.preview(proposal, { number, ...proposal }, customers);
    const page = renderCase(own, {
      ...describe(entry, own),
      log,
      deliveries: [...deliveries, ...unsent],
      unreachable: conversation?.unreachable,
      queue: queue.map((other) => describe(other, own)),
      toDo,
      correction: (event) => flow.describeCorrection(event, own.texts),
      desk: {
        entry,
        agent,
        key: Buffer.from(clock.random(18)).toString("base64url"),
        draft: flow.draftDecision(entry.record, customers),
        clauses: flow.clauses(own.texts),
        proposed: proposed && "block" in proposed ? proposed.block : undefined,
        outcome,
        answering: answeringIn(log, c.req.query("answers"), outcome),
        phrase: outcome ? undefined : askedPhrase(c, entry, agent, own, parts),
      },
    });
    return c.html(page, outcome?.refused ? 409 : 200);
  };

  app.get("/cases/:number/path", async (c) => {
    const entry = await store.findCase(c.req.param("number"));
    const conversation = entry && (await store.load(entry.conversationId));
    if (!entry || !conversation) return notFound(c);
    const log = await readWholeLog(entry.conversationId);
    const { pictures } = charts;
    const stood = walk(flow, conversation, log);
    return c.html(renderPath(words(c), { entry, pictures, stood }));
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
    const name = `${number}-${file.sha256.slice(0, 8)}.${endingOf(file.type)}`;
    return c.body(bodyOf(bytes), 200, {
      "Content-Type": file.type,
      "Content-Disposition": `attachment; filename="${name}"`,
    });
  });

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

  return { app, showCase };
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

/** Hono takes no view on a shared buffer. */
const bodyOf = (bytes: Uint8Array) => new Uint8Array(bytes);
