import type { HeldInbound } from "../../core/inbound.ts";
import type { Held, Store } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import type { Due } from "./due.ts";
import { digestOf, homeOf, shardOf, shards } from "./keys.ts";

type HeldInbounds = Pick<Store, "hold" | "isHolding" | "dueHeld" | "postpone">;

/** The inbounds that can't be taken yet: for each conversation a list of their keys and a hash of what they are. */
export function createHeld(client: Client, due: Due): HeldInbounds {
  return {
    async hold({ inbound, at, readyAt }) {
      const { key, conversationId } = inbound;
      const part = shardOf(conversationId);
      const home = homeOf(key, conversationId);
      const handled = digestOf(key);
      const held = digestOf(`held:${key}`);
      const isElsewhere = home !== part;
      if (isElsewhere && client.isCluster) {
        const command = ["ZSCORE", `${home}:h:${handled.set}`, handled.digest];
        if ((await client.send("hold a message", home, command)) !== null) return "duplicate";
      }
      const kept = [conversationId, key, at, readyAt, JSON.stringify(inbound)];
      const args = [...kept, handled.digest, handled.set, held.digest, held.set];
      due.touched(part);
      const also = isElsewhere && !client.isCluster && { also: home };
      return client
        .run<"held" | "duplicate">("hold a message", "hold", { part, ...also, args })
        .finally(() => due.touched(part));
    },

    async isHolding(conversationId) {
      const part = shardOf(conversationId);
      const command = ["EXISTS", `${part}:hl:${conversationId}`];
      return (await client.send<number>("look for held messages", part, command)) > 0;
    },

    async dueHeld(now, limit) {
      const parts = await due.partsWith("held", now);
      const found = await Promise.all(
        parts.map(({ part }) =>
          client.run<(string | string[])[]>("read held messages", "held", {
            part,
            args: [now, limit],
          }),
        ),
      );
      for (const [index, { part }] of parts.entries())
        if (found[index]?.length === 0) due.touched(part);
      return found
        .flatMap(heldIn)
        .toSorted((a, b) => a.readyAt - b.readyAt)
        .slice(0, limit)
        .map(({ conversationId, held }) => ({ conversationId, held }));
    },

    async postpone(key, readyAt, failed) {
      const args = [key, readyAt, failed ? 1 : 0];
      await Promise.all(
        shards.map(async (part) => {
          const found = await client.run<number>("postpone a message", "postpone", { part, args });
          if (found > 0) due.touched(part);
        }),
      );
    },
  };
}

function heldIn(found: readonly (string | string[])[]) {
  return Array.from({ length: found.length / 3 }, (_, index) => {
    const [conversationId, readyAt, stored] = found.slice(3 * index) as [string, string, string[]];
    return { conversationId, readyAt: Number(readyAt), held: stored.map(oneIn) };
  });
}

function oneIn(stored: string): Held {
  const [, at, attempts, inbound = ""] = /^(\d+ )(\d+) (\d+) (.*)$/su.exec(stored)?.slice(1) ?? [];
  return {
    inbound: JSON.parse(inbound) as HeldInbound,
    at: Number(at),
    attempts: Number(attempts),
  };
}
