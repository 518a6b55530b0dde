import { channelNames, type ChannelName, type LogBody } from "../../core/conversation.ts";
import type { Delivery, LeasedReply, LeaseQuery, Settlement, Store } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import type { Due } from "./due.ts";
import { shardOf, shards } from "./keys.ts";
import { choose } from "./longest-due.ts";

interface Lanes extends Pick<
  Store,
  "lease" | "settle" | "readDeliveries" | "readUnsent" | "listTroubledDeliveries"
> {
  /** Word of a reply that was leased otherwise. */
  leased: (reply: LeasedReply) => void;
  /** What has ended in a conversation is settled before whatever is asked of Redis next. */
  settleOf: (conversationId: string) => void;
}

/** What ends in the same moment, and word of its end. */
interface Ending extends PromiseWithResolvers<void> {
  settlements: Settlement[];
}

/** A delivery as it is stored beside its place in the log: state, when, receipt, reason. */
type StoredDelivery = [Delivery["state"], number, string?, string?];

/** The replies that wait to be sent: a list for each lane, and in each part the lanes by when they are ready. */
export function createLanes(client: Client, due: Due): Lanes {
  /** The conversations of the replies that this process has leased. */
  const leasedOf = new Map<string, string>();
  let ending: Ending | undefined;

  async function lease({ channel, now, leaseMs, limit }: LeaseQuery): Promise<LeasedReply[]> {
    const set = `ready:${channel}` as const;
    const chosen = await choose(client, due, { set, now, limit });
    const calls = chosen.map(({ part, count }) => ({
      part,
      args: [channel, now, now + leaseMs, count],
    }));
    for (const { part } of calls) due.touched(part);
    const found = await client
      .runOnEach<string[]>("lease replies", "lease", calls)
      .finally(() => calls.forEach(({ part }) => due.touched(part)));
    const leased = calls.flatMap((_, index) =>
      inGroups(found[index] ?? [], 8).map((row) => {
        const reply = replyIn(channel, row);
        leasedOf.set(reply.id, reply.conversationId);
        return reply;
      }),
    );
    return Promise.all(leased.map(withReplaced));
  }

  /** What takes another message's place comes behind it, so that one's end is known. */
  async function withReplaced(reply: LeasedReply): Promise<LeasedReply> {
    const { replaces } = reply.message;
    if (replaces === undefined) return reply;
    const before = (await readDeliveries(reply.conversationId)).find(
      ({ messageId }) => messageId === replaces,
    );
    return before?.receipt === undefined ? reply : { ...reply, replacesReceipt: before.receipt };
  }

  /** What ends in the same moment is settled in one call. */
  function settle(settlements: readonly Settlement[]): Promise<void> {
    if (!ending) {
      const together: Ending = { settlements: [], ...Promise.withResolvers<void>() };
      ending = together;
      setImmediate(() => settleTogether(together));
    }
    ending.settlements.push(...settlements);
    return ending.promise;
  }

  function settleTogether(together: Ending): void {
    if (ending !== together) return;
    ending = undefined;
    settleAll(together.settlements).then(together.resolve, together.reject);
  }

  async function settleAll(settlements: readonly Settlement[]): Promise<void> {
    const byPart = new Map<string, (string | number)[]>();
    for (const settlement of settlements) {
      const conversation = leasedOf.get(settlement.id);
      // One that another process has leased is wherever it is known.
      for (const part of conversation === undefined ? shards : [shardOf(conversation)]) {
        const args = byPart.get(part) ?? [];
        args.push(...settlementArgs(settlement));
        byPart.set(part, args);
      }
    }
    const calls = [...byPart].map(([part, args]) => ({ part, args }));
    const touchAll = () => calls.forEach(({ part }) => due.touched(part));
    const waits = await client
      .runOnEach<number>("settle replies", "settle", calls)
      .catch((error: unknown) => {
        touchAll();
        throw error;
      });
    for (const [index, { part }] of calls.entries()) if (waits[index] !== 0) due.touched(part);
    for (const { id } of settlements) leasedOf.delete(id);
  }

  async function readDeliveries(conversationId: string): Promise<Delivery[]> {
    const part = shardOf(conversationId);
    const what = "read deliveries";
    const stored = entriesIn(
      await client.send<unknown>(what, part, ["HGETALL", `${part}:d:${conversationId}`]),
    ).filter(([seq]) => seq !== "receipt");
    const ordered = stored.toSorted(([a], [b]) => Number(a) - Number(b));
    return Promise.all(ordered.map(([seq, text]) => deliveryIn(conversationId, Number(seq), text)));
  }

  async function deliveryIn(conversationId: string, seq: number, text: string): Promise<Delivery> {
    const part = shardOf(conversationId);
    const [state, at, receipt, reason] = JSON.parse(text) as StoredDelivery;
    const key = `${part}:l:${conversationId}`;
    const entry = await client.send<string>("read deliveries", part, ["LINDEX", key, `${seq - 1}`]);
    const { id } = bodyIn(entry) as LogBody & { type: "message" };
    return {
      messageId: id,
      conversationId,
      seq,
      state,
      ...(receipt && { receipt }),
      ...(reason && { reason }),
      at,
    };
  }

  return {
    leased: ({ id, conversationId }) => void leasedOf.set(id, conversationId),
    settleOf(conversationId) {
      if (ending?.settlements.some(({ id }) => leasedOf.get(id) === conversationId))
        settleTogether(ending);
    },
    lease,
    settle,
    readDeliveries,
    async readUnsent(conversationId) {
      const part = shardOf(conversationId);
      const rows = await Promise.all(
        channelNames.toSorted().map((channel) =>
          client.run<string[]>("read replies", "unsent", {
            part,
            args: [conversationId, channel],
          }),
        ),
      );
      return inGroups(rows.flat(), 3).map(([messageId = "", seq, unknown]) => ({
        messageId,
        seq: Number(seq),
        state: Number(unknown) === 1 ? "unknown" : "waiting",
      }));
    },
    async listTroubledDeliveries({ before, limit }) {
      const from = before ? `(${orderOf(before.at)} ${before.messageId}` : "+";
      const found = await Promise.all(
        shards.map((part) =>
          client.send<string[]>("list deliveries", part, [
            "ZREVRANGEBYLEX",
            `${part}:troubled`,
            from,
            "-",
            "LIMIT",
            "0",
            `${limit}`,
          ]),
        ),
      );
      const latest = found.flat().toSorted(byBytes).toReversed().slice(0, limit);
      return Promise.all(
        latest.map(async (member) => {
          const [, conversationId = "", seq = ""] = member.split("\0");
          const part = shardOf(conversationId);
          const text = await client.send<string>("list deliveries", part, [
            "HGET",
            `${part}:d:${conversationId}`,
            seq,
          ]);
          return deliveryIn(conversationId, Number(seq), text);
        }),
      );
    },
  };
}

function replyIn(channel: ChannelName, row: readonly string[]): LeasedReply {
  const [id = "", conversationId = "", seq, entry = "", rest = "", attempts, uncertain, receipt] =
    row;
  const { address, unreachable } = JSON.parse(rest) as {
    address?: string;
    unreachable?: { at: number };
  };
  return {
    id,
    conversationId,
    channel,
    ...(address !== undefined && { address }),
    ...(unreachable && { unreachableAt: unreachable.at }),
    seq: Number(seq),
    message: (bodyIn(entry) as LogBody & { type: "message" }).message,
    attempts: Number(attempts),
    uncertain: Number(uncertain) === 1,
    ...(receipt && { lastReceipt: receipt }),
  };
}

function settlementArgs(settlement: Settlement): (string | number)[] {
  const { id, outcome } = settlement;
  if (outcome === "later" || outcome === "unknown")
    return [id, outcome, settlement.attempts, settlement.retryAt, "", "", 0];
  const { at } = settlement;
  const receipt = outcome === "sent" ? (settlement.receipt ?? "") : "";
  const reason = outcome === "failed" ? settlement.reason : "";
  const state = outcome === "sent" && settlement.repeated ? "repeated" : outcome;
  const isKept = state !== "sent" || receipt !== "";
  const delivery = isKept ? storedDelivery({ state, at, receipt, reason }) : "";
  return [id, outcome, "", at, delivery, receipt, state === "sent" ? 0 : 1];
}

export function storedDelivery({
  state,
  at,
  receipt = "",
  reason = "",
}: Pick<Delivery, "state" | "at" | "receipt" | "reason">): string {
  const stored: StoredDelivery = [state, at, receipt, reason];
  return JSON.stringify(stored).replace(/(?:,"")+\]$/u, "]");
}

/** A log entry is stored as its time, a space and its body. */
export const bodyIn = (entry: string): LogBody =>
  JSON.parse(entry.slice(entry.indexOf(" ") + 1)) as LogBody;

export const timeIn = (entry: string): number => Number(entry.slice(0, entry.indexOf(" ")));

/** Times as text in the order of numbers. */
export const orderOf = (at: number): string => `${at}`.padStart(15, "0");

export const byBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

export function inGroups<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** A hash as node-redis gives it, whichever protocol it speaks. */
export const entriesIn = (hash: unknown): [string, string][] =>
  Array.isArray(hash)
    ? (inGroups(hash as string[], 2) as [string, string][])
    : hash instanceof Map
      ? [...(hash as Map<string, string>)]
      : Object.entries(hash as Record<string, string>);
