import type { AnyStateMachine, AnyStateNode } from "xstate";
import { tones } from "../../../flows/refund/assessment-card.ts";
import type { Conditions, FactName } from "../../../flows/refund/facts.ts";
import type { Texts } from "../../core/texts.ts";
import {
  childrenOf,
  guardLines,
  isDeciding,
  nameOf,
  questionOf,
  topicsOf,
  waysFrom,
  type Chart,
  type ChartEdge,
  type ChartNode,
  type Guard,
  type Rules,
} from "./graph.ts";
import { clauseText, conditionLine, conditionLines, outcomeText, plain } from "./labels.ts";

/** A picture for each topic: its questions, then the rows that decide. */
export const topicCharts = (machine: AnyStateMachine, rules: Rules, texts: Texts): Chart[] =>
  topicsOf(machine).map((topic) => topicChart(topic, rules, texts));

function topicChart(topic: AnyStateNode, rules: Rules, texts: Texts): Chart {
  const title = texts.text(`bot:topic.${topic.key}`);
  const start = { id: "start", kind: "start" as const };
  const begins = (topic.initial.target ?? []).map((to) => ({
    from: start.id,
    to: nameOf(to as AnyStateNode),
    label: [],
  }));
  const decided = childrenOf(topic).filter(isDeciding);
  const tables = decided.map((state) => decisions(state, rules, texts));
  const asked = childrenOf(topic).filter((state) => !isDeciding(state));
  const { nodes: left, edges } = leavings(asked, topic, texts);
  return {
    id: topic.key,
    title,
    about: `The questions of the topic “${title}” from top to bottom, and below them the rows of the policy's table that decide it, each with its clauses.`,
    nodes: [
      start,
      ...asked.map((state) => stateNode(state, texts)),
      ...left,
      ...tables.flatMap(({ nodes }) => nodes),
    ],
    edges: [...begins, ...edges, ...tables.flatMap((table) => table.edges)],
  };
}

/** A question, or a state in which nothing is asked. */
export function stateNode(state: AnyStateNode, texts: Texts): ChartNode {
  const question = questionOf(state);
  const unless = (state.always?.[0]?.guard as Guard | undefined)?.params?.unless;
  const skipped = unless ? conditionLines(unless).map((line) => `not asked if ${line}`) : [];
  return {
    id: nameOf(state),
    kind: question === undefined ? "state" : "question",
    title:
      question === undefined ? sentence(state.key) : texts.text(`bot:question.${question}.label`),
    name: state.key,
    notes: skipped,
    state: nameOf(state),
  };
}

const sentence = (key: string) => plain(key).replace(/^./u, (first) => first.toUpperCase());

/** The eventless ways between the questions; one dashed box for each place outside the topic. */
function leavings(
  states: readonly AnyStateNode[],
  topic: AnyStateNode,
  texts: Texts,
): { nodes: ChartNode[]; edges: ChartEdge[] } {
  const nodes = new Map<string, ChartNode>();
  const edges = states.flatMap((state) => {
    const ways = waysFrom(state);
    return ways.map((way, index): ChartEdge => {
      const lines = guardLines(way);
      const isLast = index === ways.length - 1 && ways.length > 1;
      const label = lines.length > 0 ? lines : isLast ? ["otherwise"] : [];
      const from = nameOf(state);
      if (way.to.parent === topic) return { from, to: nameOf(way.to), label };
      const node = elsewhere(`${from}>${way.to.key}`, way.to.key, texts);
      nodes.set(node.id, node);
      return { from, to: node.id, label, leaves: true };
    });
  });
  return { nodes: [...nodes.values()], edges };
}

const elsewhere = (id: string, topic: string, texts: Texts): ChartNode => ({
  id,
  kind: "elsewhere",
  title: `→ ${texts.text(`bot:topic.${topic}`)}`,
  name: `goes on in ${topic}`,
  chart: topic,
});

/** A row with what is still to be looked at, fact by fact. */
interface Branch {
  row: string;
  left: [FactName, string | readonly string[]][];
}

/** The rows of a deciding state as a tree: what rows have in common is said once. */
function decisions(
  state: AnyStateNode,
  rules: Rules,
  texts: Texts,
): { nodes: ChartNode[]; edges: ChartEdge[] } {
  const group = nameOf(state);
  const nodes: ChartNode[] = [
    {
      id: group,
      kind: "group",
      title: "The table decides",
      name: state.key,
      direction: "right",
    },
  ];
  const edges: ChartEdge[] = [];
  const rows = waysFrom(state).flatMap(({ guard }) => guard?.params?.rule ?? []);
  split(
    rows.map((row) => ({
      row,
      left: Object.entries(ruleOf(rules, row).when as Conditions) as Branch["left"],
    })),
    fork(),
  );
  return { nodes, edges };

  function fork(): string {
    const id = `${group}>${nodes.length}`;
    nodes.push({ id, kind: "fork", within: group });
    return id;
  }

  function split(branches: readonly Branch[], from: string): void {
    for (const twigs of Map.groupBy(branches, ({ left }) => JSON.stringify(left[0])).values()) {
      const shared = sharedOf(twigs);
      const label = shared.map(([fact, values]) => conditionLine(fact, values));
      const [twig] = twigs;
      if (twigs.length === 1 && twig) {
        const node = rowNode(twig.row);
        nodes.push(node);
        const leaves = node.kind === "elsewhere" && ({ leaves: true } as const);
        edges.push({ from, to: node.id, label, isBranch: true, ...leaves });
      } else {
        const to = fork();
        edges.push({ from, to, label, isBranch: true });
        split(
          twigs.map(({ row, left }) => ({ row, left: left.slice(shared.length) })),
          to,
        );
      }
    }
  }

  function rowNode(row: string): ChartNode {
    const rule = ruleOf(rules, row);
    const { outcome } = rule;
    if ("see" in outcome)
      return {
        ...elsewhere(`row:${row}`, outcome.see, texts),
        notes: [row, `clause ${clauseText(rule)}`],
        within: group,
      };
    return { ...outcomeNode(row, rules, texts), within: group };
  }
}

export function outcomeNode(row: string, rules: Rules, texts: Texts): ChartNode {
  const rule = ruleOf(rules, row);
  const { outcome } = rule;
  if ("see" in outcome) throw new TypeError(`row ${row} has no outcome of its own`);
  return {
    id: `row:${row}`,
    kind: "outcome",
    title: outcomeText(outcome, texts),
    name: row,
    notes: [`clause ${clauseText(rule)}`],
    tone: tones[outcome.kind],
  };
}

function ruleOf(rules: Rules, row: string) {
  const rule = rules[row];
  if (!rule) throw new TypeError(`there is no row ${row}`);
  return rule;
}

/** The conditions that all of them begin with. */
function sharedOf([first, ...others]: readonly Branch[]): Branch["left"] {
  const lefts = first?.left ?? [];
  const end = lefts.findIndex((condition, index) =>
    others.some(({ left }) => JSON.stringify(left[index]) !== JSON.stringify(condition)),
  );
  return end === -1 ? lefts : lefts.slice(0, end);
}
