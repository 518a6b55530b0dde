import { readFileSync } from "node:fs";
import { topics } from "../../flows/refund/policy/rules.ts";
import type { Picture } from "../../src/adapters/console/chart.ts";

/** The pictures of the flow as they are committed. */
export const readPictures = (): Picture[] =>
  ["whole", ...topics.filter((topic) => topic !== "human")].map((id) => ({
    id,
    title: (texts) => texts.text(id === "whole" ? "console:chart.whole" : `bot:topic.${id}`),
    svg: readFileSync(new URL(`../../docs/charts/${id}.svg`, import.meta.url), "utf8"),
  }));
