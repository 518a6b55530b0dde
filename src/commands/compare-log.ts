import type { DecisionRecord, RefundContext } from "../../flows/refund/context.ts";
import type { StoreReader } from "../adapters/sqlite/reader.ts";
import type { Case } from "../core/case.ts";
import type { FlowEvent, LogEntry } from "../core/conversation.ts";
import type { Flow } from "../core/flow.ts";
import { replay } from "../core/replay.ts";
import { caseOf } from "./case-of.ts";
import { differences, type Difference } from "./differences.ts";

export interface ComparedLog {
  /** How many entries the log has. */
  entries: number;
  /** Each assessment that is recorded or derived, in order. */
  assessments: readonly ComparedAssessment[];
}

export interface ComparedAssessment {
  /** The case that it opened, if it opened one. */
  number?: string;
  /** By the record, or by what is derived where none is recorded. */
  rule: string;
  /** Under what it was recorded. */
  versions: Pick<DecisionRecord, "flowVersion"> & { policyVersion: string };
  verdict: "equal" | "differs" | "not recorded" | "not derived" | "by an upgrade";
  /** `before` is recorded, `after` derived. */
  differences: readonly Difference[];
  /** In the case as the desk has it: `before` is the desk's, `after` derived. */
  atDesk: readonly Difference[];
}

/**
 * Derives every assessment of a conversation again from its log and holds it
 * against what is recorded: in the log itself and, for a case, at the desk.
 *
 * @throws whatever the flow throws at a log that it can't replay.
 */
export async function compareLog(
  reader: Pick<StoreReader, "load" | "findCase" | "readLog">,
  flow: Flow,
  conversationId: string,
): Promise<ComparedLog> {
  const entries = await wholeLog(reader, conversationId);
  const conversation = await reader.load(conversationId);
  const { timeZone } = (conversation?.snapshot.context ?? {}) as Partial<RefundContext>;
  // A conversation keeps the zone in which it began, whatever is set today.
  const its: Flow = {
    ...flow,
    input: (moment, language) => ({
      ...(flow.input(moment, language) as object),
      ...(timeZone && { timeZone }),
    }),
  };
  const derived = recordsOf(its, entries);
  const recorded = recordedIn(its, entries);
  const assessments: ComparedAssessment[] = [];
  for (const { record, event, byUpgrade } of recorded) {
    const again = byUpgrade ? record : derived.shift();
    const opened = await caseOf(reader, conversationId, event);
    assessments.push({ ...compare(record, again, opened), ...(byUpgrade && { verdict: upgrade }) });
  }
  return {
    entries: entries.length,
    assessments: [...assessments, ...derived.map((again) => compare(undefined, again))],
  };
}

const upgrade = "by an upgrade";

async function wholeLog(
  reader: Pick<StoreReader, "readLog">,
  conversationId: string,
): Promise<LogEntry[]> {
  const pageSize = 1000;
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await reader.readLog(conversationId, entries.at(-1)?.seq ?? 0, pageSize);
    entries.push(...page);
    if (page.length < pageSize) return entries;
  }
}

/** As they come back from a store. */
const recordsOf = (flow: Flow, entries: readonly LogEntry[]): DecisionRecord[] =>
  JSON.parse(JSON.stringify(replay(flow, entries).assessments)) as DecisionRecord[];

interface Recorded {
  record: DecisionRecord;
  event: FlowEvent;
  /** By the step that brought the conversation to a newer flow, of which the log has the result only. */
  byUpgrade: boolean;
}

function recordedIn(flow: Flow, entries: readonly LogEntry[]): Recorded[] {
  const recorded: Recorded[] = [];
  for (const turn of turnsOf(entries)) {
    const event = turn.find(({ body }) => body.type === "event")?.body;
    const records = turn.flatMap(({ body }) =>
      body.type === "assessment" ? [body.assessment as DecisionRecord] : [],
    );
    if (event?.type !== "event" || records.length === 0) continue;
    const own = derivedIn(turn, records.length);
    for (const [index, record] of records.entries()) {
      const byUpgrade = index < records.length - own;
      recorded.push({ record, event: event.event, byUpgrade });
    }
  }
  return recorded;

  /** How many of a turn's assessments come from its event; all of them but where it began with an upgrade. */
  function derivedIn(turn: readonly LogEntry[], most: number): number {
    const [first] = turn;
    if (first?.body.type !== "upgraded") return most;
    const before = entries.filter(({ seq }) => seq < first.seq);
    return recordsOf(flow, [...before, ...turn]).length - recordsOf(flow, before).length;
  }
}

/** The entries of one commit each: a turn begins with its event, or with the upgrade before it. */
function turnsOf(entries: readonly LogEntry[]): LogEntry[][] {
  const turns: LogEntry[][] = [];
  let isUpgraded = false;
  for (const entry of entries) {
    const { type } = entry.body;
    const begins = type === "upgraded" || (type === "event" && !isUpgraded);
    if (begins) turns.push([entry]);
    else turns.at(-1)?.push(entry);
    if (type === "upgraded" || type === "event") isUpgraded = type === "upgraded";
  }
  return turns;
}

function compare(
  record: DecisionRecord | undefined,
  again: DecisionRecord | undefined,
  opened?: Case,
): ComparedAssessment {
  const found = record && again ? differences(record, again) : [];
  const either = record ?? again;
  const verdict = found.length > 0 ? "differs" : "equal";
  return {
    ...(opened && { number: opened.number }),
    rule: String(either?.assessment?.rule),
    versions: {
      flowVersion: either?.flowVersion ?? 0,
      policyVersion: String(either?.assessment?.policyVersion),
    },
    verdict: record ? (again ? verdict : "not derived") : "not recorded",
    differences: found,
    atDesk: opened && again ? differences(lastingOf(opened.record), lastingOf(again)) : [],
  };
}

/** What of a record never changes after the case was opened; answers and pictures may be added. */
function lastingOf(record: unknown): Partial<DecisionRecord> {
  const { topic, assessment, facts, timeZone, assessedAt, flowVersion } = record as DecisionRecord;
  return { topic, assessment, facts, timeZone, assessedAt, flowVersion };
}
