import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createMachine, type AnyStateNode } from "xstate";
import { describe, expect, it } from "vitest";
import { machine } from "../../flows/refund/machine.ts";
import { rules } from "../../flows/refund/policy/rules.ts";
import { charts, generatedPages } from "../../src/commands/chart/pages.ts";
import { childrenOf, nameOf, type Rules } from "../../src/commands/chart/graph.ts";
import { layOut } from "../../src/commands/chart/layout.ts";
import { policyPage } from "../../src/commands/chart/policy.ts";
import { drawSvg } from "../../src/commands/chart/svg.ts";
import { topicCharts } from "../../src/commands/chart/topic.ts";
import { wholeChart } from "../../src/commands/chart/whole.ts";
import { library } from "../support/shop.ts";

const docs = new URL("../../docs/", import.meta.url);
const english = library.in("en");
const all = charts(english);
const pages = await generatedPages(english);

const statesBelow = (node: AnyStateNode): AnyStateNode[] =>
  childrenOf(node).flatMap((child) => [child, ...statesBelow(child)]);

describe("the charts", () => {
  it("have every state but the regions themselves, each once", () => {
    const regions = childrenOf(machine.root);
    const states = statesBelow(machine.root).filter((state) => !regions.includes(state));
    const drawn = all
      .flatMap(({ nodes }) => nodes)
      // A topic is a box of the whole and a picture of its own.
      .filter(({ id }) => /^[\w.]+$/u.test(id) && !["start", "topics", "anywhere"].includes(id))
      .map(({ id }) => id);
    const groups = new Set(regions.map(nameOf));
    expect(drawn.filter((id) => !groups.has(id)).toSorted()).toEqual(states.map(nameOf).toSorted());
  });

  it("have every deciding row once, with its clauses", () => {
    const rows = all
      .flatMap(({ nodes }) => nodes)
      .filter(({ id }) => id.startsWith("row:"))
      .map(({ id, notes = [] }) => `${id.slice(4)} ${notes.at(-1)}`);
    expect(rows.toSorted()).toEqual(
      Object.entries(rules)
        .map(([row, { clauses }]) => `${row} clause ${clauses.join(" · ")}`)
        .toSorted(),
    );
  });

  it("draw lines only between boxes that lie together", () => {
    for (const { nodes, edges } of all) {
      const within = new Map(nodes.map((node) => [node.id, node.within]));
      for (const { from, to } of edges) {
        expect(within.has(from) && within.has(to), `${from} → ${to}`).toBe(true);
        expect(within.get(from)).toBe(within.get(to));
      }
    }
  });

  it("are no wider than a page, and tell those who can't see them what they are", () => {
    for (const [path, svg] of pages) {
      if (!path.endsWith(".svg")) continue;
      expect(Number(/ width="(\d+)"/u.exec(svg)?.[1]), path).toBeLessThanOrEqual(1020);
      expect(svg, path).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title [^>]*>[^<]+<\/title>\n<desc/u);
      expect(svg.match(/font-size:\d+px/gu)?.every((size) => parseInt(size.slice(10)) >= 12)).toBe(
        true,
      );
    }
  });

  it("show a state and a way that are planted in the machine", async () => {
    const { config } = machine;
    const planted = createMachine(
      plant(config as Config, ["dialogue", "filling", "other"], {
        askingPlanted: {
          meta: { question: "price" },
          always: [
            {
              guard: { type: "passes", params: { question: "price", given: "gold" } },
              target: "decided",
            },
            { target: "#drop" },
          ],
        },
      }) as typeof config,
      machine.implementations,
    );
    const chart = topicCharts(planted, rules, english).find(({ id }) => id === "other");
    expect(chart?.nodes).toContainEqual(
      expect.objectContaining({ id: "filling.other.askingPlanted", kind: "question" }),
    );
    expect(chart?.edges).toContainEqual({
      from: "filling.other.askingPlanted",
      to: "filling.other.decided",
      label: ["answer: gold"],
    });
    if (!chart) throw new TypeError("the topic has no chart");
    expect(drawSvg(chart, await layOut(chart))).toContain(">askingPlanted</text>");
  });

  it("show a row's changed outcome and clauses", () => {
    const changed: Rules = {
      ...rules,
      "drop.none": { ...rules["drop.none"], outcome: { kind: "fullRefund" }, clauses: ["7"] },
    };
    const drop = topicCharts(machine, changed, english).find(({ id }) => id === "drop");
    expect(drop?.nodes).toContainEqual(
      expect.objectContaining({ id: "row:drop.none", title: "Full refund", notes: ["clause 7"] }),
    );
    const topic = wholeChart(machine, changed, english).nodes.find(
      ({ id }) => id === "filling.drop",
    );
    expect(topic?.notes).toEqual(["11 rows · 5.1, 5.4a, 5.4b, 5.5, 5.10, 7"]);
    expect(policyPage(machine, changed, english)).toContain("| Full refund | 7 |");
  });
});

describe("what is committed in docs", () => {
  it.each([...pages])("%s is up to date: `npm run charts` makes it so", (path, content) => {
    const file = new URL(path, docs);
    const isSame = existsSync(file) && readFileSync(file, "utf8") === content;
    expect(isSame, `docs/${path} differs from the machine: run \`npm run charts\``).toBe(true);
  });

  it("has no picture that nothing makes any more", () => {
    const committed = readdirSync(new URL("charts/", docs)).map((file) => `charts/${file}`);
    expect(committed.filter((path) => !pages.has(path))).toEqual([]);
  });
});

interface Config {
  states?: Record<string, Config>;
}

/** A copy in which the state at this path has more states; functions are shared. */
function plant(config: Config, [key, ...below]: string[], states: Record<string, unknown>): Config {
  if (key === undefined)
    return { ...config, states: { ...config.states, ...(states as Config["states"]) } };
  const child = config.states?.[key];
  if (!child) throw new TypeError(`there is no state ${key}`);
  return { ...config, states: { ...config.states, [key]: plant(child, below, states) } };
}
