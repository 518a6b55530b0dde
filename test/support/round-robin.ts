import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A reverse proxy that gives one request after the other to the next process, and to another where that one is gone. */
export interface RoundRobin {
  url: string;
  /** Where requests go, ports of this machine. */
  ports: number[];
  /** How many requests each port has answered. */
  answered: Map<number, number>;
  close(): Promise<void>;
}

export async function openRoundRobin(): Promise<RoundRobin> {
  const ports: number[] = [];
  const answered = new Map<number, number>();
  let turn = 0;
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const first = turn++;
    const tryNext = (skipped: number): void => {
      const port = ports[(first + skipped) % ports.length];
      const { method, url, headers } = incoming;
      const forward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
        answered.set(port ?? 0, (answered.get(port ?? 0) ?? 0) + 1);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on("error", () => outgoing.destroy());
      });
      forward.on("error", () => {
        if (outgoing.headersSent) outgoing.destroy();
        else if (skipped + 1 < ports.length) tryNext(skipped + 1);
        else outgoing.writeHead(502).end();
      });
      outgoing.on("close", () => forward.destroy());
      forward.end(Buffer.concat(chunks));
    };
    tryNext(0);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    ports,
    answered,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
