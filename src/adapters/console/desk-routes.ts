import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Act } from "../../core/act.ts";
import type { Agent } from "../../core/agent.ts";
import { ActRefused } from "../../core/errors.ts";
import type { Flow } from "../../core/flow.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { field, readAct, readDraft } from "./act-forms.ts";
import type { Changes } from "./changes.ts";
import type { Outcome } from "./desk-forms.ts";
import { caseAddress } from "./list.ts";
import { type KeepEvidence, keepFiles, limitUploads, sentIn } from "./sent-form.ts";

interface Parts {
  store: Pick<Store, "findCase" | "countCases" | "casesOf">;
  clock: Clock;
  texts: TextLibrary;
  flow: Pick<Flow, "preview">;
  act: (act: Act) => Promise<unknown>;
  keepEvidence: KeepEvidence;
  changes: Changes;
  agentOf: (c: Context) => Promise<Agent | undefined>;
  /** The case's page with what became of a form. */
  showCase: (c: Context, number: string, agent: Agent, outcome: Outcome) => Promise<Response>;
  notFound: (c: Context) => Response | Promise<Response>;
}

/** Shorter than the 30 s and 60 s after which proxies cut a silent connection. */
const beatEveryMs = 20_000;
/** A turn's commits come in a burst; the page looks once. */
const gatherMs = 150;

/** More at once are a count in the title. */
const mostNews = 20;

/** What a page was told: when its customer last wrote, by case. */
interface Heard {
  since: number;
  told: Map<string, number>;
}

interface News {
  kind: "new" | "answer";
  number: string;
}

/** What agents do: every act is a form that is sent back to the case. */
export function deskRoutes(parts: Parts): Hono {
  const { store, clock, texts, flow, act, changes, agentOf, showCase, notFound } = parts;
  const app = new Hono();

  app.get("/events", (c) => {
    const number = c.req.query("case") ?? "";
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (out) => {
      const followed = number === "" ? undefined : await store.findCase(number);
      const listener = changes.open(followed?.conversationId);
      out.onAbort(() => listener.close());
      try {
        await out.writeSSE({ event: "beat", data: "" });
        const heard: Heard = { since: clock.now(), told: new Map() };
        for (;;) {
          const changed = await listener.next(beatEveryMs);
          // Signed out or expired meanwhile: nothing more is told.
          const agent = changed && (await agentOf(c));
          if (!agent) return;
          if (changed.size === 0) {
            await out.writeSSE({ event: "beat", data: "" });
            continue;
          }
          await out.sleep(gatherMs);
          const isOurs = followed !== undefined && changed.has(followed.conversationId);
          const toDo = await store.countCases({ stage: "toDo" });
          const news = await newsIn(changed, agent, heard);
          await out.writeSSE({
            event: isOurs ? "case" : "queue",
            data: JSON.stringify({ toDo, news }),
          });
        }
      } catch {
        // The page opens a new stream.
      } finally {
        listener.close();
      }
    });
  });

  /** What is announced to this agent: new cases, and answers to cases that nobody else has. */
  const newsIn = async (changed: ReadonlySet<string>, agent: Agent, { since, told }: Heard) => {
    const latest = await Promise.all(
      [...changed].slice(0, mostNews).map(async (id) => (await store.casesOf(id))[0]),
    );
    return latest.flatMap((entry): News[] => {
      if (!entry || entry.updatedAt < since) return [];
      const { number, openedAt, updatedAt, owner } = entry;
      const before = told.get(number);
      if (before === updatedAt) return [];
      told.set(number, updatedAt);
      if (owner && owner.id !== agent.id) return [];
      return [{ kind: openedAt >= since && before === undefined ? "new" : "answer", number }];
    });
  };

  app.post("/cases/:number/preview", async (c) => {
    const number = c.req.param("number");
    const [entry, agent] = await Promise.all([store.findCase(number), agentOf(c)]);
    if (!entry || !agent) return notFound(c);
    const { form } = await sentIn(c);
    const draft = readDraft(form);
    if (!draft) return notFound(c);
    const made = { number, by: agent, at: clock.now() };
    const read = flow.preview(draft, made, texts.in(entry.language));
    const shown = "refused" in read ? { refused: read.refused } : { previewed: { draft, ...read } };
    return showCase(c, number, agent, { sent: "preview", form, ...shown });
  });

  app.use("/cases/:number/said", limitUploads);

  app.post("/cases/:number/:act", async (c) => {
    const { number, act: type } = c.req.param();
    const [entry, agent] = await Promise.all([store.findCase(number), agentOf(c)]);
    if (!entry || !agent) return notFound(c);
    const { form, files } = await sentIn(c);
    const read = readAct(type, form);
    const key = field(form, "key");
    if (!read || !/^[\w-]{16,64}$/u.test(key)) return notFound(c);
    const kept = read.type === "said" ? await keepFiles(files, parts.keepEvidence) : [];
    if ("refused" in kept) return showCase(c, number, agent, { sent: type, form, ...kept });
    const content = read.type === "said" && kept.length > 0 ? { ...read, files: kept } : read;
    try {
      await act({
        // A key is the agent's own: nobody can use up another's.
        key: `console:${agent.id}:${key}`,
        conversationId: entry.conversationId,
        caseNumber: number,
        agent,
        content,
      });
    } catch (error) {
      if (!(error instanceof ActRefused)) throw error;
      return showCase(c, number, agent, { sent: type, form, refused: error.refusal });
    }
    return c.redirect(caseAddress(number), 303);
  });

  return app;
}
