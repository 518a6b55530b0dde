import { afterOpenTimes, type BusinessHours } from "./calendar.ts";
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
  const { alerts: raised = {} } = one;
  const spans = spansOf(one, times);
  const stands = ({ event }: Alert, since: number) => (raised[event] ?? -1) >= since;
  const [next] = spans
    .flatMap(({ since, steps }) => steps.filter((step) => !stands(step, since)))
    .toSorted((a, b) => a.dueAt - b.dueAt);
  const standing = spans.flatMap(({ since, steps }) =>
    steps.filter((step) => stands(step, since)).map(({ event }) => [event, raised[event]]),
  );
  const steps = spans.flatMap((span) => span.steps);
  const endOf = (type: AlertType) => steps.find(({ event }) => event === type)?.dueAt;
  const [firstAnswer, resolution] = [endOf("first-answer-missed"), endOf("resolution-missed")];
  return {
    dueAt: {
      ...(firstAnswer !== undefined && { firstAnswer }),
      ...(resolution !== undefined && { resolution }),
    },
    alerts: Object.fromEntries(standing) as Alerts,
    ...(next && { next }),
  };
}

function spansOf(one: Watched, times: DeskTimes): Span[] {
  const { remindMs, firstAnswerMs, resolutionMs } = times;
  const { resumedAt, openedAt, waitingSince, spentMs = 0 } = one;
  const since = resumedAt ?? openedAt;
  const spans: Span[] = [];
  if (isUnclaimed(one) && remindMs > 0) {
    const from = Math.max(waitingSince, one.releasedAt ?? 0);
    const noticed = one.alerts?.["unclaimed-noticed"] ?? -1;
    const steps = stepsAfter(times, from, {
      "unclaimed-noticed": remindMs,
      "unclaimed-escalated": 2 * remindMs,
    });
    // Where the first word came late, so does the second.
    const isNoticed = noticed >= from;
    const late = isNoticed ? stepsAfter(times, noticed, { "unclaimed-escalated": remindMs }) : [];
    spans.push({ since: from, steps: isNoticed ? [...steps.slice(0, 1), ...late] : steps });
  }
  if (isUnanswered(one)) {
    const steps = stepsAfter(times, since, {
      "first-answer-neared": Math.round(nearPart * firstAnswerMs),
      "first-answer-missed": firstAnswerMs,
    });
    spans.push({ since, steps });
  }
  if (isUnresolved(one)) {
    const steps = stepsAfter(times, waitingSince, {
      "resolution-neared": Math.round(nearPart * resolutionMs) - spentMs,
      "resolution-missed": resolutionMs - spentMs,
    });
    spans.push({ since, steps });
  }
  return spans;
}

/** Each when the shop will have been open for so long. */
function stepsAfter(
  { hours, timeZone }: DeskTimes,
  at: number,
  spansMs: Partial<Record<AlertType, number>>,
): Alert[] {
  const events = Object.keys(spansMs) as AlertType[];
  const ends = afterOpenTimes(at, Object.values(spansMs), hours, timeZone);
  return ends.map((dueAt, index) => ({ event: events[index] as AlertType, dueAt }));
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
