/** Discord's ids count the milliseconds since the first second of 2015 (Reference, "Snowflakes"). */
const epoch = 1_420_070_400_000;
const perMillisecond = 1 << 22;

/** Ids that rise, whatever the clock does. */
export function createSnowflakes(now: () => number): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const at = Math.max(now() - epoch, last, 1);
    count = at === last ? count + 1 : 0;
    last = at;
    if (count === perMillisecond) {
      last += 1;
      count = 0;
    }
    return ((BigInt(last) << 22n) | BigInt(count)).toString();
  };
}

export function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + epoch;
}

/** The shard that a guild's events go to (Gateway, "Sharding"). */
export function shardOf(guildId: string, count: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(count));
}

export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The index of the first item whose id is not below this one; items rise by id. */
export function firstAtOrAfter(items: readonly { readonly id: string }[], id: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && compareIds(item.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
