import { mkdir, writeFile } from "node:fs/promises";
import { machine } from "../../../flows/refund/machine.ts";
import { rules } from "../../../flows/refund/policy/rules.ts";
import type { Texts } from "../../core/texts.ts";
import type { Chart } from "./graph.ts";
import { layOut } from "./layout.ts";
import { policyPage } from "./policy.ts";
import { drawSvg } from "./svg.ts";
import { topicCharts } from "./topic.ts";
import { wholeChart } from "./whole.ts";

/** The whole first, then each topic. */
export const charts = (texts: Texts): Chart[] => [
  wholeChart(machine, rules, texts),
  ...topicCharts(machine, rules, texts),
];

/** What lies in `docs`: content by path, the same in every run. */
export async function generatedPages(texts: Texts): Promise<Map<string, string>> {
  const pages = new Map([["policy.md", policyPage(machine, rules, texts)]]);
  for (const chart of charts(texts))
    pages.set(`charts/${chart.id}.svg`, drawSvg(chart, await layOut(chart)));
  return pages;
}

/** Writes them into `docs`. */
export async function writePages(texts: Texts): Promise<void> {
  const docs = new URL("../../../docs/", import.meta.url);
  await mkdir(new URL("charts", docs), { recursive: true });
  for (const [path, content] of await generatedPages(texts))
    await writeFile(new URL(path, docs), content);
}
