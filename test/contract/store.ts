import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Case } from "../../src/core/case.ts";
import type { Conversation, LogBody } from "../../src/core/conversation.ts";
import { CaseNumberTaken, StaleConversation } from "../../src/core/errors.ts";
import type { HeldInbound } from "../../src/core/inbound.ts";
import type { Message } from "../../src/core/message.ts";
import type {
  CaseFilter,
  Commit,
  Delivery,
  LeasedReply,
  Settlement,
  Store,
  TimerChange,
} from "../../src/ports/store.ts";

const at = Date.UTC(2026, 9, 3, 12);
const hourMs = 3_600_000;

function conversation(changes: Partial<Conversation> = {}): Conversation {
  return {
    id: "anna",
    channel: "web",
    revision: 1,
    language: "fr",
    flow: "refund",
    flowVersion: 1,
    snapshot: {
      value: { topic: { drop: "askingOrder" } },
      context: { answers: { order: "41" }, files: [] },
    },
    standing: "topic.drop.askingOrder",
    resting: false,
    promptedRevision: 1,
    ...changes,
  };
}

/** A commit whose key is of its conversation and revision unless told. */
export function commit(
  changes: Partial<Conversation> = {},
  parts: Partial<Omit<Commit, "conversation">> = {},
): Commit {
  const next = conversation(changes);
  return {
    conversation: next,
    handled: `web:${next.id}:${next.revision}`,
    at,
    log: [],
    timers: [],
    cases: [],
    ...parts,
  };
}

export const said = (id: string, text = id): LogBody & { type: "message" } => ({
  type: "message",
  id,
  message: message(text),
});

function message(text: string): Message {
  return {
    language: "fr",
    blocks: [{ type: "text", text }],
    choices: [{ id: "order:help", label: "Où est-il ?", weight: "quiet" }],
    progress: { step: 1, of: 5 },
    awaits: "text",
  };
}

const typed = (text: string): LogBody => ({
  type: "event",
  event: { type: "order-named", at, dice: "0a1b2c3d" },
  by: "customer",
  key: "web:1",
  said: { text },
});

export const aCase = (changes: Partial<Case> = {}): Case => ({
  number: "RF-7K2QM",
  conversationId: "anna",
  channel: "web",
  language: "fr",
  openedAt: at,
  updatedAt: at,
  status: "open",
  waitsFor: "shop",
  waitingSince: at,
  factsRevision: 1,
  urgent: false,
  topic: "drop",
  kind: "review",
  reason: "no-evidence",
  record: { clauses: ["4.2"], amountMinor: 2990 },
  ...changes,
});

const setTimer = (id: string, dueAt: number, event = `${id}-passed`): TimerChange => ({
  type: "set",
  id,
  dueAt,
  event,
});
const ids = (replies: readonly { id: string }[]) => replies.map((reply) => reply.id);
const sent = (id: string): Settlement => ({ id, outcome: "sent", at });
const later = ({ id, attempts }: LeasedReply, retryAt: number): Settlement => ({
  id,
  outcome: "later",
  attempts,
  retryAt,
});
const unknown = ({ id, attempts }: LeasedReply, retryAt: number): Settlement => ({
  id,
  outcome: "unknown",
  attempts,
  retryAt,
});

/** A customer's word that came behind something that is being fetched. */
const heldWord = (key: string, conversationId = "anna"): HeldInbound => ({
  key,
  conversationId,
  channel: "telegram",
  address: "chat-1",
  content: { type: "text", text: key },
});
const heldFile = (key: string, conversationId = "anna"): HeldInbound => ({
  ...heldWord(key, conversationId),
  quote: "…",
  content: {
    type: "attachments",
    files: [{ ref: { file: key }, name: "é \u0000.png", sizeBytes: 3 }],
    caption: "\ud800",
    album: "1",
  },
});

/**
 * The promises of `ports/store.ts`. `open` gives an empty store; `reopen`
 * closes a store and opens what it has left behind, where that outlives it.
 */
export function storeContract(
  name: string,
  open: () => Promise<Store>,
  reopen?: (store: Store) => Promise<Store>,
): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const all = 1000;
    const lease = (now: number, leaseMs: number, limit: number) =>
      store.lease({ channel: "web", now, leaseMs, limit });
    const leaseAll = (now: number) => lease(now, hourMs, all);
    const leaseOne = async (now: number, leaseMs = hourMs) => {
      const [reply] = await lease(now, leaseMs, 1);
      if (!reply) throw new Error(`nothing can be leased at ${now}`);
      return reply;
    };

    /** Everything that a commit can change, as far as the port shows it. */
    const everything = async () => ({
      conversation: await store.load("anna"),
      log: await store.readLog("anna", 0, all),
      timers: await store.dueTimers(Number.MAX_SAFE_INTEGER, all),
      cases: await store.listCases({ limit: all }),
      nextDueAt: await store.nextDueAt(),
    });

    const full = (revision: number, parts: Partial<Omit<Commit, "conversation">> = {}) =>
      commit(
        { revision },
        {
          log: [typed("41"), said(`full-${revision}`)],
          timers: [setTimer("remind", at + revision)],
          cases: [aCase({ updatedAt: at + revision })],
          ...parts,
        },
      );

    describe("commit", () => {
      it("writes everything it is given", async () => {
        expect(await store.commit(full(1))).toBe("committed");
        expect(await everything()).toEqual({
          conversation: conversation(),
          log: [
            { seq: 1, at, body: typed("41") },
            { seq: 2, at, body: said("full-1") },
          ],
          timers: [
            {
              conversationId: "anna",
              channel: "web",
              id: "remind",
              dueAt: at + 1,
              event: "remind-passed",
            },
          ],
          cases: [aCase({ updatedAt: at + 1 })],
          nextDueAt: at,
        });
        expect(await leaseAll(at)).toEqual([
          {
            id: "full-1",
            conversationId: "anna",
            channel: "web",
            seq: 2,
            message: message("full-1"),
            attempts: 1,
            uncertain: false,
          },
        ]);
      });

      it("knows nothing before the first one", async () => {
        expect(await everything()).toEqual({
          conversation: undefined,
          log: [],
          timers: [],
          cases: [],
          nextDueAt: undefined,
        });
        expect(await leaseAll(at)).toEqual([]);
        expect(await store.findCase("RF-7K2QM")).toBeUndefined();
      });

      it("replaces the conversation with the next revision", async () => {
        await store.commit(commit());
        const changes = {
          revision: 2,
          promptedRevision: 2,
          snapshot: { value: "resting", context: {} },
        };
        await store.commit(commit(changes));
        expect(await store.load("anna")).toEqual(conversation(changes));
      });

      it("keeps any text as it is", async () => {
        const text = "é\u0301 \u0000 \ud800 👩🏽‍⚕️ \u202e'; DROP TABLE log; -- \u2028";
        await store.commit(
          commit({ snapshot: { value: text, context: { text } } }, { log: [said("m", text)] }),
        );
        expect((await store.load("anna"))?.snapshot).toEqual({ value: text, context: { text } });
        expect((await store.readLog("anna", 0, 1))[0]?.body).toEqual(said("m", text));
        expect((await leaseAll(at))[0]?.message).toEqual(message(text));
      });

      it.each([
        ["older", 2],
        ["the same", 3],
        ["too new", 5],
      ])("refuses a revision that is %s and changes nothing", async (_, revision) => {
        for (const stored of [1, 2, 3]) await store.commit(full(stored));
        const before = await everything();
        const stale = full(revision, {
          handled: "web:stale",
          timers: [{ type: "cancel", id: "remind" }],
          log: [said("x")],
        });
        await expect(store.commit(stale)).rejects.toThrow(StaleConversation);
        expect(await everything()).toMatchObject(before);
        expect(await store.commit(full(4, { handled: "web:stale" }))).toBe("committed");
      });

      it("refuses a first revision other than 1 and makes no conversation", async () => {
        await expect(store.commit(full(2))).rejects.toThrow(StaleConversation);
        expect(await everything()).toMatchObject({
          conversation: undefined,
          log: [],
          timers: [],
          cases: [],
        });
      });

      it("refuses another conversation's case number and changes nothing", async () => {
        await store.commit(full(1));
        const before = await everything();
        const taken = {
          cases: [
            aCase({ number: "RF-NEW22", conversationId: "bo" }),
            aCase({ conversationId: "bo" }),
          ],
        };
        const log = [said("bo-1")];
        const timers = [setTimer("remind", at)];
        await expect(store.commit(commit({ id: "bo" }, { ...taken, log, timers }))).rejects.toThrow(
          CaseNumberTaken,
        );
        expect(await everything()).toEqual(before);
        expect(await store.load("bo")).toBeUndefined();
        expect(await store.readLog("bo", 0, all)).toEqual([]);
        expect(ids(await leaseAll(at))).toEqual(["full-1"]);
        expect(await store.commit(commit({ id: "bo" }, { log }))).toBe("committed");
      });

      it("lets exactly one of 50 at the same revision win", async () => {
        const attempts = Array.from({ length: 50 }, (_, index) =>
          store.commit(commit({}, { handled: `web:${index}`, log: [said(`m-${index}`)] })),
        );
        const outcomes = await Promise.allSettled(attempts);
        const won = outcomes.flatMap((outcome, index) =>
          outcome.status === "fulfilled" ? [index] : [],
        );
        const lost = outcomes
          .filter((outcome) => outcome.status === "rejected")
          .map((outcome) => outcome.reason);
        expect(won).toHaveLength(1);
        expect(lost.filter((reason) => reason instanceof StaleConversation)).toHaveLength(49);
        expect(ids(await leaseAll(at))).toEqual([`m-${won[0]}`]);
        expect(await store.readLog("anna", 0, all)).toHaveLength(1);
      });

      it("takes many conversations' commits at once", async () => {
        const names = Array.from({ length: 300 }, (_, index) => `c-${index}`);
        const outcomes = await Promise.all(
          names.map((id) => store.commit(commit({ id }, { log: [said(`m-${id}`)] }))),
        );
        expect(outcomes).toEqual(names.map(() => "committed"));
        expect(ids(await leaseAll(at)).toSorted()).toEqual(names.map((id) => `m-${id}`).toSorted());
      });

      it("does not let one commit's fault reach another's", async () => {
        const cyclic: Record<string, unknown> = {};
        cyclic.self = cyclic;
        const [good, bad, stale, alsoGood] = await Promise.allSettled([
          store.commit(full(1)),
          store.commit(
            commit(
              { id: "bo", snapshot: { value: "x", context: cyclic } },
              { log: [said("bo-1")] },
            ),
          ),
          store.commit(full(1, { handled: "web:late" })),
          store.commit(commit({ id: "cleo" }, { log: [said("cleo-1")] })),
        ]);
        expect([good, alsoGood].map((one) => one?.status)).toEqual(["fulfilled", "fulfilled"]);
        expect(bad).toMatchObject({ status: "rejected", reason: expect.any(TypeError) });
        expect(stale).toMatchObject({ status: "rejected", reason: expect.any(StaleConversation) });
        expect(await store.load("bo")).toBeUndefined();
        expect(ids(await leaseAll(at)).toSorted()).toEqual(["cleo-1", "full-1"]);
      });

      it("changes nothing when it fails half-way", async () => {
        await store.commit(full(1));
        const before = await everything();
        const huge = aCase({ number: "RF-BAD22", record: { amountMinor: 1n } });
        await expect(store.commit(full(2, { cases: [huge] }))).rejects.toThrow(TypeError);
        expect(await everything()).toEqual(before);
        expect(await store.commit(full(2))).toBe("committed");
      });
    });

    describe("a repeat", () => {
      it("answers duplicate and changes nothing", async () => {
        await store.commit(full(1));
        const before = await everything();
        expect(await store.commit(full(1))).toBe("duplicate");
        expect(
          await store.commit(full(2, { handled: full(1).handled, log: [said("again")] })),
        ).toBe("duplicate");
        expect(await everything()).toEqual(before);
      });

      it("is one commit and duplicates when all come at once", async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.commit(full(1))));
        expect(outcomes.toSorted()).toEqual(["committed", ...Array<string>(19).fill("duplicate")]);
        expect(await store.readLog("anna", 0, all)).toHaveLength(2);
      });

      it("is known by its key alone, whichever conversation it names", async () => {
        await store.commit(commit({}, { handled: "same" }));
        expect(await store.commit(commit({ id: "bo" }, { handled: "same" }))).toBe("duplicate");
        expect(await store.load("bo")).toBeUndefined();
      });

      it("is known until its key is forgotten", async () => {
        await store.commit(commit({}, { handled: "first", at }));
        await store.commit(commit({ revision: 2 }, { handled: "second", at: at + 1 }));
        await store.forgetHandled(at + 1);
        expect(await store.commit(commit({ revision: 3 }, { handled: "second" }))).toBe(
          "duplicate",
        );
        expect(await store.commit(commit({ revision: 3 }, { handled: "first" }))).toBe("committed");
      });
    });

    describe("the log", () => {
      it("counts from 1 in each conversation and reads in order, page by page", async () => {
        const texts = (from: number, to: number) =>
          Array.from({ length: to - from + 1 }, (_, i) => typed(`${from + i}`));
        await store.commit(commit({ id: "bo" }, { log: texts(1, 1) }));
        await store.commit(commit({}, { log: texts(1, 3), at }));
        await store.commit(commit({ revision: 2 }, { log: texts(4, 12), at: at + 5 }));
        const pages = [];
        for (let after = 0; ; after += 5) {
          const page = await store.readLog("anna", after, 5);
          if (page.length === 0) break;
          pages.push(page);
        }
        expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
        expect(pages.flat()).toEqual(
          texts(1, 12).map((body, index) => ({
            seq: index + 1,
            at: index < 3 ? at : at + 5,
            body,
          })),
        );
        expect(await store.readLog("bo", 0, all)).toHaveLength(1);
      });
    });

    describe("a lane", () => {
      beforeEach(() => store.commit(commit({}, { log: [said("a-1"), typed("…"), said("a-2")] })));

      it("gives its replies one at a time, in order, across commits", async () => {
        await store.commit(commit({ revision: 2 }, { log: [said("a-3")] }));
        const order = [];
        for (;;) {
          const [reply, ...others] = await leaseAll(at);
          expect(others).toEqual([]);
          if (!reply) break;
          order.push([reply.id, reply.seq]);
          await store.settle([sent(reply.id)]);
        }
        expect(order).toEqual([
          ["a-1", 1],
          ["a-2", 3],
          ["a-3", 4],
        ]);
      });

      it("gives nothing while one is leased, not even to commits that follow", async () => {
        await lease(at, 100, all);
        await store.commit(commit({ revision: 2 }, { log: [said("a-3")] }));
        expect(await lease(at + 99, 100, all)).toEqual([]);
      });

      it("is leased once by 20 at once", async () => {
        const leases = await Promise.all(Array.from({ length: 20 }, () => lease(at, 100, all)));
        expect(ids(leases.flat())).toEqual(["a-1"]);
      });

      it("gives a reply again when its lease has run out, and counts the attempts", async () => {
        expect(await lease(at, 100, all)).toMatchObject([{ id: "a-1", attempts: 1 }]);
        expect(await lease(at + 100, 100, all)).toMatchObject([
          { id: "a-1", attempts: 2, message: message("a-1") },
        ]);
        expect(await lease(at + 150, 100, all)).toEqual([]);
        expect(await lease(at + 200, 100, all)).toMatchObject([{ id: "a-1", attempts: 3 }]);
      });

      it("gives nothing before its commit's time", async () => {
        expect(await leaseAll(at - 1)).toEqual([]);
      });

      it("stands still until retryAt, and goes on with the same reply", async () => {
        const reply = await leaseOne(at);
        await store.settle([later(reply, at + 500)]);
        expect(await leaseAll(at + 499)).toEqual([]);
        expect(await leaseAll(at + 500)).toMatchObject([{ id: "a-1", attempts: 2 }]);
      });

      it("can be given back before its lease ends", async () => {
        const reply = await leaseOne(at);
        await store.settle([later(reply, at + 1)]);
        expect(await leaseAll(at + 1)).toMatchObject([{ id: "a-1", attempts: 2 }]);
      });

      it("takes a repeated settlement for nothing", async () => {
        const first = await leaseOne(at);
        await store.settle([later(first, at + 500)]);
        await store.settle([later(first, at + 900)]);
        expect(await store.nextDueAt()).toBe(at + 500);
        await leaseAll(at + 500);
        await store.settle([sent("a-1"), sent("a-1")]);
        await store.settle([sent("a-1"), later(first, at)]);
        expect(ids(await leaseAll(at + 500))).toEqual(["a-2"]);
        await store.settle([sent("a-1"), later(first, at)]);
        expect(await leaseAll(at + 500)).toEqual([]);
      });

      it("is not given back by a lease that another has followed", async () => {
        const slow = await leaseOne(at, 100);
        await lease(at + 100, 100, all);
        await store.settle([later(slow, at + 101)]);
        expect(await lease(at + 150, 100, all)).toEqual([]);
      });

      it("goes on when a lease that has run out turns out sent", async () => {
        await lease(at, 100, all);
        await lease(at + 100, 100, all);
        await store.settle([sent("a-1")]);
        expect(ids(await leaseAll(at + 101))).toEqual(["a-2"]);
      });

      it("loses no reply to a settlement of one that was never leased, or never was", async () => {
        await store.settle([sent("a-1"), sent("a-2"), sent("nobody's")]);
        expect(ids(await leaseAll(at))).toEqual(["a-1"]);
        await store.settle([sent("a-2"), sent("a-1")]);
        expect(ids(await leaseAll(at))).toEqual(["a-2"]);
      });

      it("keeps the log of what is sent", async () => {
        await leaseAll(at);
        await store.settle([sent("a-1")]);
        expect((await store.readLog("anna", 0, 1))[0]?.body).toEqual(said("a-1"));
      });

      it("takes up again after it was empty", async () => {
        for (const id of ["a-1", "a-2"]) {
          await leaseAll(at);
          await store.settle([sent(id)]);
        }
        expect(await store.nextDueAt()).toBeUndefined();
        await store.commit(commit({ revision: 2 }, { log: [said("a-3")], at: at + 10 }));
        expect(await store.nextDueAt()).toBe(at + 10);
        expect(ids(await leaseAll(at + 10))).toEqual(["a-3"]);
      });

      it("does not delay another", async () => {
        const reply = await leaseOne(at);
        await store.settle([later(reply, at + hourMs)]);
        await store.commit(commit({ id: "bo" }, { log: [said("b-1"), said("b-2")] }));
        expect(ids(await leaseAll(at + 1))).toEqual(["b-1"]);
        await store.settle([sent("b-1")]);
        expect(ids(await leaseAll(at + 1))).toEqual(["b-2"]);
      });
    });

    describe("a commit with a lease", () => {
      const leasing = async (
        one: Commit,
        until = at + 20,
      ): Promise<readonly [string, ...LeasedReply[]]> => {
        const taken: LeasedReply[] = [];
        const outcome = await store.commit(one, { until, take: (reply) => taken.push(reply) });
        return [outcome, ...taken];
      };

      it("leases its first reply, as lease() does", async () => {
        const one = { log: [typed("41"), said("x-1"), said("x-2")] };
        const unreachable = { at: at - 5, reason: "blocked" } as const;
        const [outcome, reply] = await leasing(commit({ address: "chat-1", unreachable }, one));
        expect(outcome).toBe("committed");
        expect(await lease(at + 19, 1, all)).toEqual([]);
        const [again] = await lease(at + 20, 1, all);
        expect(again).toEqual({ ...reply, attempts: 2, uncertain: true });
        expect(reply).toMatchObject({ id: "x-1", attempts: 1, uncertain: false, seq: 2 });
      });

      it("is settled as any, and the next is leased after it", async () => {
        await leasing(commit({}, { log: [said("a-1"), said("a-2")] }));
        await store.settle([{ id: "a-1", outcome: "sent", at, receipt: "r1" }]);
        expect(await leaseOne(at)).toMatchObject({ id: "a-2", lastReceipt: "r1", attempts: 1 });
        await store.settle([sent("a-2")]);
        const [, reply] = await leasing(commit({ revision: 2 }, { log: [said("a-3")] }));
        expect(reply).toMatchObject({ id: "a-3", lastReceipt: "r1" });
      });

      it("gives its reply back by its attempt", async () => {
        const [, reply] = await leasing(commit({}, { log: [said("a-1")] }));
        await store.settle([{ id: "a-1", outcome: "later", attempts: 1, retryAt: at + 5 }]);
        expect(await leaseOne(at + 5)).toEqual({ ...reply, attempts: 2 });
      });

      it("leases nothing that another is before, in its lane or in its place", async () => {
        expect(await leasing(commit())).toEqual(["committed"]);
        await store.commit(commit({ revision: 2 }, { log: [said("a-1")] }));
        const behind = commit({ revision: 3 }, { log: [said("a-2")] });
        expect(await leasing(behind)).toEqual(["committed"]);
        const other = said("b-1") as LogBody & { type: "message" };
        const instead = { ...other, message: { ...other.message, replaces: "b-0" } };
        expect(await leasing(commit({ id: "bo" }, { log: [instead] }))).toEqual(["committed"]);
        expect(ids(await leaseAll(at)).toSorted()).toEqual(["a-1", "b-1"]);
      });

      it("leases nothing where it is not made", async () => {
        await store.commit(commit({}, { handled: "k-1" }));
        const log = [said("a-1")];
        const again = commit({ revision: 2 }, { handled: "k-1", log });
        expect(await leasing(again)).toEqual(["duplicate"]);
        await expect(leasing(commit({ revision: 3 }, { log }))).rejects.toThrow(StaleConversation);
        expect(await leaseAll(at)).toEqual([]);
      });
    });

    describe("a channel's lanes", () => {
      it("are leased apart from another channel's", async () => {
        await store.commit(commit({}, { log: [said("a-1")] }));
        await store.commit(commit({ id: "bo", channel: "telegram" }, { log: [said("b-1")] }));
        const telegram = { channel: "telegram" as const, now: at, leaseMs: hourMs, limit: all };
        expect(await store.lease({ ...telegram, channel: "discord" })).toEqual([]);
        expect(await store.lease(telegram)).toMatchObject([{ id: "b-1", channel: "telegram" }]);
        expect(ids(await leaseAll(at))).toEqual(["a-1"]);
      });

      it("are leased up to the limit, however many wait on another channel", async () => {
        for (const id of ["a", "b", "c"])
          await store.commit(commit({ id, channel: "telegram" }, { log: [said(`${id}-1`)] }));
        await store.commit(commit({ id: "d" }, { log: [said("d-1")], at: at + 1 }));
        expect(ids(await lease(at + 1, hourMs, 1))).toEqual(["d-1"]);
      });
    });

    describe("a leased reply", () => {
      it("has the address that the conversation has when it is leased", async () => {
        await store.commit(commit({ address: "chat-1" }, { log: [said("a-1")] }));
        expect(await leaseOne(at, 100)).toMatchObject({ address: "chat-1" });
        await store.commit(commit({ revision: 2, address: "chat '2'" }));
        expect(await leaseOne(at + 100)).toMatchObject({ id: "a-1", address: "chat '2'" });
        await store.commit(commit({ id: "bo" }, { log: [said("b-1")] }));
        expect(await leaseOne(at + 100)).not.toHaveProperty("address");
      });

      it("says since when the customer can't be reached", async () => {
        const unreachable = { at: at - 5, reason: "blocked" } as const;
        await store.commit(commit({ unreachable }, { log: [said("a-1")] }));
        expect(await leaseOne(at, 100)).toMatchObject({ unreachableAt: at - 5 });
        await store.commit(commit({ revision: 2 }));
        expect(await leaseOne(at + 100)).not.toHaveProperty("unreachableAt");
      });

      it("has the receipt of the last message of its lane that has one", async () => {
        await store.commit(commit({}, { log: ["1", "2", "3", "4"].map((id) => said(id)) }));
        await store.commit(commit({ id: "bo" }, { log: [said("b-1")], at: at + 1 }));
        expect(await leaseOne(at)).not.toHaveProperty("lastReceipt");
        await store.settle([{ id: "1", outcome: "sent", at, receipt: "r'1\u00e9" }]);
        expect(await leaseOne(at)).toMatchObject({ id: "2", lastReceipt: "r'1\u00e9" });
        await store.settle([sent("2")]);
        expect(await leaseOne(at)).toMatchObject({ id: "3", lastReceipt: "r'1\u00e9" });
        await store.settle([{ id: "3", outcome: "sent", at, receipt: "r3" }]);
        expect(await leaseOne(at)).toMatchObject({ id: "4", lastReceipt: "r3" });
        expect(await leaseOne(at + 1)).not.toHaveProperty("lastReceipt");
      });
    });

    describe("a reply is uncertain", () => {
      beforeEach(() => store.commit(commit({}, { log: [said("a-1"), said("a-2")] })));
      const uncertainAt = async (now: number, leaseMs = hourMs) =>
        (await leaseOne(now, leaseMs)).uncertain;

      it("never at first, nor after any number of tries that did not happen", async () => {
        for (const n of [0, 1, 2]) {
          const reply = await leaseOne(at + n);
          expect(reply).toMatchObject({ id: "a-1", attempts: n + 1, uncertain: false });
          await store.settle([later(reply, at + n + 1)]);
        }
      });

      it("once a lease of it has run out", async () => {
        await lease(at, 100, all);
        expect(await uncertainAt(at + 100)).toBe(true);
      });

      it("once its outcome was unknown, and it waits until retryAt", async () => {
        await store.settle([unknown(await leaseOne(at), at + 500)]);
        expect(await leaseAll(at + 499)).toEqual([]);
        expect(await leaseOne(at + 500)).toMatchObject({ id: "a-1", attempts: 2, uncertain: true });
      });

      it("until it is settled, whatever else becomes of it; the next one is not", async () => {
        await store.settle([unknown(await leaseOne(at), at)]);
        const again = await leaseOne(at);
        await store.settle([later(again, at + 1)]);
        expect(await uncertainAt(at + 1)).toBe(true);
        await store.settle([sent("a-1")]);
        expect(await leaseOne(at + 1)).toMatchObject({ id: "a-2", uncertain: false });
      });

      it("not by an unknown that comes too late, after another lease or a settlement", async () => {
        const first = await leaseOne(at);
        await store.settle([later(first, at + 1)]);
        await store.settle([unknown(first, at + 9)]);
        const second = await leaseOne(at + 1);
        expect(second.uncertain).toBe(false);
        await store.settle([unknown(first, at + 2)]);
        expect(await leaseAll(at + 2)).toEqual([]);
        await store.settle([later(second, at + 3)]);
        expect(await uncertainAt(at + 3)).toBe(false);
      });
    });

    describe("a message that is given up", () => {
      const failed = (id: string, reason = "tooLong"): Settlement => ({
        id,
        outcome: "failed",
        at: at + 7,
        reason,
      });
      beforeEach(() => store.commit(commit({}, { log: [said("a-1"), said("a-2")] })));

      it("leaves its lane, which goes on", async () => {
        await leaseAll(at);
        await store.settle([failed("a-1")]);
        expect(ids(await leaseAll(at))).toEqual(["a-2"]);
        await store.settle([failed("a-1", "again"), sent("a-1")]);
        expect(await store.readDeliveries("anna")).toMatchObject([{ reason: "tooLong" }]);
        expect(await leaseAll(at)).toEqual([]);
      });

      it("is given up though its lease has run out, not though it was never leased", async () => {
        await store.settle([failed("a-1")]);
        expect(await store.readDeliveries("anna")).toEqual([]);
        await lease(at, 100, all);
        await lease(at + 100, 100, all);
        await store.settle([failed("a-1")]);
        expect(ids(await leaseAll(at + 101))).toEqual(["a-2"]);
      });

      it("stays in the log", async () => {
        await leaseAll(at);
        await store.settle([failed("a-1")]);
        expect((await store.readLog("anna", 0, 1))[0]?.body).toEqual(said("a-1"));
      });
    });

    describe("deliveries", () => {
      /** Leases and ends the oldest reply of `channel`. */
      const end = async (settle: (id: string) => Settlement) => {
        const { id } = await leaseOne(at + hourMs);
        await store.settle([settle(id)]);
      };
      const fail = (when: number) => (id: string) =>
        ({ id, outcome: "failed", at: when, reason: "tooLong" }) as const;
      const repeat = (when: number) => (id: string) =>
        ({ id, outcome: "sent", at: when, repeated: true }) as const;

      it("of a conversation are those with a receipt or with trouble, in order", async () => {
        const log = ["1", "2", "3", "4", "5"].map((id) => said(id));
        await store.commit(commit({}, { log }));
        await end((id) => ({ id, outcome: "sent", at: at + 9, receipt: "r1" }));
        await end(sent);
        await end(fail(at + 3));
        await end((id) => ({ ...repeat(at + 2)(id), receipt: "r4" }));
        await end(repeat(at + 1));
        const of = (messageId: string, rest: Partial<Delivery>) => ({
          messageId,
          conversationId: "anna",
          seq: Number(messageId),
          ...rest,
        });
        expect(await store.readDeliveries("anna")).toEqual([
          of("1", { state: "sent", at: at + 9, receipt: "r1" }),
          of("3", { state: "failed", at: at + 3, reason: "tooLong" }),
          of("4", { state: "repeated", at: at + 2, receipt: "r4" }),
          of("5", { state: "repeated", at: at + 1 }),
        ]);
        expect(await store.readDeliveries("bo")).toEqual([]);
      });

      it("with trouble list the latest first, page by page, however many ended at once", async () => {
        const minutes = [3, 1, 2, 2, 2, 9];
        for (const [index, minute] of minutes.entries()) {
          await store.commit(commit({ id: `c-${index}` }, { log: [said(`m-${index}`)] }));
          await end((index % 2 ? fail : repeat)(at + minute));
        }
        await store.commit(commit({ id: "fine" }, { log: [said("fine")] }));
        await end((id) => ({ id, outcome: "sent", at: at + 5, receipt: "r" }));
        const pages: Delivery[][] = [];
        for (let before: Delivery | undefined; ; before = pages.at(-1)?.at(-1)) {
          const query = before ? { before, limit: 2 } : { limit: 2 };
          const page = await store.listTroubledDeliveries(query);
          if (page.length === 0) break;
          pages.push(page);
        }
        expect(pages.map((page) => page.length)).toEqual([2, 2, 2]);
        expect(pages.flat().map(({ messageId, state }) => `${messageId} ${state}`)).toEqual([
          "m-5 failed",
          "m-0 repeated",
          "m-4 repeated",
          "m-3 failed",
          "m-2 repeated",
          "m-1 failed",
        ]);
      });
    });

    describe("a commit that resumes", () => {
      const resume = (parts: Partial<Omit<Commit, "conversation">> = {}) =>
        store.commit(commit({ revision: 2 }, { resumes: true, at: at + 10, ...parts }));
      beforeEach(() => store.commit(commit({}, { log: [said("a-1"), said("a-2")] })));

      it("makes a lane that waits due at once, in its order, before what the commit says", async () => {
        await store.settle([later(await leaseOne(at), at + hourMs)]);
        await resume({ log: [said("a-3")] });
        expect(await store.nextDueAt()).toBe(at + 10);
        const order = [];
        for (let n = 0; n < 3; n++) {
          const { id } = await leaseOne(at + 10);
          order.push(id);
          await store.settle([sent(id)]);
        }
        expect(order).toEqual(["a-1", "a-2", "a-3"]);
      });

      it("leaves a lane alone that is leased, and one that is due sooner", async () => {
        await leaseOne(at, hourMs);
        await resume();
        expect(await leaseAll(at + 10)).toEqual([]);
        expect(await store.nextDueAt()).toBe(at + hourMs);
        await store.commit(commit({ id: "bo" }, { log: [said("b-1")] }));
        await store.commit(commit({ id: "bo", revision: 2 }, { resumes: true, at: at + 10 }));
        expect(await store.nextDueAt()).toBe(at);
      });

      it("leaves another conversation's lane waiting", async () => {
        await store.settle([later(await leaseOne(at), at + hourMs)]);
        await store.commit(commit({ id: "bo" }, { resumes: true, at: at + 10 }));
        expect(await leaseAll(at + 10)).toEqual([]);
      });
    });

    describe("held inbounds", () => {
      const hold = (inbound: HeldInbound, readyAt = at, heldAt = at) =>
        store.hold({ inbound, at: heldAt, readyAt });
      const dueKeys = async (now: number, limit = all) =>
        (await store.dueHeld(now, limit)).map(({ conversationId, held }) => [
          conversationId,
          ...held.map(({ inbound }) => inbound.key),
        ]);

      it("come back as they were, in the order in which they came", async () => {
        expect(await store.isHolding("anna")).toBe(false);
        expect(await hold(heldFile("k-2"), at + 5, at + 1)).toBe("held");
        expect(await hold(heldWord("k-1"), at, at + 2)).toBe("held");
        expect(await store.isHolding("anna")).toBe(true);
        expect(await store.isHolding("bo")).toBe(false);
        expect(await store.dueHeld(at + 5, all)).toEqual([
          {
            conversationId: "anna",
            held: [
              { inbound: heldFile("k-2"), at: at + 1, attempts: 0 },
              { inbound: heldWord("k-1"), at: at + 2, attempts: 0 },
            ],
          },
        ]);
      });

      it("wait until the oldest of their conversation is ready", async () => {
        await hold(heldFile("k-1"), at + 50);
        await hold(heldWord("k-2"), at);
        expect(await store.nextDueAt()).toBe(at + 50);
        expect(await dueKeys(at + 49)).toEqual([]);
        expect(await dueKeys(at + 50)).toEqual([["anna", "k-1", "k-2"]]);
      });

      it("are held once, while they are and after, for 48 hours", async () => {
        expect(await hold(heldFile("k-1"))).toBe("held");
        expect(await hold(heldFile("k-1"), at + 99, at + 9)).toBe("duplicate");
        expect(await store.dueHeld(at, all)).toMatchObject([{ held: [{ at, attempts: 0 }] }]);
        await store.commit(commit({}, { handled: "k-1", releases: ["k-1"] }));
        await store.forgetHandled(at);
        expect(await hold(heldFile("k-1"))).toBe("duplicate");
        expect(await store.isHolding("anna")).toBe(false);
        await store.forgetHandled(at + 1);
        expect(await hold(heldFile("k-1"), at, at + 48 * hourMs)).toBe("held");
      });

      it("are held once, though their key is forgotten before they are taken", async () => {
        await hold(heldFile("k-1"));
        await store.forgetHandled(at + 1);
        expect(await hold(heldFile("k-1"), at + 99)).toBe("duplicate");
        expect(await dueKeys(at)).toEqual([["anna", "k-1"]]);
      });

      it("are none where the key was taken without being held", async () => {
        await store.commit(commit({}, { handled: "k-1" }));
        expect(await hold(heldWord("k-1"))).toBe("duplicate");
        expect(await store.isHolding("anna")).toBe(false);
      });

      it("are held once by 20 at once", async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => hold(heldFile("k-1"))));
        expect(outcomes.toSorted()).toEqual([...Array<string>(19).fill("duplicate"), "held"]);
        expect(await dueKeys(at)).toEqual([["anna", "k-1"]]);
      });

      it("don't keep a commit under their key from being made", async () => {
        await hold(heldFile("k-1"));
        expect(await store.commit(commit({}, { handled: "k-1", releases: ["k-1"] }))).toBe(
          "committed",
        );
      });

      it("come before a commit that says so, which changes nothing and may be made later", async () => {
        await hold(heldFile("k-1"));
        const before = await everything();
        const behind = (revision: number) =>
          store.commit(full(revision, { handled: "k-2", unlessHolding: true }));
        expect(await behind(1)).toBe("holding");
        expect(await everything()).toEqual(before);
        expect(await store.commit(commit({ id: "bo" }, { unlessHolding: true }))).toBe("committed");
        await store.commit(commit({}, { handled: "k-1", releases: ["k-1"] }));
        expect(await behind(2)).toBe("committed");
        await hold(heldFile("k-3"));
        expect(await behind(3)).toBe("duplicate");
      });

      it("are postponed with all behind them, and failed attempts counted", async () => {
        await hold(heldFile("k-1"));
        await hold(heldWord("k-2"));
        await store.postpone("k-1", at + 10, false);
        expect(await dueKeys(at + 9)).toEqual([]);
        await store.postpone("k-1", at + 20, true);
        expect(await store.nextDueAt()).toBe(at + 20);
        expect(await store.dueHeld(at + 20, all)).toMatchObject([
          { held: [{ attempts: 1 }, { attempts: 0 }] },
        ]);
        await store.postpone("nobody's", at, true);
      });

      it("go with the commit that releases them, those behind come next", async () => {
        for (const key of ["k-1", "k-2", "k-3"]) await hold(heldWord(key));
        const releases = ["k-1", "k-2", "nobody's"];
        await store.commit(commit({}, { handled: "k-2", releases }));
        expect(await dueKeys(at)).toEqual([["anna", "k-3"]]);
        await store.postpone("k-1", at + 5, true);
        expect(await hold(heldWord("k-1"))).toBe("duplicate");
        expect(await dueKeys(at)).toEqual([["anna", "k-3"]]);
      });

      it("are ready at their own time once they are the oldest", async () => {
        await hold(heldWord("k-1"));
        await hold(heldFile("k-2"), at + 50);
        await hold(heldWord("k-3"));
        await store.commit(commit({}, { handled: "k-1", releases: ["k-1"] }));
        expect(await store.nextDueAt()).toBe(at + 50);
        expect(await dueKeys(at + 49)).toEqual([]);
        expect(await dueKeys(at + 50)).toEqual([["anna", "k-2", "k-3"]]);
        await store.commit(commit({ revision: 2 }, { handled: "k-3", releases: ["k-3"] }));
        expect(await dueKeys(at + 49)).toEqual([]);
      });

      it("stay where the commit is refused", async () => {
        await hold(heldWord("k-1"));
        const stale = commit({ revision: 2 }, { handled: "k-1", releases: ["k-1"] });
        await expect(store.commit(stale)).rejects.toThrow(StaleConversation);
        expect(await dueKeys(at)).toEqual([["anna", "k-1"]]);
      });

      it("go where the commit says that they were taken before", async () => {
        // A platform repeats a message while the first is on its way.
        await hold(heldWord("k-1"));
        await store.commit(commit({}, { handled: "k-1" }));
        const again = commit({ revision: 2 }, { handled: "k-1", releases: ["k-1"] });
        expect(await store.commit(again)).toBe("duplicate");
        expect(await store.isHolding("anna")).toBe(false);
        expect(await store.load("anna")).toMatchObject({ revision: 1 });
      });

      it("come conversation by conversation, the longest ready first, at most the limit", async () => {
        for (const [index, one] of ["anna", "bo", "cleo"].entries()) {
          await hold(heldFile(`${one}-1`, one), at + 30 - index);
          await hold(heldWord(`${one}-2`, one));
        }
        expect(await dueKeys(at + 27)).toEqual([]);
        expect(await dueKeys(at + 29)).toEqual([
          ["cleo", "cleo-1", "cleo-2"],
          ["bo", "bo-1", "bo-2"],
        ]);
        expect(await dueKeys(at + 30, 1)).toEqual([["cleo", "cleo-1", "cleo-2"]]);
        expect(await store.nextDueAt()).toBe(at + 28);
      });
    });

    it("leases at most the limit, each lane once, and settles a list", async () => {
      const names = ["a", "b", "c", "d", "e"];
      for (const id of names)
        await store.commit(commit({ id }, { log: [said(`${id}-1`), said(`${id}-2`)] }));
      const leases = [];
      for (let turn = 0; turn < 4; turn++) leases.push(ids(await lease(at, hourMs, 2)));
      expect(leases.map((one) => one.length)).toEqual([2, 2, 1, 0]);
      expect(leases.flat().toSorted()).toEqual(names.map((id) => `${id}-1`));
      await store.settle(leases.flat().map(sent));
      expect(ids(await leaseAll(at)).toSorted()).toEqual(names.map((id) => `${id}-2`));
    });

    it("leases the lanes that have waited longest first", async () => {
      for (const [id, waited] of [
        ["late", 20],
        ["early", 10],
        ["latest", 30],
      ] as const) {
        await store.commit(commit({ id }, { log: [said(id)], at: at + waited }));
      }
      expect(ids(await lease(at + 100, hourMs, 2)).toSorted()).toEqual(["early", "late"]);
    });

    describe("timers", () => {
      it("that were set anew or cancelled meanwhile fire no more, and nothing of their turn is written", async () => {
        await store.commit(commit({}, { timers: [setTimer("remind", at + 10)] }));
        await store.commit(commit({ revision: 2 }, { timers: [setTimer("remind", at + 20)] }));
        const late = commit({ revision: 3 }, { fires: { id: "remind", dueAt: at + 10 } });
        expect(await store.commit(late)).toBe("duplicate");
        expect((await store.load(late.conversation.id))?.revision).toBe(2);
        const inTime = commit({ revision: 3 }, { fires: { id: "remind", dueAt: at + 20 } });
        expect(await store.commit({ ...inTime, handled: "in-time" })).toBe("committed");
      });

      const due = async (now: number, limit = all) =>
        (await store.dueTimers(now, limit)).map(
          ({ conversationId, id }) => `${conversationId}/${id}`,
        );

      it("come due at their time, oldest first, at most the limit, and stay", async () => {
        await store.commit(
          commit({}, { timers: [setTimer("x", at + 30), setTimer("y", at + 10)] }),
        );
        await store.commit(commit({ id: "bo" }, { timers: [setTimer("x", at + 20)] }));
        expect(await due(at + 9)).toEqual([]);
        expect(await due(at + 10)).toEqual(["anna/y"]);
        expect(await due(at + 30)).toEqual(["anna/y", "bo/x", "anna/x"]);
        expect(await due(at + 30, 2)).toEqual(["anna/y", "bo/x"]);
        expect(await due(at + 30)).toEqual(["anna/y", "bo/x", "anna/x"]);
      });

      it("tell whose they are and what they say", async () => {
        await store.commit(commit({}, { timers: [setTimer("remind", at, "customer-silent")] }));
        expect(await store.dueTimers(at, 1)).toEqual([
          {
            conversationId: "anna",
            channel: "web",
            id: "remind",
            dueAt: at,
            event: "customer-silent",
          },
        ]);
      });

      it("are replaced by id", async () => {
        await store.commit(commit({}, { timers: [setTimer("remind", at + 10, "first")] }));
        await store.commit(
          commit({ revision: 2 }, { timers: [setTimer("remind", at + 20, "second")] }),
        );
        expect(await due(at + 10)).toEqual([]);
        expect(await store.dueTimers(at + 20, all)).toMatchObject([
          { dueAt: at + 20, event: "second" },
        ]);
      });

      it("go when they are cancelled, their own only", async () => {
        await store.commit(commit({}, { timers: [setTimer("x", at), setTimer("y", at)] }));
        await store.commit(commit({ id: "bo" }, { timers: [setTimer("x", at)] }));
        await store.commit(
          commit(
            { revision: 2 },
            {
              timers: [
                { type: "cancel", id: "x" },
                { type: "cancel", id: "none" },
              ],
            },
          ),
        );
        expect((await due(at)).toSorted()).toEqual(["anna/y", "bo/x"]);
      });

      it("change in the order given", async () => {
        const cancel: TimerChange = { type: "cancel", id: "x" };
        await store.commit(commit({}, { timers: [cancel, setTimer("x", at)] }));
        expect(await due(at)).toEqual(["anna/x"]);
        await store.commit(commit({ revision: 2 }, { timers: [setTimer("x", at), cancel] }));
        expect(await due(at)).toEqual([]);
      });
    });

    describe("nextDueAt", () => {
      it("is the earliest of the timers and of the lanes' oldest replies", async () => {
        await store.commit(
          commit({}, { timers: [setTimer("x", at + 50), setTimer("y", at + 70)] }),
        );
        expect(await store.nextDueAt()).toBe(at + 50);
        await store.commit(
          commit({ revision: 2 }, { log: [said("m-1"), said("m-2")], at: at + 10 }),
        );
        expect(await store.nextDueAt()).toBe(at + 10);
        await lease(at + 10, 20, all);
        expect(await store.nextDueAt()).toBe(at + 30);
        const reply = await leaseOne(at + 30, 20);
        await store.settle([later(reply, at + 60)]);
        expect(await store.nextDueAt()).toBe(at + 50);
        await store.commit(commit({ revision: 3 }, { timers: [{ type: "cancel", id: "x" }] }));
        expect(await store.nextDueAt()).toBe(at + 60);
        await lease(at + 60, hourMs, all);
        await store.settle([sent("m-1")]);
        expect(await store.nextDueAt()).toBe(at + 10);
      });
    });

    describe("cases", () => {
      it("are found by number and replaced by it", async () => {
        await store.commit(commit({}, { cases: [aCase()] }));
        const contested = aCase({ status: "contested", updatedAt: at + 5, kind: "refund" });
        delete contested.reason;
        await store.commit(commit({ revision: 2 }, { cases: [contested] }));
        expect(await store.findCase("RF-7K2QM")).toEqual(contested);
        expect(await store.listCases({ limit: all })).toEqual([contested]);
        expect(await store.findCase("RF-NONE2")).toBeUndefined();
      });

      it("of a conversation are those, the last opened first", async () => {
        const cases = ["RF-1", "RF-3", "RF-2"].map((number, index) =>
          aCase({ number, openedAt: at + (index > 0 ? 1 : 0) }),
        );
        await store.commit(commit({}, { cases }));
        const others = [aCase({ number: "RF-4", conversationId: "bo" })];
        await store.commit(commit({ id: "bo" }, { cases: others }));
        const [first, second, third] = cases;
        expect(await store.casesOf("anna")).toEqual([second, third, first]);
        expect(await store.casesOf("nobody")).toEqual([]);
      });

      it("list the last opened first, page by page, however many opened at once", async () => {
        const opened = [3, 1, 2, 2, 2, 2, 9].map((minute, index) =>
          aCase({ number: `RF-${index}`, openedAt: at + minute }),
        );
        for (const [index, one] of opened.entries())
          await store.commit(commit({ revision: index + 1 }, { cases: [one] }));
        const pages: Case[][] = [];
        for (let before: Case | undefined; ; before = pages.at(-1)?.at(-1)) {
          const page = await store.listCases(before ? { before, limit: 2 } : { limit: 2 });
          if (page.length === 0) break;
          pages.push(page);
        }
        expect(pages.flat().map((one) => one.number)).toEqual([
          "RF-6",
          "RF-0",
          "RF-5",
          "RF-4",
          "RF-3",
          "RF-2",
          "RF-1",
        ]);
      });
    });

    describe("the desk's queue", () => {
      const alva = { id: "alva", name: "Alva" };
      const decision = {
        outcome: "noRefund",
        clauses: ["5.4b"],
        reasons: "…",
        factsRevision: 1,
        by: alva,
        at: at + 50,
      } as const;
      const opened = (number: string, changes: Partial<Case>): Case =>
        aCase({
          number,
          openedAt: at,
          waitingSince: at,
          urgent: false,
          status: "open",
          waitsFor: "shop",
          language: "fr",
          topic: "drop",
          searchWords: "",
          ...changes,
        });
      const cases = [
        opened("RF-AAAA1", { waitingSince: at + 3, searchWords: "48213 instagramföljare é" }),
        opened("RF-AAAA2", { waitingSince: at + 9, urgent: true, owner: alva }),
        opened("RF-AAAA3", { waitingSince: at + 1, waitsFor: "customer", language: "sv" }),
        opened("RF-AAAA4", { status: "proposed", waitsFor: "customer", topic: "account" }),
        opened("RF-AAAA5", { status: "decided", waitsFor: "customer", decision }),
        opened("RF-AAAA6", { status: "decided", waitingSince: at + 2, decision }),
        opened("RF-AAAA7", {
          status: "closed",
          searchWords: "100%_50 like",
          satisfaction: "fair",
        }),
        opened("RF-AAAA8", { status: "contested", waitingSince: at + 3, firstAnsweredAt: at + 7 }),
      ];
      beforeEach(() => store.commit(commit({}, { cases })));
      const queue = async (filter: CaseFilter) => {
        const found = await store.listQueue({ filter, limit: all });
        expect(await store.countCases(filter)).toBe(found.length);
        const listed = await store.listCases({ filter, limit: all });
        expect(listed.map(({ number }) => number).toSorted()).toEqual(
          found.map(({ number }) => number).toSorted(),
        );
        return found.map(({ number }) => number.slice(-1)).join("");
      };

      it.each<[string, CaseFilter, string]>([
        ["all", {}, "24573618"],
        ["to do: urgent ones first, then whoever waits longest", { stage: "toDo" }, "24618"],
        ["waiting for the customer", { stage: "waiting" }, "3"],
        ["decided", { stage: "decided" }, "5"],
        ["closed", { stage: "closed" }, "7"],
        ["an agent's", { owner: "alva" }, "2"],
        ["nobody's, to do", { stage: "toDo", owner: null }, "4618"],
        ["in a language", { language: "sv" }, "3"],
        ["of a topic", { topic: "account" }, "4"],
        ["by a number, in any letters", { words: "rf-aaaa3" }, "3"],
        ["by all words, in any letters", { words: "  FÖLJARE\n48213 É" }, "1"],
        ["by words of which one is missing", { words: "48213 nowhere" }, ""],
        ["by signs that mean nothing", { words: "%_" }, "7"],
        ["by a sign that would be a pattern", { words: "a%1" }, ""],
      ])("finds %s", async (_name, filter, numbers) => {
        expect(await queue(filter)).toBe(numbers);
      });

      it("goes on page by page behind the last one, whatever happened to it", async () => {
        const pages: Case[] = [];
        for (;;) {
          const after = pages.at(-1);
          const page = await store.listQueue({ filter: {}, ...(after && { after }), limit: 3 });
          if (page.length === 0) break;
          pages.push(...page);
        }
        expect(pages.map(({ number }) => number.slice(-1)).join("")).toBe("24573618");
      });

      it("follows a case that changes", async () => {
        const [first] = cases;
        if (!first) throw new TypeError("no case");
        const changed: Case = { ...first, status: "closed", owner: alva, searchWords: "other" };
        await store.commit(commit({ revision: 2 }, { cases: [changed] }));
        expect(await queue({ stage: "toDo" })).toBe("2468");
        expect(await queue({ owner: "alva" })).toBe("21");
        expect(await queue({ words: "48213" })).toBe("");
      });

      it("counts what was opened or decided since", async () => {
        const numbers = async (since: number) =>
          (await store.caseFigures(since))
            .map(({ number }) => number.slice(-1))
            .toSorted()
            .join("");
        expect(await numbers(at)).toBe("12345678");
        expect(await numbers(at + 1)).toBe("56");
        expect(await numbers(at + 51)).toBe("");
        const found = await store.caseFigures(at);
        expect(found.find(({ number }) => number === "RF-AAAA5")).toEqual({
          number: "RF-AAAA5",
          openedAt: at,
          topic: "drop",
          kind: "review",
          decision,
        });
        expect(found.find(({ number }) => number === "RF-AAAA8")?.firstAnsweredAt).toBe(at + 7);
        expect(found.find(({ number }) => number === "RF-AAAA7")?.satisfaction).toBe("fair");
      });
    });

    describe("countStandings", () => {
      it("counts a flow's conversations by state, those gone silent apart", async () => {
        const stand = (id: string, standing: string, changes: Partial<Conversation> = {}) =>
          store.commit(commit({ id, standing, ...changes }));
        await stand("anna", "filling.askingPrice");
        await stand("bo", "filling.askingPrice");
        await stand("cleo", "filling.askingPrice", { resting: true });
        await stand("dora", "choosingTopic");
        await stand("eve", "choosingTopic", { flow: "warranty" });
        await stand("finn", "choosingTopic", { flowVersion: 2 });
        const counted = await store.countStandings("refund");
        expect(counted).toHaveLength(4);
        expect(counted).toEqual(
          expect.arrayContaining([
            { flowVersion: 1, standing: "filling.askingPrice", resting: false, count: 2 },
            { flowVersion: 1, standing: "filling.askingPrice", resting: true, count: 1 },
            { flowVersion: 1, standing: "choosingTopic", resting: false, count: 1 },
            { flowVersion: 2, standing: "choosingTopic", resting: false, count: 1 },
          ]),
        );
        expect(await store.countStandings("none")).toEqual([]);
      });

      it("follows a conversation from state to state", async () => {
        await store.commit(commit({ standing: "choosingTopic" }));
        await store.commit(commit({ revision: 2, standing: "caseOpen.ready", resting: true }));
        expect(await store.countStandings("refund")).toEqual([
          { flowVersion: 1, standing: "caseOpen.ready", resting: true, count: 1 },
        ]);
      });
    });

    describe("secret", () => {
      it("is 32 bytes, the same ever after, another for each name", async () => {
        const [first, again, other] = await Promise.all(
          ["session", "session", "case"].map((each) => store.secret(each)),
        );
        expect(first).toHaveLength(32);
        expect(again).toEqual(first);
        expect(other).not.toEqual(first);
        expect(await store.secret("session")).toEqual(first);
      });

      it("is unharmed by what a caller does to its bytes", async () => {
        const bytes = await store.secret("session");
        const kept = Uint8Array.from(bytes);
        bytes.fill(0);
        expect(Uint8Array.from(await store.secret("session"))).toEqual(kept);
      });
    });

    describe("marks", () => {
      it("are kept under their names, read by the beginning of them, and forgotten", async () => {
        await store.writeMarks([
          { name: "room:2", value: "b" },
          { name: "room:1", value: "a" },
          { name: "rooms", value: "c" },
          { name: "room", value: "d" },
        ]);
        await store.writeMarks([{ name: "room:2", value: "B" }, { name: "rooms" }]);
        expect(await store.readMarks("room:")).toEqual([
          { name: "room:1", value: "a" },
          { name: "room:2", value: "B" },
        ]);
        expect(await store.readMarks("")).toHaveLength(3);
        expect(await store.readMarks("%_*[")).toEqual([]);
      });

      it("are written all or not at all, and a repeat changes nothing", async () => {
        const marks = [{ name: "a", value: "1" }, { name: "b" }];
        await Promise.all([store.writeMarks(marks), store.writeMarks(marks)]);
        expect(await store.readMarks("")).toEqual([{ name: "a", value: "1" }]);
        await store.writeMarks([]);
      });
    });

    describe("unnamedEvidence", () => {
      const file = (id: string) => ({
        id,
        sha256: "0".repeat(64),
        type: "image/png" as const,
        sizeBytes: 1,
        name: `${id}.png`,
      });
      const given = (id: string): LogBody => ({
        type: "event",
        event: { type: "evidence-given", at, dice: "0a1b2c3d" },
        by: "customer",
        key: "web:1",
        said: { files: [file(id)] },
      });

      it("is what neither a log nor a conversation names", async () => {
        const entries = Array.from({ length: 450 }, (_, index) => typed(`not file-${index}`));
        await store.commit(commit({}, { log: [given("first"), ...entries, given("last")] }));
        await store.commit(commit({ id: "bo" }, { log: [given("others")] }));
        const snapshot = { value: {}, context: { evidence: [file("remembered")] } };
        await store.commit(commit({ id: "cia", snapshot }));
        const asked = ["first", "last", "others", "remembered", "never", "file-3"];
        const unnamed = await store.unnamedEvidence(new Set(asked));
        expect([...unnamed].sort()).toEqual(["file-3", "never"]);
        expect(await store.unnamedEvidence(new Set())).toEqual(new Set());
      });
    });

    it("can be closed twice", async () => {
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });

    it("carries out what was asked before it closes", async () => {
      const asked = store.commit(commit());
      await store.close();
      expect(await asked).toBe("committed");
    });

    if (!reopen) return;

    describe("reopened", () => {
      it("has everything: data, keys, attempts and secrets", async () => {
        await store.commit(full(1));
        await store.commit(full(2));
        await lease(at, 100, all);
        // A lease may end earlier where its holder is known to be gone.
        const before = { ...(await everything()), nextDueAt: expect.any(Number) as number };
        const secret = await store.secret("session");
        store = await reopen(store);
        expect(await everything()).toMatchObject(before);
        expect(await store.secret("session")).toEqual(secret);
        expect(await store.commit(full(2))).toBe("duplicate");
        expect(await lease(at + 100, 100, all)).toMatchObject([{ id: "full-1", attempts: 2 }]);
      });

      it("knows which sends may have happened: those that were leased", async () => {
        await store.commit(commit({ id: "bo" }, { log: [said("b-1")] }));
        await store.settle([later(await leaseOne(at), at)]);
        await store.commit(commit({}, { log: [said("a-1"), said("a-2")], at: at - 1 }));
        await leaseOne(at - 1);
        store = await reopen(store);
        const replies = await lease(at + hourMs, hourMs, all);
        expect(Object.fromEntries(replies.map(({ id, uncertain }) => [id, uncertain]))).toEqual({
          "a-1": true,
          "b-1": false,
        });
        await store.settle([sent("a-1")]);
        expect(await leaseOne(at + hourMs)).toMatchObject({ id: "a-2", uncertain: false });
      });

      it("has what is held, and what became of messages", async () => {
        await store.hold({ inbound: heldFile("k-1"), at, readyAt: at + 5 });
        await store.hold({ inbound: heldWord("k-2"), at, readyAt: at });
        await store.postpone("k-1", at + 9, true);
        await store.commit(commit({ id: "bo" }, { log: [said("b-1"), said("b-2")] }));
        await leaseAll(at);
        await store.settle([{ id: "b-1", outcome: "failed", at, reason: "tooLong" }]);
        await leaseAll(at);
        await store.settle([{ id: "b-2", outcome: "sent", at, receipt: "r", repeated: true }]);
        const look = async () => ({
          held: await store.dueHeld(at + 9, all),
          next: await store.nextDueAt(),
          deliveries: await store.readDeliveries("bo"),
          troubled: await store.listTroubledDeliveries({ limit: all }),
        });
        const before = await look();
        expect(before).toMatchObject({ held: [{ held: [{ attempts: 1 }, {}] }], next: at + 9 });
        expect(before.troubled).toHaveLength(2);
        store = await reopen(store);
        expect(await look()).toEqual(before);
        expect(await store.hold({ inbound: heldFile("k-1"), at, readyAt: at })).toBe("duplicate");
      });
    });
  });
}
