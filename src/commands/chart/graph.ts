import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { Conditions } from "../../../flows/refund/facts.ts";
import type { Rule, Topic } from "../../../flows/refund/policy/rules.ts";
import { conditionLines, plain } from "./labels.ts";

/** One picture: boxes, boxes in boxes, and lines between boxes that lie in the same one. */
export interface Chart {
  id: string;
  title: string;
  /** For those who can't see it. */
  about: string;
  nodes: ChartNode[];
  edges: ChartEdge[];
}

export interface ChartNode {
  id: string;
  kind: "start" | "question" | "state" | "topic" | "fork" | "outcome" | "elsewhere" | "group";
  /** Large. */
  title?: string;
  /** Small: the name in the code. */
  name?: string;
  notes?: readonly string[];
  tone?: string;
  /** Customers can stand in it, or below it: its path below `dialogue`. */
  state?: string;
  /** The picture of it. */
  chart?: string;
  /** The group that it lies in. */
  within?: string;
  /** Of a group: where its lines lead. */
  direction?: "down" | "right";
}

export interface ChartEdge {
  from: string;
  to: string;
  label: readonly string[];
  /** Into another topic. */
  leaves?: true;
  /** Of the tree of rows. */
  isBranch?: true;
}

export interface Way {
  from: AnyStateNode;
  to: AnyStateNode;
  /** The event that takes it; undefined for a way that is gone at once. */
  event?: string;
  guard?: Guard;
}

export interface Guard {
  type?: string;
  params?: {
    topic?: Topic;
    question?: string;
    given?: string;
    settled?: string;
    if?: Conditions;
    unless?: Conditions;
    rule?: string;
  };
}

export type Rules = Readonly<Record<string, Rule>>;

export const dialogueOf = ({ root }: AnyStateMachine): AnyStateNode => childOf(root, "dialogue");

export const fillingOf = (machine: AnyStateMachine): AnyStateNode =>
  childOf(dialogueOf(machine), "filling");

export function childOf(node: AnyStateNode, key: string): AnyStateNode {
  const child = node.states[key];
  if (!child) throw new TypeError(`${node.id} has no state ${key}`);
  return child;
}

export const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);

/** The topics' charts: what lies in `filling` and has states of its own. */
export const topicsOf = (machine: AnyStateMachine): AnyStateNode[] =>
  childrenOf(fillingOf(machine)).filter((node) => childrenOf(node).length > 0);

/** A state's name as `Conversation.standing` has it; another region's with the region. */
export const nameOf = ({ path }: AnyStateNode): string =>
  (path[0] === "dialogue" ? path.slice(1) : path).join(".");

export const questionOf = (node: AnyStateNode): string | undefined =>
  (node.meta as { question?: string } | undefined)?.question;

export const isDeciding = ({ tags }: AnyStateNode): boolean => tags.includes("deciding");

/** The ways out of this very state that lead somewhere, in the order in which they are tried. */
export function waysFrom(node: AnyStateNode): Way[] {
  const timed = new Map(
    node.after.map(({ eventType, delay }) => [eventType, `timer: ${plain(String(delay))}`]),
  );
  const events = [...node.transitions].flatMap(([type, transitions]) =>
    transitions.map((one) => ({ ...one, event: timed.get(type) ?? type })),
  );
  const always = (node.always ?? []).map((one) => ({ ...one, event: undefined }));
  return [...always, ...events].flatMap(({ target = [], guard, event }) =>
    (target as AnyStateNode[]).map((to) => ({
      from: node,
      to,
      ...(event !== undefined && { event }),
      ...(guard !== undefined && { guard: guard as Guard }),
    })),
  );
}

/** Every way out of the node and all below it. */
export const allWaysFrom = (node: AnyStateNode): Way[] => [
  ...waysFrom(node),
  ...childrenOf(node).flatMap(allWaysFrom),
];

/** What must hold for an eventless way, line by line; empty for the last of several. */
export function guardLines({ guard }: Way): string[] {
  const { topic, given, settled, if: conditions, rule } = guard?.params ?? {};
  return [
    ...(topic === undefined ? [] : [`topic: ${plain(topic)}`]),
    ...(given === undefined ? [] : [`answer: ${plain(given)}`]),
    ...(settled === undefined ? [] : [`decided by row ${settled}`]),
    ...(conditions ? conditionLines(conditions) : []),
    ...(rule === undefined ? [] : [`fits row ${rule.slice(rule.indexOf(".") + 1)}`]),
  ];
}
