import { Hono } from "hono";
import { expect, test } from "vitest";
import { openHttp } from "../../../src/adapters/http/server.ts";
import { PortInUse } from "../../../src/core/errors.ts";

const saying = (word: string) => new Hono().get("/", (c) => c.text(word));
const healthy = async () => true;
const host = "127.0.0.1";

test("asks the app with the longer path first", async () => {
  const apps = [
    { path: "/", app: new Hono().get("/*", (c) => c.text("chat")) },
    { path: "/console", app: saying("console") },
  ];
  const http = await openHttp({ host, port: 0, apps, healthy });
  expect(await (await fetch(`${http.url}/console`)).text()).toBe("console");
  expect(await (await fetch(`${http.url}/else`)).text()).toBe("chat");
  await http.close();
});

test("says in one line that the port is in use", async () => {
  const first = await openHttp({ host, port: 0, apps: [], healthy });
  const second = openHttp({ host, port: first.port, apps: [], healthy });
  await expect(second).rejects.toThrow(PortInUse);
  await expect(second).rejects.toThrow(String(first.port));
  await first.close();
});

test("counts a health check that throws as no", async () => {
  const broken = async () => {
    throw new Error("the store is gone");
  };
  const http = await openHttp({ host, port: 0, apps: [], healthy: broken });
  const answer = await fetch(`${http.url}/healthz`);
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false }]);
  await http.close();
});

test("lets a request that is under way finish, and takes no new one", async () => {
  const slow = new Hono().get("/", async (c) => {
    await closing;
    return c.text("done");
  });
  const http = await openHttp({ host, port: 0, apps: [{ path: "/", app: slow }], healthy });
  let begin = () => {};
  const closing = new Promise<void>((resolve) => (begin = resolve));
  const answer = fetch(http.url);
  await expect.poll(async () => (await fetch(`${http.url}/healthz`)).ok).toBe(true);
  const closed = http.close();
  begin();
  expect(await (await answer).text()).toBe("done");
  await closed;
  await expect(fetch(http.url)).rejects.toThrow();
});
