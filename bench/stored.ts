import { createClient, type RedisClientType } from "@redis/client";
import { optionsOf } from "../src/adapters/redis/link.ts";
import { shardOf } from "../src/adapters/redis/keys.ts";
import { openRedisStore } from "../src/adapters/redis/store.ts";
import { quiet, stoppedClock } from "../test/support/shop.ts";
import { createWork } from "../test/support/work.ts";
import { inbounds, receiverOn } from "./conversation.ts";

const batch = 2000;
const handledForMs = 48 * 3_600_000;
const model = "model-0-abcdefghijkl";
/** What grows with every turn, or belongs to the case, is apart. */
const apart = /:(?:l|k|f):/u;

async function connect(url: string): Promise<RedisClientType> {
  const { socket, ...options } = optionsOf(url);
  const client = createClient({ ...options, socket } as object) as RedisClientType;
  await client.connect();
  return client;
}

/** What Redis needs for all its data, in bytes. */
export async function usedBytes(url: string): Promise<number> {
  const client = await connect(url);
  const found = /used_memory_dataset:(\d+)/u.exec(await client.info("memory"));
  await client.close();
  return Number(found?.[1]);
}

/** The bytes of each kind of key, by what stands behind the part's name. */
export async function bytesByKind(url: string): Promise<Map<string, number>> {
  const client = await connect(url);
  const bytes = new Map<string, number>();
  for await (const keys of client.scanIterator({ COUNT: 1000 }))
    await Promise.all(
      keys.map(async (key) => {
        const kind = /^ombud\{\w+\}:(\w+)/u.exec(key)?.[1] ?? key.split(":")[0] ?? "";
        const size = (await client.memoryUsage(key, { SAMPLES: 0 })) ?? 0;
        bytes.set(kind, (bytes.get(kind) ?? 0) + size);
      }),
    );
  await client.close();
  return bytes;
}

/** One conversation of 12 turns that nobody has written to for a week, as it then is in Redis. */
async function restModel(url: string): Promise<void> {
  const store = await openRedisStore({ url, acceptUnsafe: true, log: quiet });
  const clock = stoppedClock();
  const receiver = receiverOn(store, () => {}, { clock });
  for (const inbound of inbounds(1, "model")) await receiver.receive(inbound);
  const send = async () => ({});
  const channel = { name: "web", concurrency: 8, fits: () => true, send } as const;
  const work = createWork({ store, receiver, channels: [channel], clock });
  await work.settle();
  while (!(await store.load(model))?.resting) {
    clock.at = (await store.nextDueAt()) ?? Number.NaN;
    if (Number.isNaN(clock.at)) throw new Error("the model never rests");
    for (const timer of await store.dueTimers(clock.at, 100)) await receiver.fire(timer);
    await work.settle();
  }
  await store.forgetHandled(clock.at + handledForMs);
  await store.close();
}

/** Loads so many conversations at rest beside each other; gives the bytes of each. */
export async function loadResting(url: string, count: number): Promise<number> {
  await restModel(url);
  const client = await connect(url);
  const part = shardOf(model);
  const kept = (await client.keys(`${part}:*${model}`)).filter((key) => !apart.test(key));
  const dumps = await Promise.all(
    kept.map(async (key) => ({
      kind: key.slice(part.length, -model.length),
      dump: Buffer.from(
        (await client.sendCommand(["DUMP", key], {
          typeMapping: { [36]: Buffer },
        })) as unknown as Buffer,
      ),
    })),
  );
  await client.configSet("auto-aof-rewrite-percentage", "0");
  const before = await used(client);
  for (let from = 0; from < count; from += batch) {
    const size = Math.min(batch, count - from);
    const all = Array.from({ length: size }, (_, index) => {
      const id = `rest-${from + index}-abcdefghijkl`;
      return dumps.map(({ kind, dump }) =>
        client.sendCommand(["RESTORE", `${shardOf(id)}${kind}${id}`, "0", dump as never]),
      );
    });
    await Promise.all(all.flat());
  }
  const bytes = ((await used(client)) - before) / count;
  await client.close();
  return bytes;
}

async function used(client: RedisClientType): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/u.exec(await client.info("memory"))?.[1]);
}
