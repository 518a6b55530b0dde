import { createActor, initialTransition, type AnyActorScope, type AnyStateMachine } from "xstate";
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
  return stepOf(initialTransition(flow.machine, input));
}

/**
 * Takes one event. The event's time and chance become part of the context
 * first, so that guards and actions depend on stored data only and a replay
 * of the log gives the same state.
 */
export function step(flow: Flow, { value, context }: Snapshot, event: FlowEvent): Step {
  const { at, dice } = event;
  const scope = scopeOf(flow.machine);
  const actions: Action[] = [];
  const stored = {
    ...restoredAt(flow.machine, value),
    context: { ...(context as object), at, dice },
  };
  const next = flow.machine.transition(stored as never, event, {
    ...scope,
    actionExecutor: (action) => actions.push(action),
  });
  return stepOf([next, actions]);
}

const scopes = new WeakMap<AnyStateMachine, AnyActorScope>();

/**
 * What a transition runs in, built as XState's own `transition()` builds it,
 * but once for each machine and not for each event: the actor in it, which
 * only child actors would need and a flow has none of, costs several times
 * the transition itself.
 */
function scopeOf(machine: AnyStateMachine): AnyActorScope {
  const known = scopes.get(machine);
  if (known) return known;
  const self = createActor(machine);
  const nothing = () => {};
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
  scopes.set(machine, scope);
  return scope;
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
  const snapshot = machine.restoreSnapshot(stored as never, scopeOf(machine));
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
