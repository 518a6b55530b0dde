import { asking, chart, outcomes } from "../chart.ts";

/** 5.6: a targeted order brought people from elsewhere. */
export const wrongCountry = chart.createStateConfig({
  id: "wrongCountry",
  initial: "askingTargeted",
  states: {
    askingTargeted: asking("targeted", [
      { if: { targeted: "yes" }, to: "askingStatistics" },
      { to: "decided" },
    ]),
    askingStatistics: asking("statistics", [
      { if: { statistics: "given" }, to: "askingShownCountry" },
      { to: "decided" },
    ]),
    askingShownCountry: asking("shownCountry", "decided"),
    decided: outcomes("wrongCountry"),
  },
});
