import { createServer, type Socket } from "node:net";

/** As much HTTP as the clients of a Bot API speak: keep-alive and bodies of a known length, at a fraction of the cost of Node's own server. */
export interface Call {
  method: string;
  params: Record<string, unknown>;
  answer(body: unknown, status?: number): void;
}

const endOfHead = Buffer.from("\r\n\r\n");

export function serve(take: (call: Call) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const used = takeOne(rest, socket, take);
        if (used === 0) return;
        rest = rest.subarray(used);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}

/** How many bytes the first request has, none where it is not whole yet. */
function takeOne(bytes: Buffer, socket: Socket, take: (call: Call) => void): number {
  const end = bytes.indexOf(endOfHead);
  if (end === -1) return 0;
  const head = bytes.toString("latin1", 0, end);
  if (/transfer-encoding: *chunked/iu.test(head)) throw new Error("a body of unknown length");
  const length = Number(/content-length: *(\d+)/iu.exec(head)?.[1] ?? 0);
  const from = end + endOfHead.length;
  if (bytes.length < from + length) return 0;
  const [, method = "", query = ""] = /^\w+ \/bot[^/]+\/(\w+)(?:\?(\S*))?/u.exec(head) ?? [];
  const body = bytes.toString("utf8", from, from + length);
  const params = body.startsWith("{")
    ? (JSON.parse(body) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(body || query));
  take({ method, params, answer: (answer, status = 200) => send(socket, answer, status) });
  return from + length;
}

function send(socket: Socket, answer: unknown, status: number): void {
  if (socket.destroyed) return;
  const body = JSON.stringify(answer);
  const head = `HTTP/1.1 ${status} Answer\r\nContent-Type: application/json\r\nContent-Length: `;
  socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
