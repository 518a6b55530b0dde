import { afterEach, beforeEach, expect, test } from "vitest";
import { REST } from "@discordjs/rest";
import type { Fault } from "./faults.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;
let rest: REST;

beforeEach(async () => {
  server = await openDiscordServer();
  rest = new REST({ version: "10", api: server.api, retries: 0, timeout: 500 });
  rest.setToken(server.token);
});

afterEach(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

const send = (content = "Hi") =>
  rest.post(`/channels/${server.support.id}/messages`, { body: { content } });

const cases: [Fault, applied: boolean, status: number][] = [
  [{ type: "error" }, false, 500],
  [{ type: "bad-gateway" }, false, 502],
  [{ type: "drop" }, false, 0],
  [{ type: "hang" }, false, 0],
  [{ type: "apply-then-drop" }, true, 0],
  [{ type: "apply-then-hang" }, true, 0],
  [{ type: "truncate" }, true, 200],
  [{ type: "refuse", code: 50013 }, false, 403],
  [{ type: "refuse", code: 160005 }, false, 403],
];

test.each(cases)(
  "%o fails for the bot, and the log knows the truth",
  async (fault, applied, status) => {
    server.fault({ fault, times: 1 });
    await expect(send()).rejects.toThrow();
    expect(server.calls[0]).toMatchObject({ applied, status, outcome: fault.type });
    expect(server.support.messages).toHaveLength(applied ? 1 : 0);
    await send();
    expect(server.support.messages).toHaveLength(applied ? 2 : 1);
  },
);

test("strikes by what is asked, in a share that a seed repeats", async () => {
  const hits = async (seed: number) => {
    const planned = server.fault({
      fault: { type: "error" },
      route: "/channels/{channel_id}/messages",
      body: ({ content }) => content === "bad",
      percent: 40,
      seed,
    });
    const outcomes: boolean[] = [];
    for (let count = 0; count < 20; count++) {
      outcomes.push(await send("bad").then(Boolean, () => false));
      await send("good");
    }
    planned.end();
    return outcomes;
  };
  const first = await hits(7);
  expect(await hits(7)).toEqual(first);
  expect(first.filter((good) => !good).length).toBeGreaterThan(3);
});

test("counts what Discord would ban for", async () => {
  server.fault({ fault: { type: "refuse", code: 50001 }, times: 3 });
  for (let count = 0; count < 3; count++) await send().catch(() => undefined);
  server.fault({ fault: { type: "rate-limit", retryAfterMs: 1, scope: "shared" }, times: 1 });
  await send();
  expect(server.invalidRequests).toBe(3);
});

test("notices a request without Discord’s User-Agent, and a route that is not there", async () => {
  const response = await fetch(`${server.api}/v10/users/@me`);
  expect(response.status).toBe(403);
  await expect(rest.get("/users/@me/channels")).rejects.toMatchObject({ status: 404 });
  await expect(rest.get("/channels/1/webhooks")).rejects.toMatchObject({ status: 404 });
  expect(server.faults.splice(0)).toEqual([
    'a request without a User-Agent of the form "DiscordBot (url, version)"',
    "GET /users/@me/channels: no route of Discord's",
    "GET /channels/1/webhooks: not built here",
  ]);
});

test("has only routes that Discord has", async () => {
  const { loadSpec } = await import("./schemas.ts");
  const { createRest } = await import("./rest.ts");
  const spec = await loadSpec();
  const { routes } = createRest({ spec, extraRoutes: [] } as unknown as Parameters<
    typeof createRest
  >[0]);
  const strange = routes.filter(({ method, template }) => !spec.knows(method, template));
  expect(strange.map(({ method, template }) => `${method} ${template}`)).toEqual([]);
});
