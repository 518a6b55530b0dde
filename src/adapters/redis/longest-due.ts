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
  // All of it, where that is not too much: no more than were seen there.
  const all = parts.reduce((sum, { waiting }) => sum + waiting, 0);
  if (all <= limit || parts.length === 1)
    return parts.map(({ part, waiting }) => ({ part, count: Math.min(waiting, limit) }));
  const args = [`:${set}`, now, limit];
  const calls = parts.map(({ part }) => ({ part, args }));
  const times = await client.runOnEach<string[]>("read what is due", "ready", calls);
  const chosen = times
    .flatMap((found, index) =>
      found.map((at) => ({ part: parts[index]?.part ?? "", at: Number(at) })),
    )
    .toSorted((a, b) => a.at - b.at)
    .slice(0, limit);
  const counts = Map.groupBy(chosen, ({ part }) => part);
  return [...counts].map(([part, { length: count }]) => ({ part, count }));
}
