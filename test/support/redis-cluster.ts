import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@redis/client";
import { startRedis, type TestRedis } from "./redis.ts";

const slots = 16_384;
const nodeCount = 3;

/** A Redis Cluster of three nodes of a test's own. */
export async function startCluster(): Promise<{
  nodes: readonly TestRedis[];
  /** Removes everything in it. */
  empty(): Promise<void>;
  remove(): Promise<void>;
}> {
  const ports = await freePorts(2 * nodeCount);
  const nodes = await Promise.all(
    ports.slice(0, nodeCount).map((port, index) =>
      startRedis({
        port,
        settings: "--cluster-enabled yes --appendfsync no --cluster-port"
          .split(" ")
          .concat(`${ports[nodeCount + index]}`),
      }),
    ),
  );
  const onEach = <T>(
    work: (send: (...command: string[]) => Promise<unknown>, index: number) => T,
  ) =>
    Promise.all(
      nodes.map(async ({ url }, index) => {
        const client = createClient({ url });
        await client.connect();
        try {
          return await work((...command) => client.sendCommand(command), index);
        } finally {
          await client.close();
        }
      }),
    );

  await onEach(async (send, index) => {
    const first = Math.ceil((index * slots) / nodeCount);
    const last = Math.ceil(((index + 1) * slots) / nodeCount) - 1;
    await send("CLUSTER", "ADDSLOTSRANGE", `${first}`, `${last}`);
    await send("CLUSTER", "MEET", "127.0.0.1", `${ports[0]}`, `${ports[nodeCount]}`);
  });
  await onEach(async (send) => {
    while (
      !/cluster_state:ok[^]*cluster_known_nodes:3/u.test(String(await send("CLUSTER", "INFO")))
    )
      await delay(50);
  });
  return {
    nodes,
    empty: async () => void (await onEach((send) => send("FLUSHALL"))),
    remove: async () => void (await Promise.all(nodes.map((node) => node.remove()))),
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
