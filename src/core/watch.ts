import { afterOpenTime, type BusinessHours } from "./calendar.ts";
import type { AlertType, Alerts, Case } from "./case.ts";
import type { FlowEvent } from "./conversation.ts";

/** How soon a shop means to act. All of it counts only while the shop is open. */
export interface DeskTimes {
  hours: BusinessHours;
  timeZone: string;
  /** After this a case that nobody takes is announced again, after as long again to the leads; 0 where never. */
  remindMs: number;
  firstAnswerMs: number;
  resolutionMs: number;
}

type Watched = Pick<
  Case,
  | "openedAt"
  | "status"
  | "owner"
  | "waitsFor"
  | "waitingSince"
  | "firstAnsweredAt"
  | "releasedAt"
  | "resumedAt"
  | "spentMs"
  | "alerts"
>;

interface Alert {
  event: AlertType;
  dueAt: number;
}

/** What is raised of one matter, in order, and since when what was raised of it counts. */
interface Span {
  since: number;
  steps: readonly Alert[];
}

/** The part of a target after which it is near. */
const nearPart = 0.8;

/**
 * When a case's targets end, what was raised of it and still stands, and what
 * is raised next unless something happens first. It follows from the case
 * alone, so that each save of a case sets its one timer right.
 */
export function watch(
  one: Watched,
  times: DeskTimes,
): { dueAt: NonNullable<Case["dueAt"]>; alerts: Alerts; next?: Alert } {
  const after = (at: number, ms: number) => afterOpenTime(at, ms, times.hours, times.timeZone);
  const { resumedAt, openedAt, waitingSince, spentMs = 0, alerts: raised = {} } = one;
  const since = resumedAt ?? openedAt;
  const spans: Span[] = [];
  const dueAt: { firstAnswer?: number; resolution?: number } = {};

  if (isUnclaimed(one) && times.remindMs > 0) {
    const from = Math.max(waitingSince, one.releasedAt ?? 0);
    const first = after(from, times.remindMs);
    const noticed = raised["unclaimed-noticed"] ?? 0;
    const second = after(noticed >= from ? noticed : first, times.remindMs);
    const steps = [
      { event: "unclaimed-noticed", dueAt: first },
      { event: "unclaimed-escalated", dueAt: second },
    ] as const;
    spans.push({ since: from, steps });
  }
  if (isUnanswered(one)) {
    dueAt.firstAnswer = after(since, times.firstAnswerMs);
    const steps = [
      { event: "first-answer-neared", dueAt: after(since, nearPart * times.firstAnswerMs) },
      { event: "first-answer-missed", dueAt: dueAt.firstAnswer },
    ] as const;
    spans.push({ since, steps });
  }
  if (isUnresolved(one)) {
    dueAt.resolution = after(waitingSince, times.resolutionMs - spentMs);
    const near = after(waitingSince, nearPart * times.resolutionMs - spentMs);
    const steps = [
      { event: "resolution-neared", dueAt: near },
      { event: "resolution-missed", dueAt: dueAt.resolution },
    ] as const;
    spans.push({ since, steps });
  }

  const stands = (event: AlertType, from: number) => (raised[event] ?? -1) >= from;
  const next = spans
    .flatMap(({ since: from, steps }) => steps.filter(({ event }) => !stands(event, from)))
    .toSorted((a, b) => a.dueAt - b.dueAt)[0];
  const standing = spans.flatMap(({ since: from, steps }) =>
    steps.filter(({ event }) => stands(event, from)).map(({ event }) => [event, raised[event]]),
  );
  return { dueAt, alerts: Object.fromEntries(standing) as Alerts, ...(next && { next }) };
}

const isUnclaimed = ({ owner, waitsFor, status }: Watched): boolean =>
  owner === undefined && waitsFor === "shop" && status !== "closed";

const isUnanswered = ({ firstAnsweredAt, status }: Watched): boolean =>
  firstAnsweredAt === undefined && status !== "closed" && status !== "decided";

/** While the customer is waited for nothing counts. */
const isUnresolved = ({ waitsFor, status }: Watched): boolean =>
  waitsFor === "shop" && status !== "closed" && status !== "decided";

const prefix = "case:";

/** The id of a case's timer. */
export const caseTimer = (caseNumber: string): string => `${prefix}${caseNumber}`;

/** The event with which a timer comes due; a case's own says which case it is about. */
export function timerEvent(
  { id, event: type }: { id: string; event: string },
  { now, dice }: { now: number; dice: string },
): FlowEvent & { caseNumber?: string } {
  const caseNumber = id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
  return { type, at: now, dice, ...(caseNumber !== undefined && { caseNumber }) };
}
