import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** A way to a server that can be shut: then connections break and new ones are refused. */
export interface Gate {
  /** In place of the server's own. */
  readonly url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function openGate(url: string): Promise<Gate> {
  const { hostname, port: target } = new URL(url);
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((near) => {
    const far = connect(Number(target), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const open = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        ({ port } = server.address() as AddressInfo);
        resolve();
      });
    });
  await open();
  return {
    url: `http://127.0.0.1:${port}`,
    open,
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
