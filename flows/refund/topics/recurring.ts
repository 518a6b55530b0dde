import { asking, chart, outcomes } from "../chart.ts";

/** 5.11: a recurring payment. */
export const recurring = chart.createStateConfig({
  id: "recurring",
  initial: "askingAutoCharged",
  states: {
    askingAutoCharged: asking("autoCharged", [
      { if: { autoCharged: "yes" }, to: "askingLatest" },
      { to: "decided" },
    ]),
    askingLatest: asking("latestPayment", [
      { if: { latestPayment: "yes" }, to: "askingUsed" },
      { to: "decided" },
    ]),
    askingUsed: asking("periodUsed", [
      { if: { periodUsed: "no" }, to: "askingWish" },
      { to: "decided" },
    ]),
    askingWish: asking("cancelWish", [
      { if: { cancelWish: "cancel" }, to: "askingChargedAt" },
      { to: "decided" },
    ]),
    // Whether it was "shortly after" is for people to say: the case shows the days.
    askingChargedAt: asking("chargedAt", "decided"),
    decided: outcomes("recurring"),
  },
});
