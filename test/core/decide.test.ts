import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { begin, step } from "../../src/core/decide.ts";
import type { Flow } from "../../src/core/flow.ts";

const machine = setup({
  actions: { say: (_, _params: { topic: string }) => {}, unknownOrder: () => {} },
}).createMachine({
  context: { at: 0, dice: "", count: 0 },
  initial: "waiting",
  states: {
    waiting: {
      after: { 1000: "over" },
      on: {
        press: {
          target: "waiting",
          reenter: true,
          actions: [
            assign({ count: ({ context }) => context.count + 1 }),
            { type: "say", params: { topic: "pressed" } },
          ],
        },
        leave: "over",
      },
    },
    over: { entry: [{ type: "unknownOrder" }] },
  },
});
const flow = { machine, input: () => undefined } as unknown as Flow;

describe("a step", () => {
  it("gives a timer as an order, and takes it back when the state is left", () => {
    const first = begin(flow, undefined);
    expect(first.timers).toEqual([
      {
        type: "set",
        id: "xstate.after.1000.(machine).waiting",
        delayMs: 1000,
        event: "xstate.after.1000.(machine).waiting",
      },
    ]);
    const left = step(flow, first.snapshot, { type: "leave", at: 6, dice: "" });
    expect(left.timers).toEqual([{ type: "cancel", id: "xstate.after.1000.(machine).waiting" }]);
    expect(left.snapshot.value).toBe("over");
  });

  it("cancels before it sets anew, in that order", () => {
    const { timers } = step(flow, begin(flow, undefined).snapshot, {
      type: "press",
      at: 6,
      dice: "",
    });
    expect(timers.map(({ type }) => type)).toEqual(["cancel", "set"]);
  });

  it("takes the stored timer's event back in", () => {
    const [timer] = begin(flow, undefined).timers;
    const fired = step(flow, begin(flow, undefined).snapshot, {
      type: timer?.type === "set" ? timer.event : "",
      at: 1005,
      dice: "",
    });
    expect(fired.snapshot.value).toBe("over");
  });

  it("puts the event's time and chance into the context, and keeps the stored snapshot as it was", () => {
    const { snapshot } = begin(flow, undefined);
    const stored = JSON.stringify(snapshot);
    const next = step(flow, snapshot, { type: "press", at: 77, dice: "beef" });
    expect(next.snapshot.context).toEqual({ at: 77, dice: "beef", count: 1 });
    expect(JSON.stringify(snapshot)).toBe(stored);
  });

  it("hands out the orders it knows and changes nothing for an event that it does not", () => {
    const { snapshot } = begin(flow, undefined);
    expect(step(flow, snapshot, { type: "press", at: 6, dice: "" }).effects).toEqual([
      { type: "say", params: { topic: "pressed" } },
    ]);
    expect(step(flow, snapshot, { type: "nonsense", at: 6, dice: "" })).toMatchObject({
      effects: [],
      timers: [],
      snapshot: { value: "waiting" },
    });
    expect(step(flow, snapshot, { type: "leave", at: 6, dice: "" }).effects).toEqual([]);
  });
});
