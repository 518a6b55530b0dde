import type { AnyStateMachine, AnyStateNode } from "xstate";
import { clauses } from "../../../flows/refund/policy/clauses.ts";
import type { Texts } from "../../core/texts.ts";
import {
  allWaysFrom,
  childrenOf,
  dialogueOf,
  guardLines,
  isDeciding,
  nameOf,
  topicsOf,
  waysFrom,
  type Chart,
  type ChartEdge,
  type ChartNode,
  type Rules,
  type Way,
} from "./graph.ts";
import { plain } from "./labels.ts";
import { outcomeNode, stateNode } from "./topic.ts";

const topicsId = "topics";
const anywhereId = "anywhere";

/**
 * The whole conversation, a topic being one box of it. A way between boxes
 * that lie in different groups is drawn between the groups; one back to an
 * earlier part is said in its box.
 */
export function wholeChart(machine: AnyStateMachine, rules: Rules, texts: Texts): Chart {
  const dialogue = dialogueOf(machine);
  const topics = new Set(topicsOf(machine));
  const nodes: ChartNode[] = [];
  const within = new Map<string, string | undefined>();
  const add = (node: ChartNode) => {
    nodes.push(node);
    within.set(node.id, node.within);
  };

  add({ id: "start", kind: "start" });
  for (const state of childrenOf(dialogue)) addState(state);
  addAnywhere();
  for (const region of childrenOf(machine.root)) if (region !== dialogue) addState(region);

  const ways = childrenOf(machine.root)
    .flatMap(allWaysFrom)
    .filter(({ from }) => from !== dialogue && nodeOf(nameOf(from))?.kind !== "group");
  const back = ways.filter(leadsBack);
  const edges = [...beginnings(), ...edgesOf(ways.filter((way) => !leadsBack(way)))];
  const drawn = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return {
    id: "whole",
    title: "The whole conversation",
    about:
      "From the choice of a topic through its questions to the assessment, and from there to an explanation or a case. Each topic has a picture of its own.",
    nodes: nodes.map((node) => ({
      ...node,
      notes: [
        ...(node.notes ?? []),
        ...wayLines(back.filter(({ from }) => nameOf(from) === node.id)),
      ],
      // What no line leads to is reached from every state.
      ...(node.state !== undefined && isLoose(node) && { within: anywhereId }),
    })),
    edges,
  };

  function nodeOf(wanted: string): ChartNode | undefined {
    return nodes.find(({ id }) => id === wanted);
  }

  function isLoose({ id, within: group }: ChartNode): boolean {
    return group === undefined && !drawn.has(id);
  }

  /** To a part of the conversation that is drawn before. */
  function leadsBack({ from, to }: Way): boolean {
    const [start, end] = lifted(placeOf(from), placeOf(to));
    if (start === undefined || end === undefined || within.get(start) !== undefined) return false;
    const place = (id: string) => nodes.findIndex((node) => node.id === id);
    return place(end) < place(start);
  }

  function addState(state: AnyStateNode, group?: string): void {
    const inside = group !== undefined && { within: group };
    const below = childrenOf(state);
    if (topics.has(state)) {
      if (!within.has(topicsId))
        add({ id: topicsId, kind: "group", title: "Topics", ...inside, direction: "right" });
      add(topicNode(state));
    } else if (below.length === 0) {
      add({ ...stateNode(state, texts), ...inside });
    } else {
      const id = nameOf(state);
      add({
        id,
        kind: "group",
        title: sentence(state.key),
        notes: eventLines(state),
        ...inside,
        ...(state.parent === machine.root && { direction: "right" }),
      });
      for (const child of below) addState(child, id);
    }
  }

  function topicNode(topic: AnyStateNode): ChartNode {
    const rows = allWaysFrom(topic).flatMap(({ from, guard }) =>
      isDeciding(from) ? (guard?.params?.rule ?? []) : [],
    );
    const cited = new Set(rows.flatMap((row) => rules[row]?.clauses ?? []));
    const list = clauses.filter((clause) => cited.has(clause)).join(", ");
    return {
      id: nameOf(topic),
      kind: "topic",
      title: texts.text(`bot:topic.${topic.key}`),
      name: topic.key,
      notes: [`${rows.length} ${rows.length === 1 ? "row" : "rows"} · ${list}`],
      state: nameOf(topic),
      chart: topic.key,
      within: topicsId,
    };
  }

  /** What can be done from every state, with the rows that no topic's chart leads to. */
  function addAnywhere(): void {
    add({
      id: anywhereId,
      kind: "group",
      title: "From every state",
      notes: eventLines(dialogue),
      direction: "right",
    });
    const charted = new Set(
      allWaysFrom(dialogue).flatMap(({ guard }) => guard?.params?.rule ?? []),
    );
    for (const row of Object.keys(rules))
      if (!charted.has(row)) add({ ...outcomeNode(row, rules, texts), within: anywhereId });
  }

  function beginnings(): ChartEdge[] {
    return [...(dialogue.initial.target ?? [])].map((to) => ({
      from: "start",
      to: nameOf(to as AnyStateNode),
      label: [],
    }));
  }

  /** One line from box to box, however many ways go along it. */
  function edgesOf(all: readonly Way[]): ChartEdge[] {
    const found = new Map<string, { from: string; to: string; ways: Way[] }>();
    for (const way of all) {
      const [from, to] = lifted(placeOf(way.from), placeOf(way.to));
      if (from === undefined || to === undefined || from === to) continue;
      const key = `${from} ${to}`;
      found.set(key, { from, to, ways: [...(found.get(key)?.ways ?? []), way] });
    }
    return [...found.values()].map(({ from, to, ways: along }) => ({
      from,
      to,
      label: labelOf(from, along),
      ...(within.get(from) === topicsId && { leaves: true as const }),
    }));
  }

  /** The box that shows a state: its own, or the topic's that it lies in. */
  function placeOf(state: AnyStateNode): string {
    const shown = [state, ...ancestorsOf(state)].find((one) => within.has(nameOf(one)));
    if (!shown) throw new TypeError(`${state.id} is nowhere in the picture`);
    return nameOf(shown);
  }

  /** The two boxes, or the groups around them, that lie in the same group. */
  function lifted(from: string, to: string): (string | undefined)[] {
    const [fromChain, toChain] = [chainOf(from), chainOf(to)];
    const depth = fromChain.findIndex((id, index) => id !== toChain[index]);
    return depth === -1 ? [] : [fromChain[depth], toChain[depth]];
  }

  function chainOf(id: string | undefined): string[] {
    return id === undefined ? [] : [...chainOf(within.get(id)), id];
  }

  function labelOf(box: string, along: readonly Way[]): string[] {
    const isGroup = nodeOf(box)?.kind === "group" && box !== topicsId;
    const lines = along
      .map((way) => (isGroup ? `from ${lastOf(placeOf(way.from))}` : lineOf(way)))
      .filter((line) => line !== undefined);
    const said = [...new Set(lines)];
    if (said.length < 5) return said;
    return [said.every((line) => line.startsWith("topic:")) ? "by topic" : `${said.length} events`];
  }

  function lineOf(way: Way): string | undefined {
    if (way.event !== undefined) return plain(way.event);
    const row = way.guard?.params?.rule;
    const outcome = row === undefined ? undefined : rules[row]?.outcome;
    if (outcome) return "see" in outcome ? undefined : plain(outcome.kind);
    return topics.has(way.from.parent as AnyStateNode) ? undefined : guardLines(way)[0];
  }
}

/** A group's own events and where they lead. */
const eventLines = (state: AnyStateNode): string[] => wayLines(waysFrom(state));

const wayLines = (ways: readonly Way[]): string[] => {
  const byEvent = Map.groupBy(ways, ({ event }) => event);
  return [...byEvent].map(
    ([event = "", along]) =>
      `${plain(event)} → ${[...new Set(along.map(({ to }) => plain(to.key)))].join(" or ")}`,
  );
};

function ancestorsOf({ parent }: AnyStateNode): AnyStateNode[] {
  return parent ? [parent, ...ancestorsOf(parent)] : [];
}

const lastOf = (name: string) => plain(name.slice(name.lastIndexOf(".") + 1));

const sentence = (key: string) => plain(key).replace(/^./u, (first) => first.toUpperCase());
