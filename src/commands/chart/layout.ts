import Elk from "elkjs/lib/elk.bundled.js";
import type { ElkExtendedEdge, ElkNode, ElkPoint } from "elkjs/lib/elk-api.js";
import type { Chart, ChartEdge, ChartNode } from "./graph.ts";
import { widthPxOf, wrap } from "./text.ts";

/** Where everything of a chart lies, in px. */
export interface Layout {
  widthPx: number;
  heightPx: number;
  /** Those around before those within. */
  boxes: Box[];
  lines: Line[];
}

export interface Box {
  node: ChartNode;
  x: number;
  y: number;
  widthPx: number;
  heightPx: number;
  texts: TextLine[];
}

export interface TextLine {
  text: string;
  style: "title" | "name" | "note";
}

export interface Line {
  edge: ChartEdge;
  points: readonly ElkPoint[];
  label?: { x: number; y: number; widthPx: number; heightPx: number; texts: readonly string[] };
}

export const lineHeightPx = { title: 18, name: 15, note: 15, label: 15 } as const;
export const fontSizePx = { title: 14, name: 12, note: 12, label: 12 } as const;
export const paddingPx = 9;
const widestTextPx = {
  outcome: 196,
  group: 270,
  topic: 170,
  other: 160,
  label: 150,
  branch: 84,
} as const;

const forkPx = 8;

// The same input gives the same picture: ELK throws its dice from a fixed seed.
const options = {
  "elk.algorithm": "layered",
  "elk.randomSeed": "1",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.hierarchyHandling": "SEPARATE_CHILDREN",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.edgeLabels.centerLabelPlacementStrategy": "TAIL_LAYER",
  "elk.spacing.nodeNode": "18",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.componentComponent": "18",
  "elk.layered.spacing.nodeNodeBetweenLayers": "26",
  "elk.layered.spacing.edgeNodeBetweenLayers": "12",
  "elk.layered.considerModelOrder.components": "MODEL_ORDER",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
};

export async function layOut(chart: Chart): Promise<Layout> {
  const graph: ElkNode = {
    id: "chart",
    layoutOptions: {
      ...options,
      "elk.direction": "DOWN",
      "elk.aspectRatio": "0.5",
      "elk.padding": "[top=16,left=12,bottom=16,right=12]",
    },
    children: childrenOf(undefined, chart),
    edges: edgesOf(undefined, chart),
  };
  // The package's types are of a module with a default export, which Node gives as it is.
  const placed: ElkNode = await new Elk.default().layout(graph);
  const boxes: Box[] = [];
  const lines: Line[] = [];
  collect(placed, 0, 0);
  return {
    widthPx: Math.ceil(placed.width ?? 0),
    heightPx: Math.ceil(placed.height ?? 0),
    boxes,
    lines,
  };

  function collect({ children = [], edges = [] }: ElkNode, left: number, top: number): void {
    for (const child of children) {
      const node = chart.nodes.find(({ id }) => id === child.id);
      if (!node) throw new TypeError(`nothing is known of ${child.id}`);
      const { x = 0, y = 0, width: widthPx = 0, height: heightPx = 0 } = child;
      boxes.push({ node, x: left + x, y: top + y, widthPx, heightPx, texts: textsOf(node) });
      collect(child, left + x, top + y);
    }
    for (const edge of edges) lines.push(lineOf(edge, left, top));
  }

  function lineOf(
    { id, sections = [], labels = [] }: ElkExtendedEdge,
    left: number,
    top: number,
  ): Line {
    const edge = chart.edges[Number(id)];
    if (!edge) throw new TypeError(`nothing is known of line ${id}`);
    const points = sections
      .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
      .map(({ x, y }) => ({ x: left + x, y: top + y }));
    const [label] = labels;
    return {
      edge,
      points,
      ...(label && {
        label: {
          x: left + (label.x ?? 0),
          y: top + (label.y ?? 0),
          widthPx: label.width ?? 0,
          heightPx: label.height ?? 0,
          texts: labelTexts(edge),
        },
      }),
    };
  }
}

function childrenOf(within: string | undefined, chart: Chart): ElkNode[] {
  return chart.nodes
    .filter((node) => node.within === within)
    .map((node) => {
      const texts = textsOf(node);
      if (node.kind !== "group") return { id: node.id, ...sizeOf(node, texts), ...placing(node) };
      const head = heightOf(texts) + 2 * paddingPx;
      return {
        id: node.id,
        children: childrenOf(node.id, chart),
        edges: edgesOf(node.id, chart),
        layoutOptions: {
          ...options,
          ...(node.direction === "right"
            ? {
                "elk.direction": "RIGHT",
                "elk.layered.spacing.nodeNodeBetweenLayers": "13",
                "elk.layered.spacing.edgeNodeBetweenLayers": "8",
                "elk.layered.crossingMinimization.forceNodeModelOrder": "true",
              }
            : { "elk.direction": "DOWN" }),
          "elk.aspectRatio": "1.7",
          "elk.padding": `[top=${head},left=12,bottom=14,right=12]`,
          "elk.nodeSize.constraints": "MINIMUM_SIZE",
          "elk.nodeSize.minimum": `(${widthOf(texts) + 2 * paddingPx},${head})`,
        },
      };
    });
}

/** Lines leave a fork from one point; the rows stand below each other at the right. */
function placing({ id, kind, within }: ChartNode): Partial<ElkNode> {
  if (kind === "fork") {
    const port = (side: "WEST" | "EAST", x: number) => ({
      id: `${id}:${side}`,
      x,
      y: forkPx / 2,
      layoutOptions: { "elk.port.side": side },
    });
    return {
      ports: [port("WEST", 0), port("EAST", forkPx)],
      layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    };
  }
  if (within === undefined || (kind !== "outcome" && kind !== "elsewhere")) return {};
  return { layoutOptions: { "elk.layered.layering.layerConstraint": "LAST" } };
}

function edgesOf(within: string | undefined, chart: Chart): ElkExtendedEdge[] {
  const lying = new Set(chart.nodes.filter((node) => node.within === within).map(({ id }) => id));
  const forks = new Set(chart.nodes.filter(({ kind }) => kind === "fork").map(({ id }) => id));
  return chart.edges.flatMap((edge, index) => {
    if (!lying.has(edge.from)) return [];
    const texts = labelTexts(edge);
    const size = {
      width: Math.max(0, ...texts.map((text) => widthPxOf(text, fontSizePx.label))) + 8,
      height: texts.length * lineHeightPx.label + 4,
    };
    return {
      id: String(index),
      sources: [forks.has(edge.from) ? `${edge.from}:EAST` : edge.from],
      targets: [forks.has(edge.to) ? `${edge.to}:WEST` : edge.to],
      labels:
        texts.length > 0
          ? [
              {
                text: texts.join("\n"),
                ...size,
                layoutOptions: { "elk.edgeLabels.inline": "true" },
              },
            ]
          : [],
    };
  });
}

function sizeOf(node: ChartNode, texts: readonly TextLine[]): { width: number; height: number } {
  if (node.kind === "start") return { width: 14, height: 14 };
  if (node.kind === "fork") return { width: forkPx, height: forkPx };
  const isEnd = node.within !== undefined && (node.kind === "outcome" || node.kind === "elsewhere");
  const least = isEnd ? widestTextPx.outcome + 2 * paddingPx : 130;
  return {
    width: Math.max(least, widthOf(texts) + 2 * paddingPx),
    height: heightOf(texts) + 2 * paddingPx,
  };
}

const widthOf = (texts: readonly TextLine[]) =>
  Math.max(
    0,
    ...texts.map(({ text, style }) => widthPxOf(text, fontSizePx[style], style === "title")),
  );

const heightOf = (texts: readonly TextLine[]) =>
  texts.reduce((sum, { style }) => sum + lineHeightPx[style], 0);

function textsOf({ kind, title, name, notes = [] }: ChartNode): TextLine[] {
  const widest =
    kind === "outcome" || kind === "group" || kind === "topic"
      ? widestTextPx[kind]
      : widestTextPx.other;
  const lines = (text: string | undefined, style: TextLine["style"]) =>
    text === undefined
      ? []
      : wrap(text, fontSizePx[style], widest).map((line) => ({ text: line, style }));
  return [
    ...lines(title, "title"),
    ...lines(name, "name"),
    ...notes.flatMap((note) => lines(note, "note")),
  ];
}

const labelTexts = ({ label, isBranch }: ChartEdge): string[] =>
  label.flatMap((line) =>
    wrap(line, fontSizePx.label, isBranch ? widestTextPx.branch : widestTextPx.label),
  );
