import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { FlowEvent, Snapshot } from "../../core/conversation.ts";
import { begin, step } from "../../core/decide.ts";
import type { Effect, Flow } from "../../core/flow.ts";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { standing, type Standing } from "../../../flows/refund/standing.ts";
import { noon, timeZone, type Meaning } from "./answers.ts";

/** A dialogue in hand: where it stands and what the last event ordered. */
export interface Dialogue {
  snapshot: Snapshot;
  effects: readonly Effect[];
}

const flowOf = (machine: AnyStateMachine) => ({ machine }) as Flow;

export function openOn(machine: AnyStateMachine, at = noon): Dialogue {
  return begin(flowOf(machine), { at, dice: "00000001", timeZone, language: "fr" });
}

/** What an event makes of a dialogue; through JSON, as the store does it. */
export function take(
  machine: AnyStateMachine,
  { snapshot }: Dialogue,
  meaning: Meaning | FlowEvent,
): Dialogue {
  const event = { at: (snapshot.context as RefundContext).at, dice: "0badcafe", ...meaning };
  const next = step(flowOf(machine), snapshot, event);
  return { snapshot: JSON.parse(JSON.stringify(next.snapshot)) as Snapshot, effects: next.effects };
}

export const contextOf = ({ snapshot }: Pick<Dialogue, "snapshot">) =>
  snapshot.context as RefundContext;
export const standingOf = ({ snapshot }: Pick<Dialogue, "snapshot">): Standing =>
  standing(snapshot);

/** Where it stands, as a dotted path. */
export const placeOf = (dialogue: Pick<Dialogue, "snapshot">): string =>
  standingOf(dialogue).path.join(".");

/** A state that is only passed: its ways are guarded and it takes no event of its own. */
export const isPassed = (node: AnyStateNode): boolean =>
  (node.always?.length ?? 0) > 0 &&
  !node.tags.includes("asking") &&
  Object.keys((node.config as { on?: object }).on ?? {}).length === 0;

/** Why nothing can be waited for where a dialogue stands, or who wrongly has it; undefined where all is well. */
export function strandedAt(
  machine: AnyStateMachine,
  dialogue: Pick<Dialogue, "snapshot">,
): string | undefined {
  const { path, context } = standingOf(dialogue);
  const node = path.reduce<AnyStateNode | undefined>(
    (at, key) => at?.states[key],
    machine.root.states["dialogue"],
  );
  if (!node || isPassed(node)) return `${path.join(".")} is stood in, where nothing is waited for`;
  const { answering } = dialogue.snapshot.value as { answering: unknown };
  const hasCase = context.case !== undefined;
  if (answering === "agent")
    return context.owner === undefined ? "an agent answers, and nobody has the thread" : undefined;
  // The bot alone exactly as long as people have no case.
  return typeof answering === "string" && (answering === "bot") !== hasCase
    ? undefined
    : `${JSON.stringify(answering)} answers ${hasCase ? "an open case" : "where no case is open"}`;
}
