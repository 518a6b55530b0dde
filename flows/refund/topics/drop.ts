import { asking, chart, outcomes } from "../chart.ts";

/** 5.4a, 5.4b, 5.5, 5.10: what was delivered went down again. */
export const drop = chart.createStateConfig({
  id: "drop",
  initial: "askingProgress",
  states: {
    askingProgress: asking("progress", [
      { if: { progress: "notStarted" }, to: "#notDelivered" },
      { to: "askingOrdered" },
    ]),
    askingOrdered: asking("ordered", "askingDelivered"),
    askingDelivered: asking("delivered", [
      { if: { arrived: "nothing" }, to: "#notDelivered" },
      { if: { arrived: "unknown" }, to: "decided" },
      { to: "askingCountAtStart" },
    ]),
    // Without the count at start, the number that is gone does; people then verify that the count is not below it.
    askingCountAtStart: asking("countAtStart", [
      { given: "unknown", to: "askingGone" },
      { to: "askingCountNow" },
    ]),
    askingCountNow: asking("countNow", [
      { given: "unknown", to: "askingGone" },
      { if: { dropped: "none" }, to: "decided" },
      { to: "askingDeliveryEnd" },
    ]),
    askingGone: asking("gone", [
      { if: { dropped: "some" }, to: "askingDeliveryEnd" },
      { to: "decided" },
    ]),
    askingDeliveryEnd: asking(
      "deliveryEnd",
      [
        { if: { guarantee: "within", belowStart: ["no", "unverified"] }, to: "askingWish" },
        { to: "decided" },
      ],
      { guarantee: "within" },
    ),
    askingWish: asking("dropWish", "decided"),
    decided: outcomes("drop"),
  },
});
