import { expect, it } from "vitest";
import { createServerClock } from "../../../src/adapters/redis/clock.ts";

/** A server whose answer takes `takesMs` and was read in the middle. */
function openServer() {
  const server = { elapsed: 5000, ahead: 1_000_000, takesMs: 20 };
  const clock = createServerClock(() => server.elapsed);
  const look = () =>
    clock.look({
      async send() {
        server.elapsed += server.takesMs / 2;
        const there = server.elapsed + server.ahead;
        server.elapsed += server.takesMs / 2;
        return [`${Math.floor(there / 1000)}`, `${(there % 1000) * 1000}`];
      },
    });
  return { server, clock, look, error: () => clock.now() - server.elapsed - server.ahead };
}

it("is the server's time, whatever this machine's clock says", async () => {
  const { server, clock, look, error } = openServer();
  await look();
  expect(error()).toBe(0);
  server.elapsed += 3_600_000;
  expect(error()).toBe(0);
  expect(Math.abs(clock.now() - Date.now())).toBeGreaterThan(3_600_000);
});

it("follows a server whose clock was set, and is not moved by an answer that came late", async () => {
  const { server, look, error } = openServer();
  await look();
  server.ahead += 600_000;
  await look();
  expect(Math.abs(error())).toBeLessThanOrEqual(10);
  server.takesMs = 30_000;
  const before = error();
  await look();
  expect(error()).toBe(before);
});

it("is this machine's time until the server has told its own", () => {
  expect(Math.abs(createServerClock().now() - Date.now())).toBeLessThan(100);
});
