import { StoreIncomplete, StoreTooNew, StoreUnsafe } from "../../core/errors.ts";
import type { Log } from "../../ports/log.ts";
import { type Link, openLink } from "./link.ts";
import { deskShard } from "./keys.ts";

/** Raised where an older bot could not read what this one writes. */
const formatVersion = 1;
/** A Redis that takes the connection and is silent is tried again. */
const answerWithinMs = 5000;
const versionKey = `${deskShard}:version`;
/** Whose data is being moved into this Redis. */
export const movingKey = `${deskShard}:moving`;

/**
 * Looks at what kind of Redis it is: whether a cluster, and whether it keeps
 * what it is given.
 *
 * @throws StoreUnsafe unless `acceptUnsafe`, which warns instead.
 */
export async function inspectRedis(
  address: string,
  { acceptUnsafe, log }: { acceptUnsafe: boolean; log: Log },
): Promise<{ isCluster: boolean }> {
  let lost: (error: Error) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => (lost = reject));
  broken.catch(() => undefined);
  const link = openLink(address, false, lost);
  const late = setTimeout(() => lost(new Error("Redis does not answer")), answerWithinMs);
  // What is asked of a connection that breaks is never answered.
  const unlessBroken = <T>(answer: Promise<T>) => Promise.race([broken, answer]);
  try {
    await unlessBroken(link.connect());
    const info = factsIn(String(await unlessBroken(link.send(undefined, ["INFO"]))));
    // Until it has read its file it says that it writes none (Redis 7, `aof.c`, loadSingleAppendOnlyFile).
    if (info.get("loading") === "1") throw new Error("Redis still reads what it has kept");
    const dangers = dangersOf(info, await unlessBroken(syncOf(link)));
    if (dangers.length > 0 && !acceptUnsafe) throw new StoreUnsafe(dangers);
    for (const danger of dangers) log.warn({ danger }, "Redis may lose conversations");
    return { isCluster: info.get("cluster_enabled") === "1" };
  } finally {
    clearTimeout(late);
    try {
      link.destroy();
    } catch {
      // It never was open.
    }
  }
}

/**
 * Whether a bot may use what is there.
 *
 * @throws StoreTooNew when a newer bot has written it.
 * @throws StoreIncomplete while data is being moved into it.
 */
export async function checkFormat(link: Pick<Link, "send">): Promise<void> {
  await checkVersion(link);
  if ((await link.send(movingKey, ["EXISTS", movingKey])) !== 0) throw new StoreIncomplete();
}

/**
 * Notes the format of what is written; an older bot refuses a newer one.
 *
 * @throws StoreTooNew when a newer bot has written it.
 */
export async function checkVersion(link: Pick<Link, "send">): Promise<void> {
  await link.send(versionKey, ["SET", versionKey, `${formatVersion}`, "NX"]);
  const found = Number(await link.send(versionKey, ["GET", versionKey]));
  if (found > formatVersion) throw new StoreTooNew(found, formatVersion);
}

const factsIn = (info: string): Map<string, string> =>
  new Map(
    info.split(/\r?\n/u).flatMap((line) => {
      const [name = "", value] = line.split(":", 2);
      return value === undefined ? [] : [[name, value.trim()] as const];
    }),
  );

/** Undefined where nobody may ask. */
async function syncOf(link: Link): Promise<string | undefined> {
  try {
    return JSON.stringify(await link.send(undefined, ["CONFIG", "GET", "appendfsync"]));
  } catch {
    return undefined;
  }
}

function dangersOf(info: ReadonlyMap<string, string>, sync = ""): string[] {
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  return [
    ...(info.get("aof_enabled") === "1"
      ? []
      : ["it does not write what it is given to the disk (set appendonly yes)"]),
    ...(sync.includes('"no"')
      ? ["it leaves to the system when that is written (set appendfsync everysec or always)"]
      : []),
    ...(policy === "noeviction"
      ? []
      : [`it throws away what does not fit, by ${policy} (set maxmemory-policy noeviction)`]),
  ];
}
