import type { DecisionRecord } from "../../flows/refund/context.ts";
import type { StoreReader } from "../ports/store-reader.ts";
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
  verdict: "equal" | "differs" | "not recorded" | "not derived";
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
  reader: Pick<StoreReader, "findCase" | "readLog">,
  flow: Flow,
  conversationId: string,
): Promise<ComparedLog> {
  const entries = await wholeLog(reader, conversationId);
  const derived = recordsOf(flow, entries);
  const recorded = recordedIn(entries);
  const assessments: ComparedAssessment[] = [];
  for (const [index, { record, event }] of recorded.entries())
    assessments.push(compare(record, derived[index], await caseOf(reader, conversationId, event)));
  const lost = derived.slice(recorded.length).map((again) => compare(undefined, again));
  return { entries: entries.length, assessments: [...assessments, ...lost] };
}

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

/** What is recorded, each with the event of its turn. */
function recordedIn(entries: readonly LogEntry[]): { record: DecisionRecord; event: FlowEvent }[] {
  let event: FlowEvent | undefined;
  return entries.flatMap(({ body }) => {
    if (body.type === "event") ({ event } = body);
    return body.type === "assessment" && event
      ? [{ record: body.assessment as DecisionRecord, event }]
      : [];
  });
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
