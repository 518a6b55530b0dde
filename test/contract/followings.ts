import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptFollowing, LeasedFollowing, Store } from "../../src/ports/store.ts";
import { aCase, commit, said } from "./store.ts";

const at = commit().at;
const leaseMs = 20_000;
const far = at + 10 * leaseMs;

/** The promises of `ports/store.ts` about what desks follow, and what they read of it; `reopen` as in the store's contract. */
export function followingsContract(
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

    const withCase = (id = "anna", when = at) =>
      store.commit(
        commit(
          { id },
          {
            cases: [aCase({ number: `RF-${id}`, conversationId: id })],
            follows: ["telegram", "discord"],
            at: when,
          },
        ),
      );
    const more = (revision: number, when: number, id = "anna") =>
      store.commit(commit({ id, revision }, { at: when, follows: ["telegram", "discord"] }));
    const lease = (now: number, limit = 10, desk: "telegram" | "discord" = "telegram") =>
      store.leaseFollowing({ desk, now, leaseMs, limit });
    const leaseOne = async (now: number): Promise<LeasedFollowing> => {
      const [one] = await lease(now, 1);
      if (!one) throw new Error(`nothing is due at ${now}`);
      return one;
    };
    const keep = (one: LeasedFollowing, next: KeptFollowing["next"], place = "here") =>
      store.keepFollowing({ ...one, place, next });

    it("begins with the first case, for each desk, and not before", async () => {
      await store.commit(commit({}, { follows: ["telegram"] }));
      expect(await lease(far)).toEqual([]);
      await withCase("bo");
      expect(await lease(at - 1)).toEqual([]);
      expect(await lease(at)).toEqual([{ desk: "telegram", conversationId: "bo", lease: 1 }]);
      expect(await lease(at, 10, "discord")).toMatchObject([{ conversationId: "bo" }]);
    });

    it("is none for a desk that the commit does not name", async () => {
      await store.commit(commit({}, { cases: [aCase()], follows: ["discord"] }));
      expect(await lease(far)).toEqual([]);
    });

    it("can be begun for a conversation of before, once", async () => {
      await store.commit(commit({}, { cases: [aCase()] }));
      await store.follow("telegram", "anna", at + 5);
      expect(await lease(at + 4)).toEqual([]);
      const one = await leaseOne(at + 5);
      await keep(one, "nothing");
      await store.follow("telegram", "anna", at + 6);
      expect(await lease(far)).toEqual([]);
    });

    it("is leased once by many at once, and again when the lease has run out", async () => {
      await withCase();
      const leases = await Promise.all(Array.from({ length: 10 }, () => lease(at)));
      expect(leases.flat()).toHaveLength(1);
      expect(await lease(at + leaseMs - 1)).toEqual([]);
      expect(await lease(at + leaseMs)).toMatchObject([{ lease: 2 }]);
    });

    it("comes the longest due first, at most the limit", async () => {
      for (const [id, when] of [
        ["c", at + 3],
        ["a", at + 1],
        ["b", at + 2],
      ] as const)
        await withCase(id, when);
      const ids = (await lease(far, 2)).map(({ conversationId }) => conversationId);
      expect(ids).toEqual(["a", "b"]);
      expect(await lease(far, 2)).toMatchObject([{ conversationId: "c" }]);
    });

    it("rests once it is kept, until something is committed", async () => {
      await withCase();
      expect(await keep(await leaseOne(at), "nothing", "at 3")).toBe(true);
      expect(await lease(far)).toEqual([]);
      await more(2, at + 50);
      expect(await lease(at + 49)).toEqual([]);
      expect(await lease(at + 50)).toMatchObject([{ place: "at 3" }]);
    });

    it("is due again at once where something was committed during the lease", async () => {
      await withCase();
      const one = await leaseOne(at);
      await more(2, at + 1);
      expect(await lease(at + 1)).toEqual([]);
      await keep(one, "nothing");
      expect(await lease(at + 1)).toMatchObject([{ lease: 2 }]);
    });

    it("waits until it is to be tried again, whatever is committed meanwhile", async () => {
      await withCase();
      await keep(await leaseOne(at), { retryAt: at + 100 });
      await more(2, at + 1);
      expect(await lease(at + 99)).toEqual([]);
      expect(await lease(at + 100)).toHaveLength(1);
    });

    it("can be kept and held on to, and then longer", async () => {
      await withCase();
      const one = await leaseOne(at);
      expect(await keep(one, { leasedUntil: at + 3 * leaseMs }, "sending 4")).toBe(true);
      expect(await lease(at + 3 * leaseMs - 1)).toEqual([]);
      expect(await lease(at + 3 * leaseMs)).toMatchObject([{ place: "sending 4", lease: 2 }]);
    });

    it("takes nothing from a lease that another has followed, nor twice from one", async () => {
      await withCase();
      const old = await leaseOne(at);
      const next = await leaseOne(at + leaseMs);
      expect(await keep(old, "nothing", "old")).toBe(false);
      expect(await keep(old, { leasedUntil: far }, "old")).toBe(false);
      expect(await keep(next, "nothing", "new")).toBe(true);
      expect(await keep(next, "nothing", "newer")).toBe(false);
      await more(2, at);
      expect(await lease(far)).toMatchObject([{ place: "new" }]);
    });

    it("is due again once a reply of the conversation was sent or given up, not while one is tried", async () => {
      const log = [said("m-1"), said("m-2")];
      await store.commit(commit({}, { cases: [aCase()], follows: ["telegram"], log }));
      await keep(await leaseOne(at), "nothing");
      const reply = { channel: "web" as const, now: at, leaseMs, limit: 1 };
      await store.lease(reply);
      await store.settle([{ id: "m-1", outcome: "later", attempts: 1, retryAt: at + 1 }]);
      expect(await lease(far)).toEqual([]);
      await store.lease({ ...reply, now: at + 1 });
      await store.settle([{ id: "m-1", outcome: "sent", at: at + 7 }]);
      expect(await lease(at + 6)).toEqual([]);
      await keep(await leaseOne(at + 7), "nothing");
      await store.lease({ ...reply, now: at + 8 });
      await store.settle([{ id: "m-2", outcome: "failed", at: at + 9, reason: "gone" }]);
      expect(await lease(at + 9)).toHaveLength(1);
    });

    it("counts for when something is due, for these desks", async () => {
      await withCase("anna", at + 5);
      expect(await store.nextDueAt()).toBe(at + 5);
      expect(await store.nextDueAt([], ["discord"])).toBe(at + 5);
      expect(await store.nextDueAt([], [])).toBeUndefined();
      await keep(await leaseOne(at + 5), { retryAt: at + 500 });
      expect(await store.nextDueAt([], ["telegram"])).toBe(at + 500);
    });

    it.runIf(reopen)("is there again after a restart", async () => {
      await withCase();
      await keep(await leaseOne(at), { leasedUntil: at + leaseMs }, "sending 2");
      if (reopen) store = await reopen(store);
      expect(await lease(at + leaseMs)).toMatchObject([{ place: "sending 2", lease: 2 }]);
    });

    describe("what is unsent", () => {
      it("waits or may have been sent, and is gone once it is settled", async () => {
        const log = [said("m-1"), said("m-2")];
        await store.commit(commit({}, { log }));
        const waits = [
          { messageId: "m-1", seq: 1, state: "waiting" },
          { messageId: "m-2", seq: 2, state: "waiting" },
        ];
        expect(await store.readUnsent("anna")).toEqual(waits);
        await store.lease({ channel: "web", now: at, leaseMs, limit: 1 });
        expect(await store.readUnsent("anna")).toEqual([
          { ...waits[0], state: "unknown" },
          waits[1],
        ]);
        await store.settle([{ id: "m-1", outcome: "later", attempts: 1, retryAt: at }]);
        expect(await store.readUnsent("anna")).toEqual(waits);
        await store.lease({ channel: "web", now: at, leaseMs, limit: 1 });
        await store.settle([{ id: "m-1", outcome: "sent", at }]);
        expect(await store.readUnsent("anna")).toEqual([waits[1]]);
        expect(await store.readUnsent("bo")).toEqual([]);
      });
    });

    it("gives a reply that takes a message's place the receipt of that message", async () => {
      const first = said("m-1");
      const instead = said("m-2");
      const other = said("m-3");
      const log = [
        first,
        { ...instead, message: { ...instead.message, replaces: "m-1" } },
        { ...other, message: { ...other.message, replaces: "m-0" } },
      ];
      await store.commit(commit({}, { log }));
      const take = async () =>
        (await store.lease({ channel: "web", now: at, leaseMs, limit: 1 }))[0];
      await take();
      await store.settle([{ id: "m-1", outcome: "sent", at, receipt: "77" }]);
      expect(await take()).toMatchObject({ id: "m-2", replacesReceipt: "77" });
      await store.settle([{ id: "m-2", outcome: "sent", at }]);
      const third = await take();
      expect(third?.id).toBe("m-3");
      expect(third).not.toHaveProperty("replacesReceipt");
    });

    describe("a role", () => {
      it("is one owner's at a time, for as long as it is kept", async () => {
        expect(await store.claim("poll", "one", at, 1000)).toBe(true);
        expect(await store.claim("poll", "two", at + 999, 1000)).toBe(false);
        expect(await store.claim("poll", "one", at + 999, 1000)).toBe(true);
        expect(await store.claim("poll", "two", at + 1998, 1000)).toBe(false);
        expect(await store.claim("other", "two", at, 1000)).toBe(true);
        expect(await store.claim("poll", "two", at + 1999, 1000)).toBe(true);
        expect(await store.claim("poll", "one", at + 2000, 1000)).toBe(false);
      });

      it("is given to one of many at once", async () => {
        const owners = Array.from({ length: 10 }, (_, index) => `owner-${index}`);
        const claims = await Promise.all(
          owners.map((owner) => store.claim("poll", owner, at, 1000)),
        );
        expect(claims.filter(Boolean)).toHaveLength(1);
      });

      it("is free at once when its owner gives it back, and no other", async () => {
        await store.claim("poll", "one", at, 1000);
        await store.unclaim("poll", "two");
        expect(await store.claim("poll", "two", at, 1000)).toBe(false);
        await store.unclaim("poll", "one");
        expect(await store.claim("poll", "two", at, 1000)).toBe(true);
      });
    });

    it("reads one mark by its whole name", async () => {
      await store.writeMarks([
        { name: "desk:1", value: "one" },
        { name: "desk:12", value: "twelve" },
      ]);
      expect(await store.readMark("desk:1")).toBe("one");
      expect(await store.readMark("desk:")).toBeUndefined();
    });
  });
}
