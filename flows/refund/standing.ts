import type { Snapshot } from "../../src/core/conversation.ts";
import type { RefundContext } from "./context.ts";
import { machine } from "./machine.ts";
import type { QuestionId } from "./questions.ts";

/** The waiting places of the dialogue beside the questions. */
export const places = [
  "asking",
  "choosingTopic",
  "reviewing",
  "clarified",
  "waitOffered",
  "waiting",
  "ready",
  "askingAddition",
  "askingEmail",
  "askingContest",
  "confirmingWithdrawal",
] as const;

export type Place = (typeof places)[number];

/** Where a customer stands. */
export interface Standing {
  place: Place;
  /** The path of the state's keys below `dialogue`. */
  path: readonly string[];
  /** The question that is open, if one is. */
  question?: QuestionId;
  /** Asked after the case was opened: it can be skipped. */
  afterwards: boolean;
  /** An agent has the thread: the bot asks and answers nothing. */
  owned: boolean;
  context: RefundContext;
}

type StateNode = typeof machine.root;

/** Each asking state's question, by its path. */
const questionAt = new Map<string, QuestionId>();
collect(machine.root);

function questionOf(node: StateNode): QuestionId | undefined {
  const meta = node.meta as { question?: QuestionId } | undefined;
  return meta?.question;
}

function collect(node: StateNode): void {
  const question = questionOf(node);
  if (question) questionAt.set(node.path.slice(1).join("."), question);
  for (const child of Object.values(node.states)) collect(child);
}

const standings = new WeakMap<Snapshot, Standing>();

/** Made once for each snapshot: it is asked for where an event is read and where its answer is rendered. */
export function standing(snapshot: Snapshot): Standing {
  const before = standings.get(snapshot);
  if (before) return before;
  const fresh = standingIn(snapshot);
  standings.set(snapshot, fresh);
  return fresh;
}

function standingIn(snapshot: Snapshot): Standing {
  const path = pathOf((snapshot.value as { dialogue: unknown }).dialogue);
  const question = questionAt.get(path.join("."));
  return {
    place: question ? "asking" : (path.at(-1) as Place),
    path,
    ...(question && { question }),
    afterwards: path[0] === "caseOpen",
    owned: (snapshot.value as { answering: unknown }).answering === "agent",
    context: snapshot.context as RefundContext,
  };
}

/** The path of the state's keys below `dialogue`, and whether nothing came for a week. */
export function standingOf({ value }: Snapshot): { standing: string; resting: boolean } {
  const { dialogue, silence } = value as { dialogue: unknown; silence: string };
  return { standing: pathOf(dialogue).join("."), resting: silence === "resting" };
}

function pathOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  const [[key, rest] = ["", ""]] = Object.entries(value as Record<string, unknown>);
  return [key, ...pathOf(rest)];
}

const ahead = new Map<string, number>();
const mostAhead = 10_000;

/**
 * How many questions are open at most from here to the review, the one in
 * hand included. It can only shrink on the way.
 */
export function questionsAhead(at: Standing): number {
  const { path, context } = at;
  const key = `${context.topic} ${path.join(".")} ${context.path.join(" ")}`;
  const known = ahead.get(key);
  if (known !== undefined) return known;
  if (ahead.size >= mostAhead) ahead.clear();
  const count = countAhead(at);
  ahead.set(key, count);
  return count;
}

function countAhead({ path, context }: Standing): number {
  const start = path.reduce<StateNode | undefined>(
    (node, key) => node?.states[key],
    machine.root.states["dialogue"],
  );
  if (!start) return 0;
  const longest = new Map<string, number>();
  const walk = (node: StateNode): number => {
    const question = questionOf(node);
    const ends = node.path.length > 1 && (node.key === "reviewing" || node.key === "assessing");
    if (ends) return 0;
    const known = longest.get(node.id);
    if (known !== undefined) return known;
    const entered = node.initial?.target[0];
    const next = entered
      ? [entered]
      : (node.always ?? [])
          .filter((way) => leadsOn(way.guard, context))
          .flatMap((way) => way.target ?? []);
    const own = question && !context.path.includes(question) ? 1 : 0;
    const count = own + Math.max(0, ...next.map(walk));
    longest.set(node.id, count);
    return count;
  };
  return walk(start);
}

/** Whether a way may still be taken: those of the other topics are closed. */
function leadsOn(guard: unknown, { topic }: RefundContext): boolean {
  const wanted = (guard as { params?: { topic?: string } } | undefined)?.params?.topic;
  return wanted === undefined || wanted === topic;
}
