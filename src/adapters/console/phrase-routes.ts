import { type Context, Hono } from "hono";
import type { Agent } from "../../core/agent.ts";
import type { Case } from "../../core/case.ts";
import type { Flow } from "../../core/flow.ts";
import { findPhrase, findPhrases, type Phrase, type Phrasebook } from "../../core/phrases.ts";
import type { TextValues } from "../../core/texts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { renderPhrases } from "./phrases.ts";
import type { Words } from "./words.ts";

interface Parts {
  store: Pick<Store, "findCase">;
  clock: Clock;
  texts: TextLibrary;
  flow: Pick<Flow, "phraseValues">;
  words: (c: Context) => Words;
  agentOf: (c: Context) => Promise<Agent | undefined>;
  notFound: (c: Context) => Response | Promise<Response>;
}

/** Ready sentences for a case, in the agent's language beside the customer's. */
export function phraseRoutes(parts: Parts): Hono {
  const { store, words, agentOf, notFound } = parts;
  const app = new Hono();

  app.get("/cases/:number/phrases", async (c) => {
    const [entry, agent] = await Promise.all([store.findCase(c.req.param("number")), agentOf(c)]);
    if (!entry || !agent) return notFound(c);
    const query = (c.req.query("q") ?? "").slice(0, 100);
    const own = words(c);
    const phrases = findPhrases(bookOf(entry, agent, own, parts), query);
    return c.html(renderPhrases(own, { entry, query, phrases }));
  });

  return app;
}

/** The sentence that the address asks for, filled in as far as is known; undefined where it asks for none. */
export function askedPhrase(
  c: Context,
  entry: Case,
  agent: Agent,
  own: Words,
  parts: Pick<Parts, "clock" | "texts" | "flow">,
): Phrase | undefined {
  const { say, ...others } = c.req.query();
  if (say === undefined) return undefined;
  return findPhrase(bookOf(entry, agent, own, parts, filledIn(others)), say);
}

function bookOf(
  entry: Case,
  agent: Agent,
  own: Words,
  { texts, flow, clock }: Pick<Parts, "clock" | "texts" | "flow">,
  filled: TextValues = {},
): Phrasebook {
  const made = { by: agent, at: clock.now() };
  return {
    own: own.texts,
    theirs: texts.in(entry.language),
    values: (written) => ({ ...flow.phraseValues(entry, made, written), ...filled }),
  };
}

/** `with.amount=…`; a `count` in digits chooses the plural. */
function filledIn(query: Readonly<Record<string, string>>): TextValues {
  return Object.fromEntries(
    Object.entries(query).flatMap(([parameter, text]): [string, string | number][] => {
      const [, name] = /^with\.([a-z][A-Za-z0-9]{0,40})$/u.exec(parameter) ?? [];
      const value = text.trim().slice(0, 200);
      if (name === undefined || value === "") return [];
      return [[name, name === "count" && /^\d{1,9}$/u.test(value) ? Number(value) : value]];
    }),
  );
}
