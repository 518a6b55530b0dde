import type { AnyStateMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { chart } from "../../../flows/refund/chart.ts";
import { machine } from "../../../flows/refund/machine.ts";
import { rules } from "../../../flows/refund/policy/rules.ts";
import { answering, type Meaning } from "../../../src/commands/verify/answers.ts";
import {
  contextOf,
  standingOf,
  take as takeOn,
  type Dialogue,
} from "../../../src/commands/verify/dialogue.ts";
import { checkWays } from "../../../src/commands/verify/ways.ts";
import { day, noon, opened, picture, take } from "./dialogue.ts";

interface Drawn {
  states: { [name: string]: Drawn };
  on: { [event: string]: readonly unknown[] };
}

/** The machine that always walks through the answers again when they are confirmed. */
function walkingAlways(): AnyStateMachine {
  const root = machine.config as unknown as Drawn;
  const inside = (node: Drawn, path: readonly string[], alter: (inner: Drawn) => Drawn): Drawn => {
    const [key, ...rest] = path;
    const child = key === undefined ? undefined : node.states[key];
    if (key === undefined || !child) return alter(node);
    return { ...node, states: { ...node.states, [key]: inside(child, rest, alter) } };
  };
  const other = inside(root, ["dialogue", "filling", "reviewing"], (reviewing) => ({
    ...reviewing,
    on: { confirmed: reviewing.on["confirmed"]?.slice(1) ?? [] },
  }));
  return chart.createMachine(other as never) as unknown as AnyStateMachine;
}

describe("the machine", () => {
  const { ways, turns, findings } = checkWays(machine, rules);

  it("brings every way through every topic to exactly the row that its facts meet, and asks nothing idle", () => {
    expect(findings).toEqual([]);
    expect(ways.length).toBeGreaterThan(1000);
  });

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

  it("goes from the review straight to where a walk through all answers would lead", () => {
    const reviewed = turns.filter((turn) => standingOf(turn).place === "reviewing");
    const reviews = Map.groupBy(reviewed, (turn) => {
      const { topic, rule, path } = contextOf(turn);
      return JSON.stringify([topic, rule, path]);
    });
    const meanwhile: readonly (readonly Meaning[])[] = [
      [],
      [
        {
          type: "evidence-given",
          files: [picture(1), picture(2)],
          answers: { description: "See the pictures" },
          source: "web:late",
        },
      ],
      // An edit of what was answered on a branch that was left.
      [
        {
          type: "answered",
          answers: { dropNoticed: "no", deliveryEnd: "unknown" },
          source: "web:edit",
        },
      ],
      [{ type: "language-chosen", language: "sv" }],
    ];
    const walking = walkingAlways();
    const ended = (on: AnyStateMachine, from: Dialogue, at: number) =>
      takeOn(on, from, { type: "confirmed", at });
    // To the letter: the order in which answers are stored counts too.
    const written = (dialogue: Dialogue) => JSON.stringify(dialogue);
    let compared = 0;
    for (const [review] of reviews.values())
      for (const meanings of meanwhile) {
        if (!review) continue;
        const from = take(review, ...meanings);
        if (standingOf(from).place !== "reviewing") continue;
        for (const at of meanings.length === 0 ? [noon, noon + 90 * day] : [noon]) {
          compared++;
          const straight = written(ended(machine, from, at));
          if (straight !== written(ended(walking, from, at)))
            expect.fail(`confirmed at ${at}: ${written(from)}`);
        }
      }
    expect(compared).toBeGreaterThan(500);
  }, 30_000);
});
