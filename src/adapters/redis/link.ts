import { createCluster, RedisClient } from "@redis/client";

export type Command = readonly (string | Buffer)[];

/** No timers of the client's own: one a command costs more than it gives, and ends nothing that was written. */
export const untimed = { timeout: 0 };

/** What of node-redis's clients is used, one Redis or a cluster. */
export interface Link {
  connect(): Promise<unknown>;
  destroy(): void;
  close(): Promise<unknown>;
  send(key: string | undefined, command: Command, options?: object): Promise<unknown>;
  readonly isReady: boolean;
}

/** How node-redis connects to an address: `redis://`, `rediss://` or, for a socket of this machine, `unix://`. */
export function optionsOf(address: string) {
  const { protocol, pathname } = new URL(address);
  const common = { connectTimeout: 1000, reconnectStrategy: false as const };
  return protocol === "unix:"
    ? { socket: { ...common, path: decodeURIComponent(pathname), tls: false as const } }
    : { url: address, socket: common };
}

/**
 * Without the methods that node-redis's `createClient` adds for each of 400
 * commands, anew wherever the options differ: that was a tenth of a start.
 */
export const openClient = (options: object) => new RedisClient(options);

/** @param lost told when the connection breaks, for good; those to a cluster's nodes are made anew. */
export function openLink(address: string, isCluster: boolean, lost: (error: Error) => void): Link {
  if (isCluster) {
    const { url, socket } = optionsOf(address);
    const cluster = createCluster({
      rootNodes: [{ ...(url !== undefined && { url }) }],
      defaults: {
        socket: { ...socket, reconnectStrategy: 250 } as never,
        disableOfflineQueue: true,
      },
    });
    // Each node's connection is made anew by the client itself.
    cluster.on("error", () => undefined);
    return {
      connect: () => cluster.connect(),
      destroy: () => cluster.destroy(),
      close: () => cluster.close(),
      send: (key, command, options = untimed) =>
        cluster.sendCommand(key, false, command as string[], options),
      get isReady() {
        return cluster.isOpen;
      },
    };
  }
  // As it is tried again here: a connection that ends, ends for good.
  const client = openClient({ ...optionsOf(address), disableOfflineQueue: true });
  client.on("error", lost);
  client.on("end", () => lost(new Error("the connection has ended")));
  return {
    connect: () => client.connect(),
    destroy: () => client.destroy(),
    close: () => client.close(),
    send: (_key, command, options = untimed) => client.sendCommand(command, options),
    get isReady() {
      return client.isReady;
    },
  };
}
