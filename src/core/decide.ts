import { createActor, type AnyActor, type AnyActorScope, type AnyStateMachine } from "xstate";
import type { FlowEvent, Snapshot } from "./conversation.ts";
import type { Effect, Flow, Step, TimerOrder } from "./flow.ts";

/** An action as XState hands it out; our own are orders in `params`, never run. */
interface Action {
  type: string;
  params?: unknown;
}

interface LiveSnapshot {
  value: unknown;
  context: unknown;
}

/** The state before the first event, from what `flow.input` gave. */
export function begin(flow: Flow, input: unknown): Step {
  const actions: Action[] = [];
  const first = flow.machine.getInitialSnapshot(scopeOf(flow.machine, actions), input);
  // What a transition throws, XState throws; what a beginning throws, it keeps.
  if (first.status === "error") throw first.error;
  return stepOf([first, actions]);
}

/**
 * Takes one event. The event's time and chance become part of the context
 * first, so that guards and actions depend on stored data only and a replay
 * of the log gives the same state.
 */
export function step(flow: Flow, { value, context }: Snapshot, event: FlowEvent): Step {
  const { at, dice } = event;
  const actions: Action[] = [];
  const stored = {
    ...restoredAt(flow.machine, value),
    context: { ...(context as object), at, dice },
  };
  const next = flow.machine.transition(stored as never, event, scopeOf(flow.machine, actions));
  return stepOf([next, actions]);
}

const actors = new WeakMap<AnyStateMachine, AnyActor>();
const nothing = () => {};

/**
 * What a transition runs in, built as XState's own `transition()` builds it,
 * but with one actor for each machine and not for each event: only child
 * actors would need it, a flow has none, and it costs several times the
 * transition itself.
 */
function scopeOf(machine: AnyStateMachine, actions: Action[]): AnyActorScope {
  let self = actors.get(machine);
  if (!self) actors.set(machine, (self = createActor(machine)));
  return {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action) => actions.push(action),
  };
}

const restored = new WeakMap<AnyStateMachine, Map<string, object>>();

/**
 * XState's snapshot of a state value, made once for each: the machine has few
 * values, and finding its states and walking through the context for actors,
 * of which a flow has none, costs as much as a transition.
 *
 * @throws Error where the machine has no such value.
 */
function restoredAt(machine: AnyStateMachine, value: unknown): object {
  const known = restored.get(machine) ?? new Map<string, object>();
  restored.set(machine, known);
  const key = JSON.stringify(value);
  const before = known.get(key);
  if (before) return before;
  const stored = { value, context: {}, status: "active", historyValue: {}, children: {} };
  const snapshot = machine.restoreSnapshot(stored as never, scopeOf(machine, []));
  known.set(key, snapshot);
  return snapshot;
}

function stepOf([{ value, context }, actions]: [LiveSnapshot, Action[]]): Step {
  const effects: Effect[] = [];
  const timers: TimerOrder[] = [];
  for (const { type, params } of actions) {
    if (type === "xstate.raise") {
      const { id, delay, event } = params as {
        id: string;
        delay?: number;
        event: { type: string };
      };
      // Without a delay it was taken in this very step.
      if (delay !== undefined) timers.push({ type: "set", id, delayMs: delay, event: event.type });
    } else if (type === "xstate.cancel") {
      timers.push({ type: "cancel", id: (params as { sendId: string }).sendId });
    } else if (isEffect({ type, params })) {
      effects.push({ type, params } as Effect);
    }
  }
  return { snapshot: { value, context }, effects, timers };
}

const effectTypes: readonly string[] = [
  "say",
  "recordAssessment",
  "saveCase",
] satisfies Effect["type"][];

const isEffect = ({ type }: Action) => effectTypes.includes(type);
