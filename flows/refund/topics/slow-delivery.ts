import { asking, chart, outcomes } from "../chart.ts";

/** 5.3: it takes longer than stated. */
export const slowDelivery = chart.createStateConfig({
  id: "slowDelivery",
  initial: "askingExpectedTime",
  states: {
    askingExpectedTime: asking("expectedTime", "decided"),
    decided: outcomes("slowDelivery"),
  },
});
