import type { ElkPoint } from "elkjs/lib/elk-api.js";
import { fontSizePx, lineHeightPx, paddingPx, type Box, type Layout, type Line } from "./layout.ts";
import type { Chart, ChartNode } from "./graph.ts";

const tones = ["positive", "review", "informative"] as const;

interface Theme {
  page: string;
  panel: string;
  box: string;
  line: string;
  edge: string;
  ink: string;
  quiet: string;
  accent: string;
  /** Of a kind of outcome. */
  tones: Record<(typeof tones)[number], { fill: string; stroke: string }>;
}

const light: Theme = {
  page: "#ffffff",
  panel: "#f4f6f8",
  box: "#ffffff",
  line: "#8a96a3",
  edge: "#5b6875",
  ink: "#1b2128",
  quiet: "#55606c",
  accent: "#1f5f8b",
  tones: {
    positive: { fill: "#e4f4ea", stroke: "#1c6b3f" },
    review: { fill: "#fdf1dc", stroke: "#85520b" },
    informative: { fill: "#e9eef3", stroke: "#4a5b6d" },
  },
};

const dark: Theme = {
  page: "#14171b",
  panel: "#1b2027",
  box: "#242b33",
  line: "#66727f",
  edge: "#9aa6b3",
  ink: "#e8ebef",
  quiet: "#a9b3be",
  accent: "#7fbbe4",
  tones: {
    positive: { fill: "#173325", stroke: "#6fcf97" },
    review: { fill: "#382a12", stroke: "#eab05a" },
    informative: { fill: "#27313b", stroke: "#a9bacb" },
  },
};

/** Colours in classes, no variables: print tools know no more of CSS. */
function colours(theme: Theme): string {
  const { page, panel, box, line, edge, ink, quiet, accent } = theme;
  return [
    `.chart .page,.chart .behind{fill:${page}}`,
    `.chart .group>rect{fill:${panel};stroke:${line}}`,
    `.chart .group-label{fill:${panel}}`,
    `.chart .box>rect{fill:${box};stroke:${line}}`,
    `.chart .question>rect{stroke:${accent}}`,
    `.chart .elsewhere>rect{fill:none;stroke:${edge}}`,
    `.chart .start>circle,.chart .fork>circle,.chart .tip{fill:${edge}}`,
    `.chart .way{stroke:${edge}}`,
    `.chart text{fill:${ink}}`,
    `.chart .name,.chart .note,.chart .label{fill:${quiet}}`,
    ...tones.map((tone) => {
      const { fill, stroke } = theme.tones[tone];
      return `.chart .${tone}>rect{fill:${fill};stroke:${stroke}}.chart .${tone} .title{fill:${stroke}}`;
    }),
  ].join("\n");
}

const style = `.chart{font-family:Helvetica,Arial,"Liberation Sans",sans-serif}
.chart text{font-weight:400}
.chart .title{font-size:${fontSizePx.title}px;font-weight:600}
.chart .name{font-size:${fontSizePx.name}px}
.chart .note{font-size:${fontSizePx.note}px}
.chart .label{font-size:${fontSizePx.label}px;text-anchor:middle}
.chart .way{fill:none;stroke-width:1.3}
.chart .leaves,.chart .elsewhere>rect{stroke-dasharray:5 3}
.chart .question>rect,.chart .outcome>rect{stroke-width:1.5}
${colours(light)}
@media (prefers-color-scheme:dark){
${colours(dark)}
}`;

/**
 * The picture as a file of its own. A state's `<g class="count" data-state>`
 * is an empty place at its corner for whoever knows how many stand there, a
 * line's `data-way` the state or box from which and to which it leads.
 */
export function drawSvg({ id, title, about }: Chart, layout: Layout): string {
  const { widthPx, heightPx, boxes, lines } = layout;
  const nodeOf = (wanted: string) => boxes.find(({ node }) => node.id === wanted)?.node;
  const groups = boxes.filter(({ node }) => node.kind === "group");
  const others = boxes.filter(({ node }) => node.kind !== "group");
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" lang="en" role="img" aria-labelledby="${id}-title ${id}-about" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">`,
    `<title id="${id}-title">${escape(title)}</title>`,
    `<desc id="${id}-about">${escape(about)}</desc>`,
    `<style>\n${style}\n</style>`,
    `<rect class="page" width="${widthPx}" height="${heightPx}" rx="10"/>`,
    ...groups.map(drawBox),
    ...lines.map((line) => drawWay(line, nodeOf(line.edge.from), nodeOf(line.edge.to))),
    ...lines.map((line) => drawLabel(line, nodeOf(line.edge.from)?.within !== undefined)),
    ...others.map(drawBox),
    `</svg>`,
  ]
    .filter((part) => part !== "")
    .join("\n")}\n`;
}

function drawBox({ node, x, y, widthPx, heightPx, texts }: Box): string {
  if (node.kind === "start" || node.kind === "fork") {
    const radius = widthPx / 2;
    return `<g class="${node.kind}"><circle cx="${px(x + radius)}" cy="${px(y + radius)}" r="${px(radius)}"/></g>`;
  }
  const classes = [node.kind, ...(node.kind === "group" ? [] : ["box"]), node.tone ?? ""]
    .join(" ")
    .trim();
  let baseline = y + paddingPx - 4;
  const written = texts.map(({ text, style: textStyle }) => {
    baseline += lineHeightPx[textStyle];
    return `<text class="${textStyle}" x="${px(x + paddingPx)}" y="${px(baseline)}">${escape(text)}</text>`;
  });
  const body = [
    `<rect x="${px(x)}" y="${px(y)}" width="${px(widthPx)}" height="${px(heightPx)}" rx="${node.kind === "group" ? 10 : 6}"/>`,
    ...written,
    ...(node.state === undefined
      ? []
      : [
          `<g class="count" data-state="${escape(node.state)}" transform="translate(${px(x + widthPx)} ${px(y)})"></g>`,
        ]),
  ].join("");
  return `<g class="${classes}">${body}</g>`;
}

const tipPx = 7;

/** With what it leads from and to, for whoever knows who went there. */
function drawWay(
  { edge, points }: Line,
  from: ChartNode | undefined,
  to: ChartNode | undefined,
): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (!tip || !before) return "";
  const path = points.map(
    ({ x, y }, index) => corner(points, index) ?? `${index ? "L" : "M"}${px(x)} ${px(y)}`,
  );
  const [dx, dy] = [Math.sign(tip.x - before.x), Math.sign(tip.y - before.y)];
  const [backX, backY] = [tip.x - dx * tipPx, tip.y - dy * tipPx];
  const half = tipPx / 2;
  const head = [
    tip,
    { x: backX + dy * half, y: backY + dx * half },
    { x: backX - dy * half, y: backY - dx * half },
  ]
    .map(({ x, y }) => `${px(x)},${px(y)}`)
    .join(" ");
  const ends = [from, to].map((node) => escape(node?.state ?? node?.id ?? "")).join(" ");
  return `<path class="way${edge.leaves ? " leaves" : ""}" data-way="${ends}" d="${path.join("")}"/>${to?.kind !== "fork" ? `<polygon class="tip" points="${head}"/>` : ""}`;
}

/** A bend drawn round; undefined for an end. */
function corner(points: readonly ElkPoint[], index: number): string | undefined {
  const [before, at, after] = [points[index - 1], points[index], points[index + 1]];
  if (!before || !at || !after) return undefined;
  const near = ({ x, y }: ElkPoint) => {
    const distance = Math.hypot(x - at.x, y - at.y);
    const part = Math.min(6, distance / 2) / distance;
    return `${px(at.x + (x - at.x) * part)} ${px(at.y + (y - at.y) * part)}`;
  };
  return `L${near(before)}Q${px(at.x)} ${px(at.y)} ${near(after)}`;
}

function drawLabel({ label }: Line, isInGroup: boolean): string {
  if (!label) return "";
  const { x, y, widthPx, heightPx, texts } = label;
  const behind = `<rect class="${isInGroup ? "group-label" : "behind"}" x="${px(x)}" y="${px(y)}" width="${px(widthPx)}" height="${px(heightPx)}"/>`;
  const written = texts.map(
    (text, index) =>
      `<text class="label" x="${px(x + widthPx / 2)}" y="${px(y + 13 + index * lineHeightPx.label)}">${escape(text)}</text>`,
  );
  return [behind, ...written].join("");
}

/** At most one decimal. */
const px = (value: number): string => String(Math.round(value * 10) / 10);

const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
