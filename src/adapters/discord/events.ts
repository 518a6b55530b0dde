import {
  GatewayDispatchEvents,
  type APIInteraction,
  type APIMessage,
  type GatewayDispatchPayload,
} from "@discordjs/core";
import type { HeldInbound } from "../../core/inbound.ts";
import type { CatchUp } from "./catch-up.ts";
import type { DiscordDesk } from "./desk/desk.ts";
import type { ShardOf } from "./gateway.ts";
import { readDeletion, readEdit, readMessage } from "./inbound.ts";
import { userOf } from "./interaction.ts";
import type { Interactions } from "./interactions.ts";
import type { Lanes } from "./lanes.ts";
import type { Room, Rooms } from "./rooms.ts";

/** What the gateway brings, each customer's in its order. */
export interface Events {
  /** Resolves when what it brought is durable. @throws Error only while the bot closes: then it comes again. */
  take: (event: GatewayDispatchPayload, shard: ShardOf) => Promise<void>;
}

export function createEvents(parts: {
  rooms: Rooms;
  lanes: Lanes;
  catchUp: CatchUp;
  interactions: Interactions;
  desk: DiscordDesk | undefined;
  accept: (inbound: HeldInbound) => Promise<void>;
  /** Until it is durable; `said` is whose customer is told of an outage. */
  durably: (work: () => Promise<void>, said?: HeldInbound) => Promise<void>;
}): Events {
  const { rooms, lanes, catchUp, interactions, desk, accept, durably } = parts;
  /** Until the rooms are known in which something may have been said before this session. */
  let finding: Promise<unknown> | undefined;

  return {
    async take(event, shard) {
      const { t: type, d } = event;
      if (type === GatewayDispatchEvents.Ready) await begin(shard);
      else if (type === GatewayDispatchEvents.InteractionCreate) await interacted(d);
      else {
        if (finding) await finding;
        await takeSaid(event);
      }
    },
  };

  /**
   * A session that resumes no other: whatever is said from now on waits until
   * what was said before is in its lane, in rooms too that another process has
   * opened until just now.
   */
  async function begin(shard: ShardOf): Promise<void> {
    const mine = () => [...rooms.all()].filter((room) => shardOf(room, shard) === shard.id);
    const already = mine();
    const ids = new Set(already.map(({ channelId }) => channelId));
    const caughtUp = [catchUp.all(already)];
    const refresh = async () => {
      await durably(() => rooms.refresh());
      caughtUp.push(catchUp.all(mine().filter(({ channelId }) => !ids.has(channelId))));
    };
    const found = Promise.all([finding, refresh()]);
    finding = found;
    await found;
    if (finding === found) finding = undefined;
    await Promise.all([...caughtUp, desk?.catchUp()]);
  }

  async function interacted(interaction: APIInteraction): Promise<void> {
    if (desk?.isOurs(interaction)) return desk.take(interaction);
    catchUp.hurry(userOf(interaction).id);
    await interactions.take(interaction);
  }

  async function takeSaid({ t: type, d }: GatewayDispatchPayload): Promise<void> {
    if (type === GatewayDispatchEvents.MessageCreate) await takeMessage(d, d.guild_id);
    else if (type === GatewayDispatchEvents.MessageUpdate) await takeEdit(d, d.guild_id);
    else if (type === GatewayDispatchEvents.MessageDelete)
      await takeDeletions(d.channel_id, [d.id]);
    else if (type === GatewayDispatchEvents.MessageDeleteBulk)
      await takeDeletions(d.channel_id, d.ids);
    else if (
      type === GatewayDispatchEvents.ThreadDelete ||
      type === GatewayDispatchEvents.ChannelDelete
    ) {
      if (rooms.get(d.id)) await rooms.forget(d.id);
      await desk?.forget(d.id);
    }
  }

  async function takeMessage(message: APIMessage, guildId: string | undefined): Promise<void> {
    catchUp.hurry(message.author.id);
    const isCustomers = await inRoomOf(message, guildId, async (room) => {
      const inbound = readMessage(message, room);
      if (!inbound) return;
      const taking = async () => {
        await rooms.keep(room);
        await accept(inbound);
        await rooms.saw(room.channelId, message.id);
      };
      await durably(taking, inbound);
    });
    if (!isCustomers && guildId !== undefined) await desk?.wrote(message);
  }

  async function takeEdit(message: APIMessage, guildId: string | undefined): Promise<void> {
    const isCustomers = await inRoomOf(message, guildId, async (room) => {
      const inbound = readEdit(message, room);
      if (inbound) await durably(() => accept(inbound), inbound);
    });
    if (!isCustomers && guildId !== undefined) await desk?.edited(message);
  }

  /**
   * In the writer's lane, the search for the room, too: while the store does
   * not answer, what they write next waits behind it. False where it is no
   * customer's room.
   */
  async function inRoomOf(
    message: APIMessage,
    guildId: string | undefined,
    work: (room: Room) => Promise<void>,
  ): Promise<boolean> {
    const { author, channel_id: id } = message;
    if (!author || author.bot) return rooms.get(id) !== undefined;
    return lanes.run(author.id, async () => {
      const room = roomOf(message, guildId) ?? (await roomElsewhere(id));
      if (room) await work(room);
      return room !== undefined;
    });
  }

  async function takeDeletions(channelId: string, ids: readonly string[]): Promise<void> {
    const room = rooms.get(channelId);
    if (!room) return;
    await lanes.run(room.userId, async () => {
      for (const id of ids) await durably(() => accept(readDeletion(id, room)));
    });
  }

  /** A direct message is its writer's room; a channel of a guild only if it was opened as one. */
  function roomOf({ channel_id: id, author }: APIMessage, guildId: string | undefined) {
    const known = rooms.get(id);
    return known ?? (guildId === undefined ? { channelId: id, userId: author.id } : undefined);
  }

  /** One that another process has opened, to which this one sent. */
  async function roomElsewhere(channelId: string): Promise<Room | undefined> {
    let room: Room | undefined;
    await durably(async () => void (room = await rooms.find(channelId)));
    return room;
  }
}

/** Gateway, "Sharding": direct messages come on the first one. */
const shardOf = ({ guildId }: Room, { count }: ShardOf): number =>
  guildId === undefined ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count));
