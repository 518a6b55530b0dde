import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import S3rver from "@20minutes/s3rver";

/** What the server does with the next requests, one each. */
export type Weather = "well" | "refuses" | "cuts" | "carries out and cuts" | "is silent";

/** A local S3 with one private bucket: it checks every signature (s3rver) and that the bytes are those that were signed. */
export interface TestS3 {
  /** Of the bucket. */
  url: string;
  settings: { EVIDENCE_S3_URL: string; EVIDENCE_S3_KEY_ID: string; EVIDENCE_S3_SECRET_KEY: string };
  /** Of every request: method and path. */
  requests: string[];
  weather(...next: Weather[]): void;
  /** Lets strangers read. */
  publish(): void;
  close(): Promise<void>;
}

const bucket = "ombud-evidence";
const keys = { EVIDENCE_S3_KEY_ID: "S3RVER", EVIDENCE_S3_SECRET_KEY: "S3RVER" };

export async function startS3(): Promise<TestS3> {
  const directory = mkdtempSync(join(tmpdir(), "ombud-s3-"));
  const s3 = new S3rver({
    directory,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  await s3.configureBuckets();
  const answer = s3.callback();
  const requests: string[] = [];
  let next: Weather[] = [];
  let isPublic = false;

  const server = createServer((request, response) => void take(request, response));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const weather = next.shift() ?? "well";
    if (weather === "is silent") return;
    if (weather === "cuts") return void request.socket.destroy();
    if (weather === "refuses") return refuse(response, 503, "SlowDown");
    if (request.headers.authorization === undefined && !isPublic)
      return refuse(response, 403, "AccessDenied");
    const signed = request.headers["x-amz-content-sha256"];
    if (signed !== undefined && signed !== createHash("sha256").update(body).digest("hex"))
      return refuse(response, 400, "XAmzContentSHA256Mismatch");
    // s3rver reads the body itself.
    const again = Object.assign(Readable.from(body.length > 0 ? [body] : []), {
      method: request.method,
      url: request.url,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      httpVersion: request.httpVersion,
      socket: request.socket,
    });
    if (weather === "carries out and cuts")
      response.end = () => void request.socket.destroy() as never;
    await answer(again as unknown as IncomingMessage, response);
  }

  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${bucket}`;
  return {
    url,
    settings: { EVIDENCE_S3_URL: url, ...keys },
    requests,
    weather: (...weathers) => (next = weathers),
    publish: () => (isPublic = true),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
}
