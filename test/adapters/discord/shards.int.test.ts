import { expect, it } from "vitest";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { openDiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot } from "../../support/discord-bot.ts";
import { inRoom, openThread } from "../../support/discord-customer.ts";

it("serves as many shards as Discord advises, each with a session of its own", async () => {
  const server = await openDiscordServer({ shards: 2 });
  const store = openSqliteStore(":memory:");
  const first = await openDiscordBot(server, { store });
  await server.gateway.whenConnected(2, 15_000);
  const anna = server.user({ username: "anna" });
  await (await openThread(anna, server.support)).does({ press: "topic:drop" }, "en");
  const bert = server.user({ username: "bert" });
  bert.text("dm", "hello");
  await inRoom(bert, bert.dmId);
  await first.close();
  expect((await store.readMarks("discord:session:")).map(({ name }) => name)).toEqual([
    "discord:session:0",
    "discord:session:1",
  ]);
  const next = await openDiscordBot(server, { store });
  await server.gateway.whenConnected(2, 15_000);
  expect(server.gateway.received.filter(({ op }) => op === 6)).toHaveLength(2);
  await next.close();
  await server.close();
  expect(server.faults).toEqual([]);
}, 60_000);

it("can be one of several processes", async () => {
  const server = await openDiscordServer({ shards: 2 });
  const [store, other] = [openSqliteStore(":memory:"), openSqliteStore(":memory:")];
  const bots = await Promise.all([
    openDiscordBot(server, { store, shards: { count: 2, ids: { start: 0, end: 0 } } }),
    openDiscordBot(server, { store: other, shards: { count: 2, ids: { start: 1, end: 1 } } }),
  ]);
  await server.gateway.whenConnected(2, 15_000);
  const shards = server.gateway.received.flatMap(({ op, d }) =>
    op === 2 ? [(d as { shard: number[] }).shard] : [],
  );
  expect(shards.toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
    [0, 2],
    [1, 2],
  ]);
  await Promise.all(bots.map((bot) => bot.close()));
  await server.close();
  expect(server.faults).toEqual([]);
}, 60_000);
