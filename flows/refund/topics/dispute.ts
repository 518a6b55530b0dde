import { asking, chart, outcomes } from "../chart.ts";

/** 6: a dispute with the bank, opened or thought of. */
export const dispute = chart.createStateConfig({
  id: "dispute",
  initial: "askingOpened",
  states: {
    askingOpened: asking("disputeOpened", "decided"),
    decided: outcomes("dispute", { atOnce: true }),
  },
});
