import type { Client } from "./client.ts";
import type { Due, DueSet } from "./due.ts";

/**
 * How many of a set's due members each part gives, so that together they are
 * the longest due, at most `limit`.
 */
export async function choose(
  client: Client,
  due: Due,
  { set, now, limit }: { set: DueSet; now: number; limit: number },
): Promise<{ part: string; count: number }[]> {
  const parts = await due.partsWith(set, now);
  const [only, ...others] = parts;
  if (only === undefined) return [];
  if (others.length === 0) return [{ part: only, count: limit }];
  const times = await Promise.all(
    parts.map(async (part) => {
      const range = ["-inf", `${now}`, "LIMIT", "0", `${limit}`];
      const key = `${part}:${set}`;
      const command = ["ZRANGEBYSCORE", key, ...range.slice(0, 2), "WITHSCORES", ...range.slice(2)];
      const found = await client.send<unknown[]>("read what is due", part, command);
      return scoresIn(found).map((at) => ({ part, at }));
    }),
  );
  const chosen = times
    .flat()
    .toSorted((a, b) => a.at - b.at)
    .slice(0, limit);
  const counts = Map.groupBy(chosen, ({ part }) => part);
  return [...counts].map(([part, { length: count }]) => ({ part, count }));
}

/** Pairs in the newer protocol, one list in the older. */
function scoresIn(found: readonly unknown[]): number[] {
  if (Array.isArray(found[0])) return found.map((pair) => Number((pair as unknown[])[1]));
  return found.filter((_, index) => index % 2 === 1).map(Number);
}
