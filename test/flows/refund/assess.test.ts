import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assess, estimate } from "../../../flows/refund/assess.ts";
import { quantities, readFacts, type Known } from "../../../flows/refund/facts.ts";
import type { Answers } from "../../../flows/refund/questions.ts";
import { day, hour, moment, noon, timeZone } from "./dialogue.ts";

const known = (answers: Answers, more: Partial<Known> = {}): Known => ({
  answers,
  evidenceCount: 0,
  at: noon,
  timeZone,
  ...more,
});
const euros = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

describe("the figures", () => {
  it.each([
    // delivered, at start, now: gone
    [1000, 500, 1500, 0],
    [1000, 500, 1400, 100],
    [1000, 500, 500, 1000],
    [1000, 500, 300, 1000],
    [1000, 500, 2000, 0],
    [0, 500, 400, 0],
  ])(
    "of %i delivered on %i, now %i, count %i as dropped",
    (delivered, countAtStart, countNow, gone) => {
      expect(quantities({ ordered: 1000, delivered, countAtStart, countNow }).dropped).toBe(gone);
    },
  );

  it("count what the customer says is gone where the count at start is unknown, and leave below-start to people", () => {
    const answers: Answers = { ordered: 1000, delivered: 1000, countAtStart: "unknown", gone: 100 };
    expect(readFacts(known(answers))).toMatchObject({
      dropped: "some",
      belowStart: "unverified",
      dropSize: "small",
    });
    expect(readFacts(known({ ...answers, gone: 101 }))).toMatchObject({ dropSize: "large" });
  });

  it("never make a guess of an unknown", () => {
    expect(readFacts(known({ ordered: "unknown", delivered: 400 })).missing).toBe("unknown");
    expect(readFacts(known({ delivered: 1000, gone: "unknown" })).dropped).toBe("unknown");
    expect(
      estimate(["missing"], known({ ordered: 1000, delivered: 400, price: "unknown" })),
    ).toBeUndefined();
    expect(
      estimate(["missing"], known({ ordered: "unknown", delivered: 400, price: euros(1000) })),
    ).toBeUndefined();
  });
});

describe("the thresholds", () => {
  it.each([
    [30, "within"],
    [31, "after"],
  ])("count %i whole days from the end of the delivery as %s the guarantee", (days, guarantee) => {
    expect(
      readFacts(known({ progress: "completed", deliveryEnd: moment(noon - days * day) })).guarantee,
    ).toBe(guarantee);
  });

  it("count days as the shop's calendar does, over the change of the clocks", () => {
    const may = Date.UTC(2026, 3, 1, 21, 59);
    // 23:59 in Paris on 1 April; the end was at 00:01 on 2 March, still winter time.
    const end = Date.UTC(2026, 2, 1, 23, 1);
    expect(
      readFacts(known({ progress: "completed", deliveryEnd: moment(end, may) })).guarantee,
    ).toBe("within");
  });

  it.each([
    [12 * hour, "within"],
    [12 * hour + 1, "over"],
  ])(
    "count %i ms since the accounts were sent as %s, from when the customer said so",
    (age, claimAge) => {
      expect(
        readFacts(known({ accountsSentAt: moment(noon - age) }, { at: noon + 5 * day })).claimAge,
      ).toBe(claimAge);
    },
  );

  it("take a delivery under way as guaranteed", () => {
    expect(readFacts(known({ progress: "inProgress" })).guarantee).toBe("within");
  });
});

describe("an estimate", () => {
  it("is the price times the part, rounded to the minor unit", () => {
    expect(
      estimate(
        ["dropped"],
        known({
          ordered: 1000,
          delivered: 1000,
          countAtStart: 500,
          countNow: 1100,
          price: euros(2990),
        }),
      ),
    ).toEqual(euros(1196));
    expect(estimate(["missing"], known({ ordered: 3, delivered: 2, price: euros(1000) }))).toEqual(
      euros(333),
    );
    expect(
      estimate(
        ["faultyAccounts"],
        known({ accountsOrdered: 2, accountsFaulty: 1, price: euros(999) }),
      ),
    ).toEqual(euros(500));
  });

  it("counts drops only within the guarantee where the rule says so", () => {
    const answers: Answers = {
      progress: "completed",
      ordered: 1000,
      delivered: 600,
      gone: 100,
      price: euros(1000),
    };
    const within = known({ ...answers, deliveryEnd: moment(noon - 3 * day) });
    const after = known({ ...answers, deliveryEnd: moment(noon - 31 * day) });
    expect(estimate(["missing", "droppedInGuarantee"], within)).toEqual(euros(500));
    expect(estimate(["missing", "droppedInGuarantee"], after)).toEqual(euros(400));
  });

  it("lies between nothing and the price, whatever the figures", () => {
    const figure = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(
        figure,
        figure,
        figure,
        figure,
        fc.nat({ max: 10_000_000 }),
        (ordered, delivered, countAtStart, countNow, price) => {
          const given = known({
            ordered,
            delivered,
            countAtStart,
            countNow,
            price: euros(price),
            progress: "inProgress",
          });
          const amount = estimate(["missing", "droppedInGuarantee"], given)?.amountMinor ?? 0;
          expect(amount).toBeGreaterThanOrEqual(0);
          expect(amount).toBeLessThanOrEqual(price);
          expect(Number.isInteger(amount)).toBe(true);
        },
      ),
    );
  });
});

describe("an assessment", () => {
  it("says when a wait is over", () => {
    expect(assess("autoService.early", known({ purchasedAt: moment(noon - hour) })).waitUntil).toBe(
      noon + 11 * hour,
    );
    expect(
      assess("notDelivered.start-ahead", known({ startDue: moment(noon + day) })).waitUntil,
    ).toBe(noon + day);
  });

  it("notes our own readings of the policy, and what only people can verify", () => {
    const answers: Answers = {
      ordered: 10,
      delivered: 10,
      gone: 1,
      progress: "completed",
      deliveryEnd: moment(noon - day),
    };
    expect(assess("drop.guaranteed-refund", known(answers)).notes).toEqual([
      "guaranteeFromDeliveryEnd",
      "belowStartUnverified",
    ]);
    expect(
      assess(
        "drop.guaranteed-refund",
        known({ ...answers, progress: "inProgress", countAtStart: 1, countNow: 9 }),
      ).notes,
    ).toContain("guaranteeFromDeliveryEnd");
    expect(assess("recurring.cancelled", known({})).notes).toEqual(["chargeAge"]);
  });
});
