import type { LogEntry, Snapshot } from "./conversation.ts";
import { begin, step } from "./decide.ts";
import { assessedBy, type Flow } from "./flow.ts";

/**
 * What a conversation's whole log makes of it, from the first entry on: the
 * snapshot that is stored and, in order, everything that was assessed. Time
 * and chance come from the events, so it is the same in every run.
 *
 * @param flow of the version that wrote the log; another may decide differently.
 * @throws TypeError when the first entry is not the event with which a conversation begins.
 */
export function replay(
  flow: Flow,
  entries: readonly LogEntry[],
): { snapshot: Snapshot; assessments: unknown[] } {
  const [first] = entries;
  if (first?.body.type !== "event" || first.body.beganWith === undefined)
    throw new TypeError("a replay starts with a log's first entry");
  const begun = begin(flow, first.body.beganWith);
  let { snapshot } = begun;
  const assessments = assessedBy(begun);
  for (const { body } of entries) {
    if (body.type === "upgraded") {
      snapshot = body.snapshot;
      assessments.push(...body.assessments);
    }
    if (body.type !== "event") continue;
    const next = step(flow, snapshot, body.event);
    snapshot = next.snapshot;
    assessments.push(...assessedBy(next));
  }
  return { snapshot, assessments };
}
