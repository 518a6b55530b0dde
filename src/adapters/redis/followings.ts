import type { LeasedFollowing, Store } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import type { Due } from "./due.ts";
import { shardOf } from "./keys.ts";
import { inGroups } from "./lanes.ts";
import { choose } from "./longest-due.ts";

/** What desks follow: for each conversation a hash by desk, and in each part a desk's conversations by when they are due. */
export function createFollowings(
  client: Client,
  due: Due,
): Pick<Store, "follow" | "leaseFollowing" | "keepFollowing"> {
  return {
    async follow(desk, conversationId, at) {
      const part = shardOf(conversationId);
      const args = [desk, conversationId, at];
      await client
        .run("follow a conversation", "follow", { part, args })
        .finally(() => due.touched(part));
    },

    async leaseFollowing({ desk, now, leaseMs, limit }) {
      const chosen = await choose(client, due, { set: `following:${desk}`, now, limit });
      const found = await Promise.all(
        chosen.map(({ part, count }) =>
          client
            .run<string[]>("lease what a desk follows", "lease-following", {
              part,
              args: [desk, now, now + leaseMs, count],
            })
            .finally(() => due.touched(part)),
        ),
      );
      return inGroups(found.flat(), 3).map(
        ([conversationId = "", lease, place = "-"]): LeasedFollowing => ({
          desk,
          conversationId,
          lease: Number(lease),
          ...(place !== "-" && { place: place.slice(1) }),
        }),
      );
    },

    async keepFollowing({ desk, conversationId, lease, place, next }) {
      const part = shardOf(conversationId);
      const then =
        next === "nothing"
          ? ["end", ""]
          : "leasedUntil" in next
            ? ["hold", next.leasedUntil]
            : ["end", next.retryAt];
      const args = [desk, conversationId, lease, place, ...then];
      const kept = await client
        .run<number>("keep how far a desk has come", "keep-following", { part, args })
        .finally(() => due.touched(part));
      return kept === 1;
    },
  };
}
