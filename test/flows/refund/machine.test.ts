import { describe, expect, it } from "vitest";
import { machine } from "../../../flows/refund/machine.ts";
import { rules } from "../../../flows/refund/policy/rules.ts";
import { answering } from "../../../src/commands/verify/answers.ts";
import { contextOf, standingOf } from "../../../src/commands/verify/dialogue.ts";
import { checkWays } from "../../../src/commands/verify/ways.ts";
import { noon, opened, take } from "./dialogue.ts";

describe("the machine", () => {
  it("brings every way through every topic to exactly the row that its facts meet, and asks nothing idle", () => {
    const { ways, findings } = checkWays(machine, rules);
    expect(findings).toEqual([]);
    expect(ways.length).toBeGreaterThan(1000);
  }, 30_000);

  it("takes no notice of the time that a dialogue lasts, except where it waits for a time", () => {
    const asked = take(
      opened(),
      { type: "topic-chosen", topic: "notDelivered" },
      answering("orderNumber", "48213"),
      answering("progress", "notStarted"),
    );
    const early = take(
      asked,
      answering("startDue", { earliest: noon + 10, latest: noon + 10, saidAt: noon }),
    );
    expect(contextOf(early).rule).toBe("notDelivered.start-ahead");
    const late = take(early, { type: "confirmed", at: noon + 11 });
    expect(contextOf(late).rule).toBe("notDelivered.start-late");
    expect(standingOf(late).place).toBe("asking");
  });
});
