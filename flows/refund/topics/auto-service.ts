import { asking, chart, outcomes } from "../chart.ts";

/** 5.8: an automatic service does not start, or missed a post. */
export const autoService = chart.createStateConfig({
  id: "autoService",
  initial: "askingArrival",
  states: {
    askingArrival: asking(
      "arrival",
      [
        { if: { arrived: "nothing" }, to: "askingPurchasedAt" },
        { if: { arrived: "some" }, to: "askingWish" },
        { to: "decided" },
      ],
      { arrived: ["nothing", "some", "unknown"] },
    ),
    askingPurchasedAt: asking("purchasedAt", [
      { if: { purchaseAge: "over" }, to: "askingWish" },
      { to: "decided" },
    ]),
    askingWish: asking("autoWish", "decided"),
    decided: outcomes("autoService"),
  },
});
