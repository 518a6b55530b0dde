import type { Case } from "../core/case.ts";
import {
  BotError,
  OutcomeUnknown,
  RateLimited,
  ThreadGone,
  Undeliverable,
} from "../core/errors.ts";
import {
  afterLoss,
  afterStep,
  type DeskStep,
  firstPlace,
  notBegun,
  type Place,
} from "../core/following.ts";
import { nextStep } from "../core/next-step.ts";
import { available, type Bucket, take } from "../core/token-bucket.ts";
import type { Desk } from "../ports/desk.ts";
import type { Log } from "../ports/log.ts";
import type { KeptFollowing, LeasedFollowing, Store } from "../ports/store.ts";
import { createLook, type LookParts } from "./followed.ts";

const leaseMs = 30_000;
const casePage = 200;
const doubtPauseMs = 500;
const longestPauseMs = 60_000;

export interface Follower {
  /** Follows as well what was opened before the desks were there and is not decided. */
  begin(): Promise<void>;
  /** Starts showing what is new, as much as the desks have room for. */
  start(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Parts extends LookParts {
  desks: readonly Desk[];
  store: LookParts["store"] &
    Pick<Store, "follow" | "leaseFollowing" | "listQueue" | "keepFollowing" | "writeMarks">;
  log: Log;
  /** Called when there may be more to show. */
  ready: () => void;
}

/** The mark under which a thread's case is found. */
export const threadMark = (desk: Desk["name"], thread: string): string =>
  `desk:${desk}:thread:${thread}`;

/**
 * Shows at each desk what happens in the conversations that have a case: a
 * thread for each case with its card, and what is said. It follows the log,
 * which has everything, so that nothing is lost when a desk is away, and what
 * waits becomes one post.
 */
export function createFollower(parts: Parts): Follower {
  const { store, clock, log, ready } = parts;
  const look = createLook(parts);
  const desks = parts.desks.map((desk) => ({
    desk,
    underWay: new Set<Promise<void>>(),
    room: undefined as Bucket | undefined,
    /** While the platform asks the whole forum for a pause. */
    shutUntil: 0,
    tries: new Map<string, number>(),
  }));
  type Served = (typeof desks)[number];

  return {
    async begin() {
      if (desks.length === 0) return;
      for (const stage of ["toDo", "waiting"] as const)
        for await (const { conversationId } of queued(stage))
          for (const { desk } of desks) await store.follow(desk.name, conversationId, clock.now());
      ready();
    },
    async start() {
      await Promise.all(desks.map(startOn));
    },
    async idle() {
      await Promise.all(desks.flatMap(({ underWay }) => [...underWay]));
    },
  };

  async function* queued(stage: "toDo" | "waiting"): AsyncGenerator<Case> {
    let after: Case | undefined;
    do {
      const page = await store.listQueue({
        filter: { stage },
        ...(after && { after }),
        limit: casePage,
      });
      yield* page;
      after = page.length < casePage ? undefined : page.at(-1);
    } while (after);
  }

  async function startOn(served: Served): Promise<void> {
    const { desk, underWay } = served;
    const limit = Math.min(desk.concurrency - underWay.size, roomOn(served));
    if (limit <= 0) return;
    const query = { desk: desk.name, now: clock.now(), leaseMs, limit };
    for (const leased of await store.leaseFollowing(query)) {
      const following = follow(served, leased).finally(() => {
        underWay.delete(following);
        ready();
      });
      underWay.add(following);
    }
  }

  /** Never rejects: what can't be shown now is shown later. */
  async function follow(served: Served, leased: LeasedFollowing): Promise<void> {
    const { conversationId } = leased;
    try {
      await showAll(served, leased);
      served.tries.delete(conversationId);
    } catch (error) {
      const code = error instanceof BotError ? error.code : "unexpected";
      const { name } = served.desk;
      // Its lease runs out.
      log.error({ desk: name, conversation: conversationId, code }, "a desk can't go on for now");
    }
  }

  async function showAll(served: Served, leased: LeasedFollowing): Promise<void> {
    let place = leased.place === undefined ? undefined : (JSON.parse(leased.place) as Place);
    let again = place?.begun?.id;
    const keep = (now: Place, next: KeptFollowing["next"]) =>
      store.keepFollowing({ ...leased, place: JSON.stringify(now), next });
    let followed = await look(served.desk, leased.conversationId, place?.seq ?? 0);
    place ??= firstPlace(followed.entries, followed.cases);
    for (;;) {
      const step = nextStep(place, followed);
      if (step === undefined || step === "soon") {
        await keep(place, step ? { retryAt: clock.now() + doubtPauseMs } : "nothing");
        return;
      }
      if (step.type === "pass") {
        place = afterStep(place, step, "");
        continue;
      }
      if (roomOn(served) < 1) {
        await keep(place, { retryAt: clock.now() + 1000 });
        return;
      }
      const { id } = step;
      const upTo = step.type === "post" ? step.upTo : undefined;
      place = { ...place, begun: { id, ...(upTo !== undefined && { upTo }) } };
      // Known before it is done, so that whoever comes after a crash knows that it may have been.
      if (!(await keep(place, { leasedUntil: clock.now() + leaseMs }))) return;
      takeRoom(served);
      try {
        const found = await carryOut(served.desk, leased.conversationId, step, again === id);
        place = afterStep(place, step, found);
        again = undefined;
      } catch (error) {
        const after = await afterFailure(served, leased, place, step, error);
        place = after.place;
        again = undefined;
        if (after.retryAt !== undefined) {
          await keep(place, { retryAt: after.retryAt });
          return;
        }
        followed = await look(served.desk, leased.conversationId, place.seq);
      }
    }
  }

  async function carryOut(
    desk: Desk,
    conversationId: string,
    step: Exclude<DeskStep, { type: "pass" }>,
    again: boolean,
  ): Promise<string> {
    switch (step.type) {
      case "open": {
        const thread = await desk.open(step.card, again);
        const value = JSON.stringify({ number: step.card.number, conversationId });
        await store.writeMarks([{ name: threadMark(desk.name, thread), value }]);
        return thread;
      }
      case "show":
        return desk.show(step.thread, step.card, step.shown, again);
      case "post":
        await desk.post(step.thread, step.post, `${conversationId}:${step.id}`, again);
        return "";
    }
  }

  /** Where to go on, and when if not at once. */
  async function afterFailure(
    served: Served,
    { conversationId }: LeasedFollowing,
    place: Place,
    step: Exclude<DeskStep, { type: "pass" }>,
    error: unknown,
  ): Promise<{ place: Place; retryAt?: number }> {
    const { desk, tries } = served;
    const code = error instanceof BotError ? error.code : "unexpected";
    const facts = { desk: desk.name, conversation: conversationId, code };
    if (error instanceof ThreadGone && step.type !== "open") {
      log.warn(facts, "a case's thread is gone and is opened anew");
      const { entries, cases } = await look(desk, conversationId, 0);
      return { place: afterLoss(place, step.thread, entries, cases) };
    }
    if (error instanceof Undeliverable && step.type === "post") {
      log.error({ ...facts, reason: error.reason }, "a desk's platform refuses a post");
      return { place: afterStep(place, step, "") };
    }
    const count = (tries.get(conversationId) ?? 0) + 1;
    tries.set(conversationId, count);
    const backOffMs = Math.min(longestPauseMs, 500 * 2 ** Math.min(count, 7));
    const pauseMs = error instanceof RateLimited ? error.retryAfterMs : backOffMs;
    log.warn({ ...facts, pauseMs }, "a desk can't be told for now");
    if (desk.pace) served.shutUntil = clock.now() + pauseMs;
    // What was certainly not done is not found by looking for it.
    const isOpen = error instanceof OutcomeUnknown || !(error instanceof BotError);
    return { place: isOpen ? place : notBegun(place), retryAt: clock.now() + pauseMs };
  }

  function roomOn({ desk: { pace }, room, shutUntil }: Served): number {
    if (clock.now() < shutUntil) return 0;
    return pace ? Math.floor(available(room, clock.now(), pace)) : Infinity;
  }

  function takeRoom(served: Served): void {
    const { pace } = served.desk;
    if (pace) served.room = take(served.room, clock.now(), pace).bucket;
  }
}
