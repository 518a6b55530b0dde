import { asking, chart, outcomes } from "../chart.ts";

/** 3: none of the other topics. */
export const other = chart.createStateConfig({
  id: "other",
  initial: "askingDescription",
  states: {
    askingDescription: asking("description", "decided"),
    decided: outcomes("other"),
  },
});
