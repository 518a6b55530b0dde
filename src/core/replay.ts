import type { Conversation, LogEntry, Snapshot } from "./conversation.ts";
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

/**
 * Where the customer stood, one after another, as the flow names it. A log
 * that an older version wrote is followed from where this one took over;
 * undefined where it can't be followed to where the conversation stands.
 */
export function walk(
  flow: Flow,
  { flowVersion, standing }: Pick<Conversation, "flowVersion" | "standing">,
  entries: readonly LogEntry[],
): string[] | undefined {
  if (flowVersion !== flow.version) return undefined;
  const from = entries.findLastIndex(({ body }) => body.type === "upgraded");
  try {
    const stood = [...stands(flow, entries.slice(Math.max(0, from)))];
    return stood.at(-1) === standing
      ? stood.filter((one, index) => one !== stood[index - 1])
      : undefined;
  } catch {
    return undefined;
  }
}

function* stands(flow: Flow, entries: readonly LogEntry[]): Generator<string> {
  let snapshot: Snapshot | undefined;
  for (const { body } of entries) {
    if (body.type === "upgraded") ({ snapshot } = body);
    else if (body.type === "event")
      snapshot = step(flow, snapshot ?? begin(flow, body.beganWith).snapshot, body.event).snapshot;
    else continue;
    yield flow.standingOf(snapshot).standing;
  }
}
