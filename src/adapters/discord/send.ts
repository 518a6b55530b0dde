import type { APIMessage } from "@discordjs/core";
import { CustomerUnreachable, Moved } from "../../core/errors.ts";
import { asCorrection, filesIn, withdraws } from "../../core/message.ts";
import type { Log } from "../../ports/log.ts";
import type { Sent } from "../../ports/channel.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { LeasedReply } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { attach } from "./attach.ts";
import { awake, change } from "./change.ts";
import { spent } from "./controls.ts";
import type { Doors } from "./doors.ts";
import { codeOf, failureOf, roomFaultOf, unknownMessage, wordOf } from "./failure.ts";
import { bodyOf, isSame, type Body } from "./outbound.ts";
import type { Rest } from "./rest.ts";
import type { Room, Rooms } from "./rooms.ts";

/** How many sent messages are remembered with their controls. */
const mostRemembered = 5000;

export interface Sender {
  send(reply: LeasedReply): Promise<Sent>;
  /** The controls of a message were disabled by the press on them. */
  retired(channelId: string, messageId: string): void;
  /** Resolves when nothing goes out any more. */
  idle(): Promise<void>;
}

/** Puts replies into their rooms, each once, and finds another room where one is closed. */
export function createSender(parts: {
  rest: Rest;
  rooms: Rooms;
  doors: Doors;
  texts: TextLibrary;
  evidence: Pick<EvidenceStore, "original" | "view">;
  log: Log;
}): Sender {
  const { rest, rooms, doors, texts, evidence, log } = parts;
  /** By receipt; empty once they can't be pressed. */
  const controls = new Map<string, Body["components"]>();
  const underWay = new Set<Promise<void>>();

  return {
    async send(reply) {
      const { address, conversationId, lastReceipt } = reply;
      if (address === undefined) throw new CustomerUnreachable("discord", "gone");
      const room = (await rooms.find(address)) ?? {
        channelId: address,
        userId: userOf(conversationId),
      };
      if (reply.message.replaces !== undefined) return replace(reply, room);
      try {
        const { receipt, body } = await deliver(reply, room);
        remember(receipt, body.components);
        if (lastReceipt !== undefined && lastReceipt !== receipt) later(retire(lastReceipt));
        return { receipt };
      } catch (error) {
        return refused(error, room);
      }
    },
    retired: (channelId, messageId) => remember(receiptOf(channelId, messageId), []),
    async idle() {
      await Promise.all(underWay);
    },
  };

  async function deliver(
    { id, message, uncertain, lastReceipt }: LeasedReply,
    room: Room,
  ): Promise<{ receipt: string; body: Body }> {
    const attached = await Promise.all(filesIn(message).map((file) => attach(file, evidence)));
    const body = bodyOf({ id, message }, room, texts.in(message.language), attached);
    const { channelId } = room;
    const sent =
      (uncertain && (await readBack(room, lastReceipt, body))) ||
      (await awake(rest, channelId, (api) => api.channels.createMessage(channelId, body)));
    return { receipt: receiptOf(channelId, sent.id), body };
  }

  /** @throws Moved where the customer has another room, or why the message is not taken. */
  async function refused(error: unknown, room: Room): Promise<Sent> {
    // The nonce's message was sent, and has been deleted since (discord-api-docs PR#6647).
    if (codeOf(error) === unknownMessage) return {};
    if (roomFaultOf(error) === undefined) throw failureOf(error);
    throw (await elsewhere(room)) ?? failureOf(error);
  }

  /**
   * In the place of an earlier message, or anew where that is gone. It has no
   * receipt of its own: the other keeps its number, and the latest one its buttons.
   */
  async function replace(reply: LeasedReply, room: Room): Promise<Sent> {
    const { message, replacesReceipt } = reply;
    if (replacesReceipt !== undefined && (await change(rest, replacesReceipt, message))) return {};
    if (withdraws(message)) return {};
    const label = texts.in(message.language).text("chat:log.correction");
    try {
      await deliver({ ...reply, message: asCorrection(message, label) }, room);
      return {};
    } catch (error) {
      return refused(error, room);
    }
  }

  /**
   * The message if an earlier try came through. The nonce alone would do for
   * a few minutes only. What stood there before the lane's last message is none.
   */
  async function readBack(
    { channelId }: Room,
    lastReceipt: string | undefined,
    body: Body,
  ): Promise<APIMessage | undefined> {
    const [place, last] = lastReceipt?.split("/") ?? [];
    const after = place === channelId && last !== undefined ? { after: last } : {};
    const found = await rest.ask((api) =>
      api.channels.getMessages(channelId, { limit: 100, ...after }),
    );
    return found.find((message) => message.author.bot && isSame(message, body));
  }

  /** The customer's next room; undefined where there is none. */
  async function elsewhere(room: Room): Promise<Moved | undefined> {
    const { channelId, userId, guildId } = room;
    await rooms.forget(channelId);
    // The thread that another process may have opened for them.
    await rooms.refresh();
    const customer = await doors.customer(userId).catch(() => undefined);
    const name = texts.in("en").text("discord:room.name");
    const thread = async () => customer && doors.thread(customer, name);
    // A thread that was closed to the bot opens no other beside it.
    const next =
      guildId === undefined ? await thread() : ((await thread()) ?? (await doors.dm(userId)));
    return next && next.channelId !== channelId ? new Moved("discord", next.channelId) : undefined;
  }

  /** Disables the controls of an earlier message; best effort. */
  async function retire(receipt: string): Promise<void> {
    const [channelId = "", messageId = ""] = receipt.split("/");
    try {
      const known = controls.get(receipt);
      controls.delete(receipt);
      const rows =
        known ??
        (await rest.ask((api) => api.channels.getMessage(channelId, messageId))).components ??
        [];
      if (rows.length === 0) return;
      const components = spent(rows);
      await rest.patiently(
        (api) => api.channels.editMessage(channelId, messageId, { components }),
        10_000,
      );
    } catch (error) {
      log.info({ code: wordOf(error) }, "the buttons of an earlier message stay as they are");
    }
  }

  function later(work: Promise<void>): void {
    const running = work.finally(() => underWay.delete(running));
    underWay.add(running);
  }

  function remember(receipt: string, components: Body["components"]): void {
    if (controls.size >= mostRemembered) controls.clear();
    controls.set(receipt, components);
  }
}

const receiptOf = (channelId: string, messageId: string): string => `${channelId}/${messageId}`;

const userOf = (conversationId: string): string => conversationId.replace(/^discord-/u, "");
