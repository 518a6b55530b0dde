import type { DatabaseSync } from "node:sqlite";
import { setImmediate as others } from "node:timers/promises";
import type { Case } from "../../core/case.ts";
import type { CaseFigures, CaseFilter, Store } from "../../ports/store.ts";

/** How many cases are looked at before others get their turn. */
const figuresAtOnce = 500;

/** A case as its row has it, beside the body what it is found and ordered by. */
export function caseRow(one: Case) {
  const { number, conversationId, openedAt, waitingSince, language, topic } = one;
  return {
    number,
    conversationId,
    openedAt,
    body: JSON.stringify(one),
    calm: one.urgent ? 0 : 1,
    waitingSince,
    stage: stageOf(one),
    owner: one.owner?.id ?? null,
    language,
    topic,
    search: `${number} ${one.searchWords ?? ""}`.toLowerCase(),
    decidedAt: one.decision?.at ?? null,
  };
}

/** Whoever writes after a decision wants something of the shop again. */
function stageOf({ status, waitsFor }: Case): NonNullable<CaseFilter["stage"]> {
  if (status === "closed") return "closed";
  if (status === "proposed" || waitsFor === "shop") return "toDo";
  return status === "decided" ? "decided" : "waiting";
}

type Cases = Pick<
  Store,
  "findCase" | "listCases" | "listQueue" | "countCases" | "casesOf" | "caseFigures"
>;
/** The same, at once. */
type CaseReader = {
  [Method in Exclude<keyof Cases, "caseFigures">]: (
    ...args: Parameters<Cases[Method]>
  ) => Awaited<ReturnType<Cases[Method]>>;
} & Pick<Cases, "caseFigures">;

export function prepareCases(db: DatabaseSync): CaseReader {
  const selectCase = db.prepare("SELECT body FROM cases WHERE number = ?");
  const selectOf = db.prepare(
    "SELECT body FROM cases WHERE conversation_id = ? ORDER BY opened_at DESC, number DESC",
  );
  const selectFigures = db.prepare(`
    SELECT rowid AS position, body FROM cases
    WHERE rowid > ? AND (opened_at >= ? OR decided_at >= ?) ORDER BY rowid LIMIT ?
  `);
  // The page is found in the index alone; then its bodies are read.
  const page = (index: string, where: string, order: string) =>
    db.prepare(`
      SELECT body FROM cases JOIN (
        SELECT rowid AS id FROM cases INDEXED BY ${index} WHERE ${where} ORDER BY ${order} LIMIT :limit
      ) ON cases.rowid = id ORDER BY ${order}
    `);

  return {
    findCase(number) {
      const row = selectCase.get(number) as { body: string } | undefined;
      return row && (JSON.parse(row.body) as Case);
    },
    casesOf: (conversationId) => casesIn(selectOf.all(conversationId)),
    listCases({ filter = {}, before, limit }) {
      const { where, values } = conditionsOf(filter);
      const { openedAt, number } = before ?? { openedAt: Number.MAX_SAFE_INTEGER, number: "" };
      const select = page(
        "cases_opened",
        `${where} AND (opened_at, number) < (:openedAt, :number)`,
        "opened_at DESC, number DESC",
      );
      return casesIn(select.all({ ...values, openedAt, number, limit }));
    },
    listQueue({ filter, after, limit }) {
      const { where, values } = conditionsOf(filter);
      const select = page(
        "cases_queue",
        `${where} AND (calm, waiting_since, number) > (:calm, :since, :number)`,
        "calm, waiting_since, number",
      );
      const place = after
        ? { calm: after.urgent ? 0 : 1, since: after.waitingSince, number: after.number }
        : { calm: -1, since: 0, number: "" };
      return casesIn(select.all({ ...values, ...place, limit }));
    },
    countCases(filter) {
      const { where, values } = conditionsOf(filter);
      const select = db.prepare(
        `SELECT count(*) AS count FROM cases INDEXED BY cases_queue WHERE ${where}`,
      );
      return (select.get(values) as { count: number }).count;
    },
    async caseFigures(since) {
      const found: CaseFigures[] = [];
      for (let position = 0; ; await others()) {
        const rows = selectFigures.all(position, since, since, figuresAtOnce) as unknown as {
          position: number;
          body: string;
        }[];
        found.push(...rows.map(({ body }) => figuresIn(JSON.parse(body) as Case)));
        position = rows.at(-1)?.position ?? position;
        if (rows.length < figuresAtOnce) return found;
      }
    },
  };
}

function figuresIn(one: Case): CaseFigures {
  const { number, openedAt, topic, kind, firstAnsweredAt, decision, satisfaction } = one;
  return {
    number,
    openedAt,
    topic,
    kind,
    ...(firstAnsweredAt !== undefined && { firstAnsweredAt }),
    ...(decision && { decision }),
    ...(satisfaction && { satisfaction }),
  };
}

/** What no sensible search has more of. */
const mostWords = 8;

function conditionsOf({ stage, owner, language, topic, words = "" }: CaseFilter): {
  where: string;
  values: Record<string, string>;
} {
  const searched = words.toLowerCase().split(/\s+/u).filter(Boolean).slice(0, mostWords);
  const conditions = [
    "TRUE",
    ...(stage === undefined ? [] : ["stage = :stage"]),
    ...(owner === undefined ? [] : [owner === null ? "owner IS NULL" : "owner = :owner"]),
    ...(language === undefined ? [] : ["language = :language"]),
    ...(topic === undefined ? [] : ["topic = :topic"]),
    // Not LIKE: nothing that is typed has a meaning of its own.
    ...searched.map((_, index) => `instr(search, :word${index}) > 0`),
  ];
  return {
    where: conditions.join(" AND "),
    values: {
      ...(stage !== undefined && { stage }),
      ...(typeof owner === "string" && { owner }),
      ...(language !== undefined && { language }),
      ...(topic !== undefined && { topic }),
      ...Object.fromEntries(searched.map((word, index) => [`word${index}`, word])),
    },
  };
}

const casesIn = (rows: unknown[]): Case[] =>
  rows.map((row) => JSON.parse((row as { body: string }).body) as Case);
