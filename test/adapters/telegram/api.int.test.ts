import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApi, type TelegramApi } from "../../../src/adapters/telegram/api.ts";
import { failureOf } from "../../../src/adapters/telegram/failure.ts";
import { OutcomeUnknown, PlatformUnavailable } from "../../../src/core/errors.ts";

const token = "123456:a-token-of-this-test";
const ok = JSON.stringify({ ok: true, result: { message_id: 7 } });

let answer: (response: ServerResponse, request: IncomingMessage) => void;
let paths: string[];
let port: number;
let open: TelegramApi[];
const server = createServer((request, response) => {
  paths.push(request.url ?? "");
  request.resume().on("end", () => answer(response, request));
});

beforeEach(async () => {
  paths = [];
  open = [];
  answer = (response) => response.end(ok);
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await Promise.all(open.map((api) => api.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function openOn(root = `http://127.0.0.1:${port}`): TelegramApi {
  const api = openApi(token, root);
  open.push(api);
  return api;
}

const failed = (call: Promise<unknown>) => call.then(() => undefined, failureOf);

it.each([
  ["http://127.0.0.1:{port}", ""],
  ["http://LOCALHOST:{port}", ""],
  ["http://127.0.0.1:{port}/own/server", "/own/server"],
])("asks a server at %s", async (root, before) => {
  const { calls } = openOn(root.replace("{port}", `${port}`));
  expect(await calls.sendMessage(1, "é")).toEqual({ message_id: 7 });
  expect(paths).toEqual([`${before}/bot${token}/sendMessage`]);
});

describe("a call whose outcome can't be known", () => {
  it.each<[string, typeof answer]>([
    [
      "breaks off in the middle of its answer",
      (response) => {
        response.writeHead(200, { "Content-Length": ok.length });
        response.write(ok.slice(0, 9));
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ["is answered by a proxy", (response) => response.writeHead(502).end("<html>Bad Gateway")],
    ["is answered by something else", (response) => response.end('{"status":"fine"}')],
    ["is never answered", (response) => response.destroy()],
  ])("%s", async (_, how) => {
    answer = how;
    expect(await failed(openOn().calls.sendMessage(1, "a"))).toBeInstanceOf(OutcomeUnknown);
  });
});

it("knows that nothing was sent where no server is", async () => {
  const { calls } = openOn("http://127.0.0.1:1");
  expect(await failed(calls.sendMessage(1, "a"))).toBeInstanceOf(PlatformUnavailable);
});

it("leaves the server at once when a poll is given up", async () => {
  const end = new AbortController();
  const left = new Promise((resolve) => {
    answer = (_, { socket }) => void socket.once("close", resolve);
  });
  const polled = failed(openOn().polls.getUpdates({}, end.signal as never));
  await expect.poll(() => paths.length).toBe(1);
  end.abort();
  expect(await polled).toBeInstanceOf(OutcomeUnknown);
  await left;
});

it("sends nothing that was given up before", async () => {
  const { polls } = openOn();
  expect(await failed(polls.getUpdates({}, AbortSignal.abort() as never))).toBeInstanceOf(
    OutcomeUnknown,
  );
  expect(paths).toEqual([]);
});

it("waits a moment for what is under way when it is closed, and then ends it", async () => {
  const api = openOn();
  const { calls } = api;
  answer = (response) => void setTimeout(() => response.end(ok), 200);
  const soon = calls.sendMessage(1, "a");
  await expect.poll(() => paths.length).toBe(1);
  answer = () => {};
  const never = failed(calls.sendMessage(1, "b"));
  await expect.poll(() => paths.length).toBe(2);
  await api.close();
  expect(await soon).toEqual({ message_id: 7 });
  // Long before its time is over.
  expect(await Promise.race([never, delay(3000)])).toBeInstanceOf(OutcomeUnknown);
});
