import {
  BotError,
  CustomerUnreachable,
  Moved,
  OutcomeUnknown,
  PlatformUnavailable,
  RateLimited,
  Undeliverable,
} from "../core/errors.ts";
import type { ChannelName } from "../core/conversation.ts";
import type { InboundContent } from "../core/inbound.ts";
import { available, take, type Bucket } from "../core/token-bucket.ts";
import type { Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { LeasedReply, Settlement, Store } from "../ports/store.ts";
import type { Receiver, Reservation } from "./receive.ts";

const leaseMs = 20_000;
const longestPauseMs = 60_000;
/** Where a customer who can't be reached is tried again, should the platform not say that they are back. */
const unreachablePauseMs = 7 * 24 * 3_600_000;
/** Given up at the fifth try; what waits behind it at its first. */
const longestUnreachableMs = 4 * unreachablePauseMs;
/** A fault of our own in a message is not tried for ever. */
const mostUnexpectedTries = 20;
/** Lanes that have not sent for a while have their whole allowance again. */
const mostPaced = 10_000;
/** While the store does not take what became of a send. */
const settlePauseMs = 1000;

export interface Deliverer {
  /** Room for one send on a channel, for a reply that is leased in its commit; undefined where there is none now. */
  reserve(channel: ChannelName): Reservation | undefined;
  /** Starts sending what is due, as much as the channels have room for; resolves when it is leased. */
  start(): Promise<void>;
  /** Resolves when no send is under way. */
  idle(): Promise<void>;
  /** As `idle`; what the store still does not take by then is left to its lease. */
  stop(): Promise<void>;
}

/**
 * Sends the replies that are due, each lane in its order. A slow or throttled
 * lane holds up no other.
 */
export function createDeliverer(parts: {
  store: Store;
  channels: readonly Channel[];
  receiver: Pick<Receiver, "receive">;
  clock: Clock;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
  /** Called when a send has ended: its lane may go on, and there is room for another. */
  settled: (reply: LeasedReply) => void;
}): Deliverer {
  const { store, clock, log, receiver, sleep, settled } = parts;
  const outlets = parts.channels.map((channel) => ({
    channel,
    underWay: new Map<string, Promise<Settlement>>(),
    reserved: 0,
    /** Others may wait for room: what is new must not overtake them. */
    isBehind: true,
    all: undefined as Bucket | undefined,
    lanes: new Map<string, Bucket>(),
    /** While the platform is away or refuses the bot as a whole, no lane knocks. */
    shut: { until: 0, times: 0 },
  }));
  type Outlet = (typeof outlets)[number];
  const naps = new Set<{ abort: () => void }>();
  let stopped = false;

  return {
    reserve(name) {
      const outlet = outlets.find(({ channel }) => channel.name === name);
      const now = clock.now();
      if (!outlet || stopped || outlet.isBehind || outlet.shut.until > now) return undefined;
      if (roomOn(outlet) < 1) return undefined;
      outlet.reserved++;
      return {
        until: now + leaseMs,
        take: (reply) => send(outlet, reply),
        giveBack: () => outlet.reserved--,
      };
    },
    async start() {
      await Promise.all(outlets.map(startOn));
    },
    idle,
    async stop() {
      stopped = true;
      for (const nap of naps) nap.abort();
      await idle();
    },
  };

  async function idle(): Promise<void> {
    await Promise.all(outlets.flatMap(({ underWay }) => [...underWay.values()]));
  }

  async function startOn(outlet: Outlet): Promise<void> {
    const { name } = outlet.channel;
    const limit = roomOn(outlet);
    if (limit <= 0) {
      outlet.isBehind = true;
      return;
    }
    const leased = await store.lease({ channel: name, now: clock.now(), leaseMs, limit });
    outlet.isBehind = leased.length >= limit;
    for (const reply of leased) send(outlet, reply);
  }

  function send(outlet: Outlet, reply: LeasedReply): void {
    const { underWay } = outlet;
    const sending = deliver(outlet, reply, underWay.get(reply.id)).finally(() => {
      if (underWay.get(reply.id) === sending) underWay.delete(reply.id);
      settled(reply);
    });
    underWay.set(reply.id, sending);
  }

  /**
   * Never rejects. What is known of a send is told until the store takes it:
   * forgotten, it would be sent again.
   *
   * @param earlier of the same reply, leased again before its end is known
   *   here: its lease ran out, or it may go at once. What became of it counts.
   */
  async function deliver(
    outlet: Outlet,
    reply: LeasedReply,
    earlier: Promise<Settlement> | undefined,
  ): Promise<Settlement> {
    const before = await earlier;
    const { attempts } = reply;
    const known =
      before && "retryAt" in before
        ? before.retryAt > clock.now() && { ...before, attempts }
        : before;
    const settlement = known || (await attempt(outlet, reply));
    for (;;) {
      try {
        await store.settle([settlement]);
        return settlement;
      } catch (error) {
        log.error(
          { reply: reply.id, code: codeOf(error) },
          "what became of a reply can't be kept yet",
        );
        if (stopped) return settlement;
        const nap = sleep(settlePauseMs);
        naps.add(nap);
        await nap.done;
        naps.delete(nap);
      }
    }
  }

  async function attempt(outlet: Outlet, reply: LeasedReply): Promise<Settlement> {
    const { id, attempts } = reply;
    const shutMs = outlet.shut.until - clock.now();
    const waitMs = shutMs > 0 ? shutMs : laneWait(outlet, reply);
    // Given back, so that a lane that waits for its pace takes no room from the others.
    if (waitMs > 0) return { id, outcome: "later", attempts, retryAt: clock.now() + waitMs };
    takeRoom(outlet);
    try {
      const { receipt, repeated } = await outlet.channel.send(reply);
      open(outlet);
      return {
        id,
        outcome: "sent",
        at: clock.now(),
        ...(receipt !== undefined && { receipt }),
        ...(repeated && { repeated }),
      };
    } catch (error) {
      if (error instanceof PlatformUnavailable) close(outlet, error);
      return settlementOf(error, reply).catch((unreported: unknown) => {
        // Refused for certain; as the conversation can't be told now, the platform is asked again.
        log.error({ reply: id, code: codeOf(unreported) }, "what a platform says can't be taken");
        return { id, outcome: "later", attempts, retryAt: clock.now() + settlePauseMs };
      });
    }
  }

  /** Sends that were under way together shut it once. */
  function close({ channel: { name }, shut }: Outlet, { message: why }: PlatformUnavailable): void {
    const now = clock.now();
    if (now < shut.until) return;
    shut.times++;
    shut.until = now + backOff(shut.times);
    if (shut.times === 1) log.error({ channel: name, why }, "no reply can be sent; all wait");
  }

  function open({ channel: { name }, shut }: Outlet): void {
    if (shut.times > 0) log.info({ channel: name }, "replies are sent again");
    shut.times = 0;
    shut.until = 0;
  }

  async function settlementOf(error: unknown, reply: LeasedReply): Promise<Settlement> {
    const { id, attempts } = reply;
    const now = clock.now();
    if (error instanceof CustomerUnreachable) return unreachable(error, reply);
    if (error instanceof Moved) await report(reply, { type: "moved" }, error.address);
    const givenUp =
      error instanceof Undeliverable ||
      (attempts >= mostUnexpectedTries && !(error instanceof BotError && error.retryable));
    if (givenUp)
      return giveUp(error, reply, error instanceof Undeliverable ? error.reason : "unexpected");
    const pauseMs = pauseAfter(error, reply);
    log.warn(
      { reply: id, code: codeOf(error), pauseMs },
      "a reply could not be sent and is tried again",
    );
    const outcome = error instanceof OutcomeUnknown ? "unknown" : "later";
    return { id, outcome, attempts, retryAt: now + pauseMs };
  }

  /** The lane waits until the customer is back; a decision must not be lost to a block. */
  async function unreachable(error: CustomerUnreachable, reply: LeasedReply): Promise<Settlement> {
    const { id, attempts, unreachableAt } = reply;
    const { reason } = error;
    const now = clock.now();
    log.info({ reply: id, reason }, "a customer can't be reached");
    await report(reply, { type: "unreachable", reason });
    return now - (unreachableAt ?? now) < longestUnreachableMs
      ? { id, outcome: "later", attempts, retryAt: now + unreachablePauseMs }
      : giveUp(error, reply, reason);
  }

  async function giveUp(error: unknown, reply: LeasedReply, reason: string): Promise<Settlement> {
    const { id } = reply;
    log.error({ reply: id, code: codeOf(error), reason }, "a reply could not be delivered");
    await report(reply, { type: "undelivered", message: id, reason });
    return { id, outcome: "failed", at: clock.now(), reason };
  }

  /** What the platform says of the customer enters at the left, before the reply is settled: a crash in between says it again. */
  async function report(
    { id, conversationId, channel, attempts }: LeasedReply,
    content: InboundContent,
    address?: string,
  ): Promise<void> {
    // Given up is a reply once; everything else may be said of each try.
    const which = content.type === "undelivered" ? "" : `:${attempts}`;
    const key = `delivery:${id}:${content.type}${which}`;
    const to = address !== undefined && { address };
    await receiver.receive({ key, conversationId, channel, ...to, content });
  }

  /** How long the lane has to wait for its own pace. */
  function laneWait({ channel: { pace }, lanes }: Outlet, reply: LeasedReply): number {
    if (!pace) return 0;
    const { address = "", conversationId } = reply;
    const lane = (pace.placeOf?.(address) ?? address) || conversationId;
    if (lanes.size > mostPaced) lanes.clear();
    const taken = take(lanes.get(lane), clock.now(), pace.of(address));
    lanes.set(lane, taken.bucket);
    return taken.ok ? 0 : taken.retryAfterMs;
  }

  /**
   * How many messages may be leased now. None that has to wait for the pace of
   * all: its lease would run out, or the bot could not end.
   */
  function roomOn({ channel: { concurrency, pace }, all, underWay, reserved }: Outlet): number {
    const paced = pace ? Math.floor(available(all, clock.now(), pace.all)) : Infinity;
    return Math.min(concurrency - underWay.size, paced) - reserved;
  }

  function takeRoom(outlet: Outlet): void {
    const { pace } = outlet.channel;
    if (pace) outlet.all = take(outlet.all, clock.now(), pace.all).bucket;
  }
}

function pauseAfter(error: unknown, { attempts, address }: LeasedReply): number {
  if (error instanceof RateLimited) return error.retryAfterMs;
  // A chat that moves to where it is would be tried without end.
  return error instanceof Moved && error.address !== address ? 0 : backOff(attempts);
}

const backOff = (times: number): number => Math.min(longestPauseMs, 500 * 2 ** Math.min(times, 7));

const codeOf = (error: unknown): string => (error instanceof BotError ? error.code : "unexpected");
