import { StoreUnavailable } from "../../core/errors.ts";
import type { HeldInbound } from "../../core/inbound.ts";
import { createOutage } from "../../core/outage.ts";
import type { Channel } from "../../ports/channel.ts";
import type { Desk } from "../../ports/desk.ts";
import type { Leading, Work } from "../../ports/lead.ts";
import { createCatchUp } from "./catch-up.ts";
import { registerCommands } from "./commands.ts";
import { registerDeskCommands } from "./desk/commands.ts";
import { openDiscordDesk } from "./desk/desk.ts";
import { createDoors } from "./doors.ts";
import { createEvents } from "./events.ts";
import { wordOf } from "./failure.ts";
import { filesOf } from "./files.ts";
import { createGateway } from "./gateway.ts";
import { createInteractions } from "./interactions.ts";
import { createLanes } from "./lanes.ts";
import type { DiscordOptions, Shards } from "./options.ts";
import { fits, inert, nonceOf } from "./outbound.ts";
import { createRest } from "./rest.ts";
import { openRooms } from "./rooms.ts";
import { createSender } from "./send.ts";

const retryMs = 1000;
const drainMs = 5000;

export interface Discord {
  channel: Channel;
  /** Absent where agents don't work there. */
  desk?: Desk;
  /** Connects, now and for ever. */
  start(): void;
  /** Ends after what is under way; the session is left for the next process. */
  close(): Promise<void>;
}

/** @throws StoreUnavailable when what is known of the rooms can't be read. */
export async function openDiscord(options: DiscordOptions): Promise<Discord> {
  const { token, apiRoot, shards, store, accept, texts, clock, log, sleep } = options;
  const rest = createRest({ token, apiRoot, clock, sleep });
  const rooms = await openRooms(store);
  const lanes = createLanes();
  const outage = createOutage();
  let closing = false;
  /** Why something was left to the next process. */
  let left: { error: unknown } | undefined;
  let serving: Leading | undefined;
  let self: Promise<string> | undefined;
  const selfId = () =>
    (self ??= rest
      .patiently((api) => api.users.getCurrent(), drainMs)
      .then(({ id }) => id)
      .catch((error: unknown) => {
        self = undefined;
        throw error;
      }));
  const { supportChannel } = options;
  const doors = createDoors({ rest, rooms, store, clock, supportChannel, selfId, sleep });
  const { evidence } = options;
  const sender = createSender({ rest, rooms, doors, texts, evidence, log });
  const interactions = createInteractions({
    ...options,
    async accept(inbound) {
      if (left) throw left.error;
      await accept(inbound);
    },
    rest,
    rooms,
    doors,
    lanes,
    sender,
  });
  const goOn = () => leaveIfClosing(new Error("the bot closes"));
  const catchUp = createCatchUp({ rest, rooms, lanes, store, take, goOn, log, sleep });
  const desk =
    options.desk &&
    (await openDiscordDesk({
      ...options,
      ...options.desk,
      source: filesOf(rest, apiRoot),
      rest,
      lanes,
      selfId,
      durably,
      goOn,
    }));

  const events = createEvents({ rooms, lanes, catchUp, interactions, desk, accept, durably });

  /** Each time with what the process that served before has left. */
  function serve(): Work {
    const gateway = createGateway({
      token,
      rest: rest.rest,
      shards,
      store,
      prepare: () => rooms.refresh(),
      take: events.take,
      now: () => clock.now(),
      log,
      sleep,
    });
    gateway.start();
    return { stop: () => gateway.close(), mayGoOn: (since) => gateway.mayGoOn(since) };
  }

  function take(inbound: HeldInbound): Promise<void> {
    return durably(() => accept(inbound), inbound);
  }

  /** What is left to the next process is left with all that comes behind it, so that it stays in its order. */
  function leaveIfClosing(error: unknown): void {
    if (!closing) return;
    left = { error };
    throw error;
  }

  /** Until it is durable. @throws Error only while the bot closes: then it comes again. */
  async function durably(work: () => Promise<void>, said?: HeldInbound): Promise<void> {
    for (;;) {
      if (left) throw left.error;
      try {
        await work();
        if (said) outage.kept(said);
        return;
      } catch (error) {
        if (said && error instanceof StoreUnavailable && outage.failed(said, clock.now()))
          sayWaiting(said);
        const { retryable = false } = error as { retryable?: boolean };
        log.error(
          { code: wordOf(error), pauseMs: retryable ? retryMs : 0 },
          "a message of Discord could not be taken",
        );
        if (!retryable) return;
        leaveIfClosing(error);
        await sleep(retryMs).done;
      }
    }
  }

  /** Best effort and beside the lanes: not waited for, not tried again, and nothing where Discord asks for a pause. */
  function sayWaiting({ key, address, language = options.defaultLanguage }: HeldInbound): void {
    if (address === undefined) return;
    const content = texts.in(language).text("chat:outage");
    const nonce = nonceOf(`outage:${key}`);
    void rest
      .ask((api) =>
        api.channels.createMessage(address, { ...inert, content, nonce, enforce_nonce: true }),
      )
      .catch((error: unknown) =>
        log.info({ code: wordOf(error) }, "a customer could not be told of the outage"),
      );
  }

  return {
    ...(desk && { desk: desk.desk }),
    channel: {
      name: "discord",
      concurrency: 32,
      fits,
      send: (reply) => sender.send(reply),
      files: filesOf(rest, apiRoot),
      showTyping(address) {
        void rest.ask((api) => api.channels.showTyping(address)).catch(() => {});
      },
    },
    start() {
      serving = options.lead?.(roleOf(shards), serve) ?? serve();
      void registerCommands({ rest, store, texts }).catch((error: unknown) =>
        log.error(
          { code: wordOf(error) },
          "the slash commands could not be registered; the next start tries again",
        ),
      );
      if (desk) void desk.start();
      else void registerDeskCommands({ rest, store, texts }, undefined).catch(() => {});
    },
    async close() {
      closing = true;
      const late = sleep(drainMs);
      await Promise.race([Promise.all([lanes.idle(), sender.idle()]), late.done]);
      late.abort();
      await serving?.stop();
    },
  };
}

/** Processes with the same shards take turns; with others they serve side by side. */
const roleOf = ({ count, ids }: Shards): string =>
  `discord:${ids ? `${ids.start}-${ids.end}` : "all"}/${count ?? "advised"}`;
