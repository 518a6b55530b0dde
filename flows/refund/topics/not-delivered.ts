import { asking, chart, outcomes } from "../chart.ts";

/** 5.1, 5.3: the order was not started, or nothing of it has come. */
export const notDelivered = chart.createStateConfig({
  id: "notDelivered",
  initial: "askingProgress",
  states: {
    askingProgress: asking("progress", [
      { if: { progress: "notStarted" }, to: "askingStartDue" },
      { to: "decided" },
    ]),
    askingStartDue: asking("startDue", "decided"),
    decided: outcomes("notDelivered"),
  },
});
