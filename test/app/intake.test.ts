import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReceiver } from "../../src/app/receive.ts";
import type { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import { FileUnavailable, StoreUnavailable } from "../../src/core/errors.ts";
import type { Evidence } from "../../src/core/evidence.ts";
import type { FileRef, HeldContent } from "../../src/core/inbound.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Store } from "../../src/ports/store.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import { createWork } from "../support/work.ts";

const quietMs = 1500;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ombud-intake-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Fetch = () => Uint8Array | Promise<Uint8Array>;

/** Files on a platform: each is there, unless told otherwise; the last answer is for all fetches that follow. */
function openFiles() {
  const fetched: string[] = [];
  const answers = new Map<string, Fetch[]>();
  return {
    fetched,
    answers,
    async fetch({ ref }: FileRef) {
      const name = String(ref);
      fetched.push(name);
      const left = answers.get(name) ?? [];
      const answer = left.length > 1 ? left.shift() : left[0];
      return (await answer?.()) ?? new TextEncoder().encode(name);
    },
  };
}

/** Keeps no bytes: what counts here is which files come along, in which order. */
const keepEvidence: ReturnType<typeof createKeepEvidence> = async (bytes, name) => {
  if (name.endsWith(".heic")) return { refused: "wrongType" };
  const evidence: Evidence = {
    id: `evidence-${name}`,
    sha256: "0".repeat(64),
    type: "image/png",
    sizeBytes: bytes.length,
    name,
  };
  return evidence;
};

/** A bot on the folder, as often as wanted: what an earlier one left behind is there. */
function openBot(
  files = openFiles(),
  clock = stoppedClock(),
  changes: (store: Store) => Partial<Store> = () => ({}),
) {
  const real = openSqliteStore(folder);
  const store = { ...real, ...changes(real) };
  const typing: string[] = [];
  const channel: Channel = {
    name: "telegram",
    concurrency: 8,
    fits: () => true,
    send: async () => ({}),
    files,
    showTyping: (address) => typing.push(address),
  };
  const receiver = createReceiver({
    log: quiet,
    flow: refund,
    store,
    texts: library,
    clock,
    defaultLanguage: "fr",
    committed: () => {},
  });
  const work = createWork({ store, receiver, channels: [channel], clock, keepEvidence });
  const accept = (key: string, content: HeldContent, conversationId = "anna") =>
    work.intake.accept({
      key,
      conversationId,
      channel: "telegram",
      address: `chat of ${conversationId}`,
      content,
    });
  return {
    store,
    clock,
    files,
    typing,
    work,
    accept,
    type: (key: string, conversationId?: string) =>
      accept(key, { type: "text", text: `mot ${key}` }, conversationId),
    send: (
      key: string,
      names: readonly string[],
      more: { album?: string; caption?: string } = {},
      conversationId?: string,
    ) =>
      accept(
        key,
        { type: "attachments", files: names.map((name) => ({ ref: name, name })), ...more },
        conversationId,
      ),
    settle: () => work.settle(),
    async pass(ms: number): Promise<void> {
      clock.at += ms;
      await work.settle();
    },
    /** What the customer is seen to have sent, turn by turn. */
    async turns(conversationId = "anna") {
      const entries = await store.readLog(conversationId, 0, 1000);
      return entries.flatMap(({ body }) => {
        if (body.type !== "event" || body.by !== "customer") return [];
        const { text, files: given = [], refused } = body.said ?? {};
        return [
          [...given.map(({ name }) => name), ...(text ? [text] : []), ...(refused ?? [])].join(" "),
        ];
      });
    },
  };
}

let bot: ReturnType<typeof openBot>;
beforeEach(() => {
  bot = openBot();
});
afterEach(() => bot.store.close());

/** The process ends as it is, and another one comes up. */
async function restart(): Promise<void> {
  await bot.store.close();
  bot = openBot(bot.files, bot.clock);
}

describe("a text", () => {
  it("with nothing held before it is taken at once", async () => {
    await bot.type("1");
    expect(await bot.turns()).toEqual(["mot 1"]);
    expect(await bot.store.isHolding("anna")).toBe(false);
  });

  it("behind a file waits for it, and so does all that follows, in order", async () => {
    await bot.send("1", ["a.png"]);
    await bot.type("2");
    await bot.send("3", ["b.png", "c.png"], { caption: "les deux" });
    await bot.type("4");
    expect(await bot.turns()).toEqual([]);
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png", "mot 2", "b.png c.png les deux", "mot 4"]);
    await bot.type("5");
    expect(await bot.turns()).toHaveLength(5);
  });

  it("of another customer waits for nobody's file", async () => {
    await bot.send("1", ["a.png"]);
    await bot.type("2", "björn");
    expect(await bot.turns("björn")).toEqual(["mot 2"]);
  });
});

describe("a file", () => {
  it("as the very first message begins the conversation and is kept", async () => {
    await bot.send("1", ["a.png"]);
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png"]);
    expect(bot.typing).toEqual(["chat of anna"]);
    const stored = await bot.store.load("anna");
    expect(stored).toMatchObject({ address: "chat of anna", revision: 1 });
    expect(JSON.stringify(stored?.snapshot.context)).toContain("evidence-a.png");
  });

  it("that the platform does not give, or that can't be taken, is said beside those that could", async () => {
    const gone = () => {
      throw new FileUnavailable("telegram", "tooLarge");
    };
    bot.files.answers.set("b.png", [gone]);
    await bot.send("1", ["a.png", "b.png", "c.heic"], { caption: "trois" });
    await bot.send("2", ["b.png"]);
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png trois tooLarge wrongType", "tooLarge"]);
  });

  it("that can't be fetched for now is tried eight times over two minutes, then lost", async () => {
    const fails = () => {
      throw new StoreUnavailable("fetch");
    };
    bot.files.answers.set("a.png", [fails]);
    await bot.send("1", ["a.png"]);
    await bot.type("2");
    const since = bot.clock.at;
    await bot.settle();
    for (let tries = 1; tries < 8; tries++) {
      expect(await bot.turns()).toEqual([]);
      await bot.pass(((await bot.store.nextDueAt()) ?? 0) - bot.clock.at);
    }
    expect(bot.files.fetched).toHaveLength(8);
    expect(await bot.turns()).toEqual(["lost", "mot 2"]);
    expect(bot.clock.at - since).toBe((1 + 2 + 4 + 8 + 16 + 32 + 64) * 1000);
  });

  it("that can be fetched at a later try comes in its place", async () => {
    const fails = () => {
      throw new StoreUnavailable("fetch");
    };
    bot.files.answers.set("a.png", [fails, fails, () => new Uint8Array(1)]);
    await bot.send("1", ["a.png"]);
    await bot.type("2");
    await bot.settle();
    await bot.pass(10_000);
    await bot.pass(10_000);
    expect(await bot.turns()).toEqual(["a.png", "mot 2"]);
  });

  it("that is slow holds up no other customer", async () => {
    const slow = Promise.withResolvers<Uint8Array>();
    bot.files.answers.set("slow.png", [() => slow.promise]);
    await bot.send("1", ["slow.png"]);
    await bot.work.intake.start();
    await bot.send("2", ["b.png"], {}, "björn");
    await bot.work.intake.start();
    await expect.poll(() => bot.turns("björn")).toEqual(["b.png"]);
    expect(await bot.turns()).toEqual([]);
    slow.resolve(new Uint8Array(1));
    await bot.work.intake.idle();
    expect(await bot.turns()).toEqual(["slow.png"]);
    expect(bot.files.fetched).toEqual(["slow.png", "b.png"]);
  });
});

describe("an album", () => {
  const album = "7";

  it.each([
    ["first", [{ caption: "ici" }, {}, {}]],
    ["second", [{}, { caption: "ici" }, {}]],
    ["last", [{}, {}, { caption: "ici" }]],
  ])("is one turn with its caption, though the %s part has it", async (_, parts) => {
    for (const [index, more] of parts.entries())
      await bot.send(`${index}`, [`${index}.png`], { album, ...more });
    await bot.settle();
    expect(await bot.turns()).toEqual([]);
    await bot.pass(quietMs);
    expect(await bot.turns()).toEqual(["0.png 1.png 2.png ici"]);
    expect(await bot.store.isHolding("anna")).toBe(false);
    // An edit of the caption names the part that has it.
    const captioned = parts.findIndex((part) => "caption" in part);
    expect((await bot.store.readLog("anna", 0, 1))[0]?.body).toMatchObject({ key: `${captioned}` });
  });

  it("is one turn though its parts come shuffled, in two batches and some of them twice", async () => {
    await bot.send("3", ["3.png"], { album, caption: "ici" });
    await bot.send("1", ["1.png"], { album });
    await bot.pass(quietMs - 1);
    await bot.send("2", ["2.png"], { album });
    await bot.send("3", ["3.png"], { album, caption: "ici" });
    await bot.pass(quietMs - 1);
    expect(await bot.turns()).toEqual([]);
    await bot.pass(1);
    expect(await bot.turns()).toEqual(["3.png 1.png 2.png ici"]);
    for (const key of ["1", "2", "3"]) await bot.send(key, [`${key}.png`], { album });
    await bot.pass(quietMs);
    expect(await bot.turns()).toHaveLength(1);
  });

  it("that never ends is taken after ten seconds", async () => {
    for (let part = 0; part < 12; part++) {
      await bot.send(`${part}`, [`${part}.png`], { album });
      await bot.pass(1000);
    }
    const [first = ""] = await bot.turns();
    expect(first.split(" ")).toHaveLength(10);
  });

  it("whose last part is late has it as a turn of its own", async () => {
    await bot.send("1", ["1.png"], { album });
    await bot.send("2", ["2.png"], { album });
    await bot.pass(quietMs);
    await bot.type("between");
    await bot.send("3", ["3.png"], { album });
    await bot.pass(quietMs);
    expect(await bot.turns()).toEqual(["1.png 2.png", "mot between", "3.png"]);
  });

  it("is not mixed with another that stands behind it, nor with what came between", async () => {
    await bot.send("1", ["1.png"], { album });
    await bot.type("2");
    await bot.send("3", ["3.png"], { album });
    await bot.send("4", ["4.png"], { album: "8" });
    await bot.pass(quietMs);
    expect(await bot.turns()).toEqual(["1.png", "mot 2", "3.png", "4.png"]);
  });
});

describe("what a platform brings again", () => {
  const all = async () => {
    await bot.send("1", ["a.png"]);
    await bot.type("2");
  };

  it("is taken once, while it is held, when it is taken, and after", async () => {
    await all();
    await all();
    await bot.settle();
    await all();
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png", "mot 2"]);
    expect(await bot.store.isHolding("anna")).toBe(false);
  });

  it("is taken once while its file is being fetched", async () => {
    const slow = Promise.withResolvers<Uint8Array>();
    bot.files.answers.set("a.png", [() => slow.promise]);
    await all();
    await bot.work.intake.start();
    await all();
    await bot.work.intake.start();
    slow.resolve(new Uint8Array(1));
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png", "mot 2"]);
    expect(bot.files.fetched).toEqual(["a.png"]);
  });

  it("is taken once where it was taken before something was held, and holds up nothing", async () => {
    await bot.type("1");
    await bot.send("2", ["a.png"]);
    await bot.type("1");
    await bot.type("3");
    await bot.settle();
    expect(await bot.turns()).toEqual(["mot 1", "a.png", "mot 3"]);
    expect(await bot.store.isHolding("anna")).toBe(false);
  });
});

describe("a restart", () => {
  it("in the middle of a fetch fetches again, and takes everything once and in order", async () => {
    const never = Promise.withResolvers<Uint8Array>();
    bot.files.answers.set("b.png", [() => never.promise, () => new Uint8Array(1)]);
    await bot.type("1");
    await bot.send("2", ["a.png", "b.png"]);
    await bot.type("3");
    await bot.work.intake.start();
    await expect.poll(() => bot.files.fetched).toEqual(["a.png", "b.png"]);
    await restart();
    await bot.type("4");
    await bot.send("2", ["a.png", "b.png"]);
    await bot.settle();
    expect(await bot.turns()).toEqual(["mot 1", "a.png b.png", "mot 3", "mot 4"]);
  });

  it("in the middle of an album waits for the rest of it", async () => {
    await bot.send("1", ["1.png"], { album: "7" });
    await restart();
    await bot.send("2", ["2.png"], { album: "7", caption: "ici" });
    await bot.pass(quietMs);
    expect(await bot.turns()).toEqual(["1.png 2.png ici"]);
  });
});

describe("a store that fails", () => {
  const fail = (): never => {
    throw new StoreUnavailable("write");
  };

  it("when something is to be held lets nothing be confirmed", async () => {
    await bot.store.close();
    let full = true;
    bot = openBot(bot.files, bot.clock, (store) => ({
      hold: async (held) => (full ? fail() : store.hold(held)),
    }));
    await expect(bot.send("1", ["a.png"])).rejects.toThrow(StoreUnavailable);
    full = false;
    await bot.send("1", ["a.png"]);
    await bot.settle();
    expect(await bot.turns()).toEqual(["a.png"]);
  });

  it("when something held is taken keeps it, in its place", async () => {
    await bot.store.close();
    let full = false;
    bot = openBot(bot.files, bot.clock, (store) => ({
      commit: async (...given) => (full ? fail() : store.commit(...given)),
    }));
    await bot.send("1", ["a.png"]);
    await bot.type("2");
    full = true;
    await bot.settle();
    expect(await bot.turns()).toEqual([]);
    full = false;
    await bot.pass(1000);
    expect(await bot.turns()).toEqual(["a.png", "mot 2"]);
  });
});
