import { asking, chart, outcomes } from "../chart.ts";

/** 5.2: a change of mind, no benefit, or the quality; a legal withdrawal is declared beside it. */
export const changedMind = chart.createStateConfig({
  id: "changedMind",
  initial: "askingProgress",
  states: {
    askingProgress: asking("progress", "decided"),
    decided: outcomes("changedMind"),
  },
});
