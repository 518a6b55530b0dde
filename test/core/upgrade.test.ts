import { describe, expect, it } from "vitest";
import { chart } from "../../flows/refund/chart.ts";
import type { RefundContext } from "../../flows/refund/context.ts";
import { machine } from "../../flows/refund/machine.ts";
import { standing } from "../../flows/refund/standing.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { Snapshot } from "../../src/core/conversation.ts";
import type { Flow } from "../../src/core/flow.ts";
import { plainText } from "../../src/core/message.ts";
import { openChat, library, quiet, refund } from "../support/shop.ts";

/** A copy that keeps functions as they are. */
function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (
    value === null ||
    typeof value !== "object" ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)])) as T;
}

const newer = (migrate: (snapshot: Snapshot) => Snapshot, more: Partial<Flow> = {}): Flow => ({
  ...refund,
  version: refund.version + 1,
  migrations: [...refund.migrations, migrate],
  ...more,
});

const dialogueOf = ({ value }: Snapshot) => (value as { dialogue: unknown }).dialogue;
const contextOf = ({ context }: Snapshot) => context as RefundContext;

/** Sends a customer back to the walk: the answers that are kept lead on. */
const walk = (snapshot: Snapshot, context: object = {}): Snapshot => ({
  value: { ...(snapshot.value as object), dialogue: { filling: "walking" } },
  context: { ...contextOf(snapshot), path: [], ...context },
});

/** A conversation of the present version, at its third question. */
async function presentVersion() {
  const chat = openChat("fr");
  await chat.press("topic:drop");
  await chat.type("48213");
  await chat.press("progress:completed");
  await chat.type("1000");
  return chat;
}

async function under(flow: Flow, chat: Awaited<ReturnType<typeof presentVersion>>) {
  const { store, clock, conversationId } = chat;
  const receiver = createReceiver({
    flow,
    store,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: "fr",
    committed: () => {},
  });
  return {
    async send(key: string, text: string) {
      await receiver.receive({
        key,
        conversationId,
        channel: "web",
        content: { type: "text", text },
      });
      const stored = await store.load(conversationId);
      if (!stored) throw new Error("no conversation is stored");
      return stored;
    },
    async log() {
      return (await store.readLog(conversationId, 0, 1000)).map(({ body }) => body);
    },
  };
}

describe("the next version of the flow", () => {
  it("opens a conversation of this one at a state that has another name", async () => {
    const chat = await presentVersion();
    const rename = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll("askingOldName", "askingDelivered"));
    const stored = await chat.store.load(chat.conversationId);
    if (!stored) throw new Error("no conversation is stored");
    const old = JSON.parse(
      JSON.stringify(stored).replaceAll("askingDelivered", "askingOldName"),
    ) as typeof stored;
    await chat.store.commit({
      conversation: { ...old, revision: old.revision + 1 },
      handled: "old",
      at: chat.clock.at,
      log: [],
      timers: [],
      cases: [],
    });
    const two = await under(
      newer(({ value, context }) => ({ value: rename(value), context })),
      chat,
    );
    const next = await two.send("new", "800");
    expect(next.flowVersion).toBe(refund.version + 1);
    expect(contextOf(next.snapshot).answers.delivered).toBe(800);
    expect(standing(next.snapshot).question).toBe("countAtStart");
    expect((await two.log()).filter(({ type }) => type === "upgraded")).toMatchObject([
      { from: refund.version, to: refund.version + 1 },
    ]);
  });

  it("forgets a question that is gone", async () => {
    const chat = await presentVersion();
    const two = await under(
      newer((snapshot) => {
        const answers = Object.fromEntries(
          Object.entries(contextOf(snapshot).answers).filter(
            ([question]) => question !== "ordered",
          ),
        );
        return walk(snapshot, { answers });
      }),
      chat,
    );
    const next = await two.send("new", "900");
    expect(contextOf(next.snapshot).answers.ordered).toBe(900);
    expect(contextOf(next.snapshot).answers.orderNumber).toBe("48213");
  });

  it("asks for a fact that it wants to know besides", async () => {
    const chat = await presentVersion();
    const config = copied(machine.config) as unknown as {
      states: {
        dialogue: {
          states: {
            filling: {
              states: { drop: { states: { askingProgress: { always: { target: string }[] } } } };
            };
          };
        };
      };
    };
    const [, on] = config.states.dialogue.states.filling.states.drop.states.askingProgress.always;
    if (on?.target !== "askingOrdered")
      throw new Error("the chart of drops has changed: alter this test");
    on.target = "askingCountAtStart";
    const two = await under(
      newer((snapshot) => walk(snapshot), {
        machine: chart.createMachine(config as never) as unknown as Flow["machine"],
      }),
      chat,
    );
    const next = await two.send("new", "800");
    expect(contextOf(next.snapshot).answers).toMatchObject({
      orderNumber: "48213",
      ordered: 1000,
      countAtStart: 800,
    });
    expect(standing(next.snapshot).question).toBe("countNow");
  });

  it.each([
    [
      "a context that is none",
      (snapshot: Snapshot) => ({ ...snapshot, context: { nonsense: true } }),
    ],
    [
      "a state that is nowhere",
      (snapshot: Snapshot) => ({
        ...snapshot,
        value: { dialogue: "nowhere", answering: "bot", silence: "fresh" },
      }),
    ],
    ["no value", (snapshot: Snapshot) => ({ ...snapshot, value: null })],
  ])("gives %s to a person, with its transcript, and says so once", async (_, corrupt) => {
    const chat = await presentVersion();
    const before = (await chat.store.readLog(chat.conversationId, 0, 1000)).length;
    const two = await under(newer(corrupt), chat);
    const next = await two.send("new", "800");
    expect(dialogueOf(next.snapshot)).toHaveProperty("caseOpen");
    const log = await two.log();
    expect(log.length).toBeGreaterThan(before);
    const upgraded = log.find(({ type }) => type === "upgraded");
    expect(upgraded).toHaveProperty("unreadable");
    expect(await chat.store.listCases({ limit: 5 })).toMatchObject([
      { kind: "humanReview", reason: "customerAsked" },
    ]);
    const said = log
      .flatMap((body) => (body.type === "message" ? [plainText(body.message)] : []))
      .at(-1);
    expect(said).toContain("mis à jour");
    await two.send("again", "merci");
    expect(await chat.store.listCases({ limit: 5 })).toHaveLength(1);
  });

  it("is not touched by this one", async () => {
    const chat = await presentVersion();
    const two = await under(
      newer((snapshot) => snapshot),
      chat,
    );
    await two.send("new", "800");
    await expect((await under(refund, chat)).send("older", "900")).rejects.toMatchObject({
      code: "conversation-too-new",
    });
  });
});

it("a conversation whose snapshot broke within a version goes to a person too", async () => {
  const chat = await presentVersion();
  const stored = await chat.store.load(chat.conversationId);
  if (!stored) throw new Error("no conversation is stored");
  const broken = {
    ...stored,
    revision: stored.revision + 1,
    snapshot: { value: { dialogue: "nowhere" }, context: {} },
  };
  await chat.store.commit({
    conversation: broken,
    handled: "broken",
    at: chat.clock.at,
    log: [],
    timers: [],
    cases: [],
  });
  await chat.type("800");
  expect(await chat.store.listCases({ limit: 5 })).toHaveLength(1);
});

it("a rescue and a withdrawal in the same turn are two cases", async () => {
  const chat = await presentVersion();
  const two = await under(
    newer((snapshot) => ({ ...snapshot, value: null })),
    chat,
  );
  await two.send("new", "Je me rétracte de ce contrat");
  const cases = await chat.store.listCases({ limit: 5 });
  expect(new Set(cases.map(({ reason }) => reason))).toEqual(
    new Set(["customerAsked", "withdrawalDeclared"]),
  );
});
