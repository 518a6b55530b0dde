import {
  GatewayDispatchEvents,
  type APIMessage,
  type GatewayDispatchPayload,
} from "@discordjs/core";
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
import { wordOf } from "./failure.ts";
import { filesOf } from "./files.ts";
import { createGateway, type ShardOf } from "./gateway.ts";
import { readDeletion, readEdit, readMessage } from "./inbound.ts";
import { userOf } from "./interaction.ts";
import { createInteractions } from "./interactions.ts";
import { createLanes } from "./lanes.ts";
import type { DiscordOptions, Shards } from "./options.ts";
import { fits, inert, nonceOf } from "./outbound.ts";
import { createRest } from "./rest.ts";
import { openRooms, type Room } from "./rooms.ts";
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
  const interactions = createInteractions({ ...options, rest, rooms, doors, lanes, sender });
  const isClosing = () => closing;
  const catchUp = createCatchUp({ rest, rooms, lanes, store, take, isClosing, log, sleep });
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
      isClosing,
    }));

  /** Each time with what the process that served before has left. */
  function serve(): Work {
    const gateway = createGateway({
      token,
      rest: rest.rest,
      shards,
      store,
      prepare: () => rooms.refresh(),
      take: takeEvent,
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

  /** Until it is durable. @throws Error only while the bot closes: then it comes again. */
  async function durably(work: () => Promise<void>, said?: HeldInbound): Promise<void> {
    for (;;) {
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
        if (closing) throw error;
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

  async function takeEvent(event: GatewayDispatchPayload, shard: ShardOf): Promise<void> {
    const { t: type, d } = event;
    if (type === GatewayDispatchEvents.Ready)
      await Promise.all([
        catchUp.all([...rooms.all()].filter((room) => shardOf(room, shard) === shard.id)),
        desk?.catchUp(),
      ]);
    else if (type === GatewayDispatchEvents.MessageCreate) await takeMessage(d, d.guild_id);
    else if (type === GatewayDispatchEvents.MessageUpdate) await takeEdit(d, d.guild_id);
    else if (type === GatewayDispatchEvents.MessageDelete)
      await takeDeletions(d.channel_id, [d.id]);
    else if (type === GatewayDispatchEvents.MessageDeleteBulk)
      await takeDeletions(d.channel_id, d.ids);
    else if (type === GatewayDispatchEvents.InteractionCreate && desk?.isOurs(d))
      await desk.take(d);
    else if (type === GatewayDispatchEvents.InteractionCreate) {
      catchUp.hurry(userOf(d).id);
      await interactions.take(d);
    } else if (
      type === GatewayDispatchEvents.ThreadDelete ||
      type === GatewayDispatchEvents.ChannelDelete
    ) {
      if (rooms.get(d.id)) await rooms.forget(d.id);
      await desk?.forget(d.id);
    }
  }

  async function takeMessage(message: APIMessage, guildId: string | undefined): Promise<void> {
    const room = roomOf(message, guildId) ?? (await roomElsewhere(message));
    if (!room && guildId !== undefined) await desk?.wrote(message);
    const inbound = room && readMessage(message, room);
    if (!inbound) return;
    catchUp.hurry(room.userId);
    const taking = async () => {
      await rooms.keep(room);
      await accept(inbound);
      await rooms.saw(room.channelId, message.id);
    };
    await lanes.run(room.userId, () => durably(taking, inbound));
  }

  async function takeEdit(message: APIMessage, guildId: string | undefined): Promise<void> {
    const room = roomOf(message, guildId) ?? (await roomElsewhere(message));
    if (!room && guildId !== undefined) await desk?.edited(message);
    const inbound = room && readEdit(message, room);
    if (inbound) await lanes.run(room.userId, () => take(inbound));
  }

  async function takeDeletions(channelId: string, ids: readonly string[]): Promise<void> {
    const room = rooms.get(channelId);
    if (!room) return;
    await lanes.run(room.userId, async () => {
      for (const id of ids) await take(readDeletion(id, room));
    });
  }

  /** A direct message is its writer's room; a channel of a guild only if it was opened as one. */
  function roomOf(message: APIMessage, guildId: string | undefined): Room | undefined {
    const known = rooms.get(message.channel_id);
    if (known || guildId !== undefined || !message.author || message.author.bot) return known;
    return { channelId: message.channel_id, userId: message.author.id };
  }

  /** One that another process has opened, to which this one sent. */
  async function roomElsewhere({ channel_id: id, author }: APIMessage): Promise<Room | undefined> {
    let room: Room | undefined;
    if (author && !author.bot) await durably(async () => void (room = await rooms.find(id)));
    return room;
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

/** Gateway, "Sharding": direct messages come on the first one. */
const shardOf = ({ guildId }: Room, { count }: ShardOf): number =>
  guildId === undefined ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count));
