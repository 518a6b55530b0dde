import { once } from "node:events";
import { GatewayDispatchEvents, GatewayIntentBits } from "@discordjs/core";
import { WebSocketShardEvents } from "@discordjs/ws";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Parts, usualIntents, openParts } from "./bot-parts.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;
const opened: Parts[] = [];

beforeEach(async () => {
  server = await openDiscordServer({ privilegedIntents: { members: false } });
});

afterEach(async () => {
  for (const parts of opened.splice(0)) await parts.gateway.destroy();
  await server.close();
  expect(server.faults).toEqual([]);
});

function open(options: Parameters<typeof openParts>[1] = {}): Parts {
  const parts = openParts(server, options);
  opened.push(parts);
  return parts;
}

/** With which code the server ends the attempt. */
function refusal({ gateway }: Parts): Promise<number> {
  return new Promise((resolve) => {
    gateway.on(WebSocketShardEvents.Closed, (code) => resolve(code));
    gateway.on(WebSocketShardEvents.Error, () => undefined);
    gateway.connect().catch(() => undefined);
  });
}

test("closes with 4004 for a wrong token and 4014 for an intent that is not granted", async () => {
  expect(await refusal(open({ gatewayToken: "wrong" }))).toBe(4004);
  const curious = usualIntents | GatewayIntentBits.GuildMembers;
  expect(await refusal(open({ intents: curious }))).toBe(4014);
});

test("keeps the content of a guild’s messages from a bot without the intent", async () => {
  const parts = open({ intents: usualIntents & ~GatewayIntentBits.MessageContent });
  const heard: string[] = [];
  parts.client.on(GatewayDispatchEvents.MessageCreate, ({ data }) => heard.push(data.content));
  await parts.gateway.connect();
  const anna = server.user({ username: "anna" });
  anna.text(server.support, "secret");
  anna.text(server.support, `<@${server.bot.id}> for you`);
  anna.dm("direct");
  await expect.poll(() => heard).toEqual(["", `<@${server.bot.id}> for you`, "direct"]);
});

test("sends a guild’s events to its shard and direct messages to the first", async () => {
  const parts = open({ shardCount: 2 });
  const heard: [number, string][] = [];
  parts.gateway.on(WebSocketShardEvents.Dispatch, (payload, shard) => {
    if (payload.t === GatewayDispatchEvents.MessageCreate) heard.push([shard, payload.d.content]);
  });
  // The second identify waits its five seconds.
  await parts.gateway.connect();
  await server.gateway.whenConnected(2);
  const anna = server.user({ username: "anna" });
  anna.dm("direct");
  anna.text(server.support, "guild");
  const shard = Number((BigInt(server.guild.id) >> 22n) % 2n);
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard).toContainEqual([0, "direct"]);
  expect(heard).toContainEqual([shard, "guild"]);
});

test("replays what a broken line missed, but not what is lost", async () => {
  const parts = open();
  const heard: string[] = [];
  parts.client.on(GatewayDispatchEvents.MessageCreate, ({ data }) => heard.push(data.content));
  await parts.gateway.connect();
  await server.gateway.whenConnected();
  const anna = server.user({ username: "anna" });
  server.gateway.cut();
  server.gateway.lose(1);
  anna.dm("lost");
  anna.dm("kept");
  await expect.poll(() => heard).toEqual(["kept"]);
});

test("asks to reconnect, and the bot resumes", async () => {
  const parts = open();
  await parts.gateway.connect();
  const resumed = once(parts.client, GatewayDispatchEvents.Resumed);
  server.gateway.reconnect();
  await resumed;
});

test("forgets a session whose window is over", async () => {
  server.gateway.resumeWindowMs = -1;
  const parts = open();
  await parts.gateway.connect();
  const sessions = new Map(parts.sessions);
  await parts.gateway.destroy({ code: 4000 });
  const ready = open({ sessions });
  const again = once(ready.client, GatewayDispatchEvents.Ready);
  await ready.gateway.connect();
  await again;
  expect(server.gateway.received.map(({ op }) => op).filter((op) => op !== 1)).toEqual([2, 6, 2]);
});

test("is found dead by a bot whose heartbeats get no answer", async () => {
  const quick = await openDiscordServer({ heartbeatMs: 200 });
  const parts = openParts(quick);
  await parts.gateway.connect();
  quick.gateway.pauseAcks(true);
  const resumed = once(parts.client, GatewayDispatchEvents.Resumed);
  await expect.poll(() => quick.gateway.received.some(({ op }) => op === 6)).toBe(true);
  quick.gateway.pauseAcks(false);
  await resumed;
  await parts.gateway.destroy();
  await quick.close();
  expect(quick.faults).toEqual([]);
});
