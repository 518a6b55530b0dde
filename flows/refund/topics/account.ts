import { asking, chart, outcomes } from "../chart.ts";

/** 5.9a to 5.9d: a bought account does not work. */
export const account = chart.createStateConfig({
  id: "account",
  initial: "askingLoggedIn",
  states: {
    askingLoggedIn: asking("loggedIn", [
      { if: { loggedIn: "yes" }, to: "decided" },
      { to: "askingProxy" },
    ]),
    askingProxy: asking("proxy", [
      { given: "clean", to: "askingTargeted" },
      { if: { proxyFit: "none" }, to: "askingWish" },
      { to: "decided" },
    ]),
    askingTargeted: asking("accountTargeted", [
      { given: "yes", to: "askingProxyCountry" },
      { if: { proxyFit: "fits" }, to: "askingSentAt" },
      { to: "decided" },
    ]),
    askingProxyCountry: asking("proxyCountry", [
      { if: { proxyFit: "fits" }, to: "askingSentAt" },
      { to: "decided" },
    ]),
    askingSentAt: asking("accountsSentAt", [
      { if: { claimAge: "unknown" }, to: "decided" },
      { to: "askingWish" },
    ]),
    askingWish: asking("accountWish", [
      { if: { proxyFit: "fits", claimAge: "within", accountWish: "refund" }, to: "askingOrdered" },
      { to: "decided" },
    ]),
    askingOrdered: asking("accountsOrdered", "askingFaulty"),
    askingFaulty: asking("accountsFaulty", "askingPictures"),
    askingPictures: asking("accountPictures", "decided"),
    decided: outcomes("account"),
  },
});
