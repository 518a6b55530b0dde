import { asking, chart, outcomes } from "../chart.ts";

/** 5.7, 5.8: the customer wants the delivery stopped. */
export const stopDelivery = chart.createStateConfig({
  id: "stopDelivery",
  initial: "askingProgress",
  states: {
    askingProgress: asking("progress", [
      { if: { progress: ["notStarted", "inProgress"] }, to: "askingAutomatic" },
      { to: "decided" },
    ]),
    askingAutomatic: asking("automatic", [
      { if: { automatic: "no" }, to: "decided" },
      { to: "askingArrival" },
    ]),
    askingArrival: asking("arrival", "decided", { arrived: ["nothing", "some", "unknown"] }),
    decided: outcomes("stopDelivery"),
  },
});
