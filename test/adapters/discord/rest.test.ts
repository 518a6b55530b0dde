import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RateLimitError } from "@discordjs/rest";
import { createRest } from "../../../src/adapters/discord/rest.ts";
import { sleep } from "../../../src/adapters/node/sleep.ts";

const resetMs = 200;
let server: Server;
let asked = 0;

/** A Discord that lets one request through in each window. */
beforeEach(async () => {
  asked = 0;
  server = createServer((_, answer) => {
    asked++;
    answer.writeHead(200, {
      "Content-Type": "application/json",
      "X-RateLimit-Bucket": "b",
      "X-RateLimit-Limit": "1",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset-After": `${resetMs / 1000}`,
    });
    answer.end("{}");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  vi.useRealTimers();
  server.close();
});

it("waits for a window of Discord's no longer where the machine's clock is set back", async () => {
  const apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const clock = { now: () => performance.now(), random: () => new Uint8Array() };
  const { ask } = createRest({ token: "t", apiRoot, clock, sleep });
  const request = () => ask((api) => api.channels.get("1"));
  // The first says which bucket it is, the second empties it.
  await request();
  await request();
  await expect(request()).rejects.toThrow(RateLimitError);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 2 * 3_600_000 });
  await delay(resetMs + 50);
  await request();
  expect(asked).toBe(3);
});
