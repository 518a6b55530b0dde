import { asking, chart, outcomes } from "../chart.ts";

/** 5.10, 5.7, 5.1: only a part has come. */
export const partial = chart.createStateConfig({
  id: "partial",
  initial: "askingProgress",
  states: {
    askingProgress: asking("progress", [
      { if: { progress: "notStarted" }, to: "#notDelivered" },
      { to: "askingOrdered" },
    ]),
    askingOrdered: asking("ordered", "askingDelivered"),
    askingDelivered: asking("delivered", [
      { if: { arrived: "nothing", progress: ["completed", "stopped"] }, to: "decided" },
      { if: { arrived: "nothing" }, to: "#notDelivered" },
      { if: { missing: "unknown" }, to: "decided" },
      // What is still coming can't be reckoned with drops yet, and without the progress people must look anyway.
      { if: { missing: "some", progress: ["inProgress", "unknown"] }, to: "decided" },
      { to: "askingDropNoticed" },
    ]),
    askingDropNoticed: asking("dropNoticed", [
      { given: "yes", to: "askingCountAtStart" },
      { to: "decided" },
    ]),
    askingCountAtStart: asking("countAtStart", [
      { given: "unknown", to: "askingGone" },
      { to: "askingCountNow" },
    ]),
    askingCountNow: asking("countNow", [{ given: "unknown", to: "askingGone" }, { to: "sizing" }]),
    askingGone: asking("gone", "sizing"),
    sizing: {
      always: [
        { guard: { type: "meets", params: { rule: "partial.dropped" } }, target: "#drop" },
        {
          guard: { type: "meets", params: { rule: "partial.finished" } },
          target: "askingDeliveryEnd",
        },
        { target: "decided" },
      ],
    },
    // Of the parts that dropped again only those within the guarantee count.
    askingDeliveryEnd: asking("deliveryEnd", "decided"),
    decided: outcomes("partial"),
  },
});
