import { once } from "node:events";
import { GatewayDispatchEvents, MessageFlags } from "@discordjs/core";
import { DiscordAPIError, REST } from "@discordjs/rest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Parts, openParts } from "./bot-parts.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;
let parts: Parts;

beforeEach(async () => {
  server = await openDiscordServer();
  parts = openParts(server);
});

afterEach(async () => {
  await parts.gateway.destroy();
  await server.close();
  expect(server.faults).toEqual([]);
});

async function connect(): Promise<void> {
  await parts.gateway.connect();
  await server.gateway.whenConnected();
}

/** The next event of this kind. */
async function heard<T>(event: GatewayDispatchEvents): Promise<T> {
  const [{ data }] = (await once(parts.client, event)) as [{ data: T }];
  return data;
}

test("logs in and hears of its guild, its channels and itself", async () => {
  const ready = heard<{ user: { id: string } }>(GatewayDispatchEvents.Ready);
  const guild = heard<{ id: string; channels: { name: string }[] }>(
    GatewayDispatchEvents.GuildCreate,
  );
  await connect();
  expect((await ready).user.id).toBe(server.bot.id);
  expect((await guild).id).toBe(server.guild.id);
  expect((await guild).channels.map(({ name }) => name)).toEqual(["support", "desk", "cases"]);
});

test("carries a direct message both ways", async () => {
  await connect();
  const anna = server.user({ username: "anna" });
  const created = heard<{ content: string; channel_id: string; channel_type: number }>(
    GatewayDispatchEvents.MessageCreate,
  );
  anna.dm("Hej!");
  const { content, channel_id: channelId, channel_type: type } = await created;
  expect({ content, type }).toEqual({ content: "Hej!", type: 1 });
  await parts.api.channels.createMessage(channelId, { content: "Hello, Anna" });
  expect((await anna.waitForMessage("dm")).content).toBe("Hello, Anna");
});

test("refuses a closed DM with 50007", async () => {
  const anna = server.user({ username: "anna", dmsClosed: true });
  const { id } = await parts.api.users.createDM(anna.id);
  await expect(parts.api.channels.createMessage(id, { content: "Hi" })).rejects.toMatchObject({
    code: 50007,
    status: 403,
  });
  expect(server.invalidRequests).toBe(1);
});

test("opens a private thread that only those in it see", async () => {
  await connect();
  const anna = server.user({ username: "anna" });
  const bert = server.user({ username: "bert" });
  const thread = await parts.api.channels.createThread(server.support.id, {
    name: "Anna’s case",
    type: 12,
  });
  await parts.api.threads.addMember(thread.id, anna.id);
  await parts.api.channels.createMessage(thread.id, { content: "Here we are" });
  expect(anna.messages(thread).at(-1)?.content).toBe("Here we are");
  expect(() => bert.messages(thread)).toThrow("bert sees no channel");
  const created = heard<{ content: string }>(GatewayDispatchEvents.MessageCreate);
  anna.text(thread, "It dropped");
  expect((await created).content).toBe("It dropped");
});

test("stores one message for one nonce, for two minutes", async () => {
  let now = Date.now();
  const timed = await openDiscordServer({ now: () => now });
  const { api } = openParts(timed);
  const body = { content: "Once", nonce: "turn-1", enforce_nonce: true };
  const first = await api.channels.createMessage(timed.support.id, body);
  now += 119_000;
  const second = await api.channels.createMessage(timed.support.id, body);
  now += 121_000;
  const third = await api.channels.createMessage(timed.support.id, body);
  await timed.close();
  expect(second.id).toBe(first.id);
  expect(third.id).not.toBe(first.id);
  expect(timed.faults).toEqual([]);
});

test("takes a button's answer within three seconds and no later", async () => {
  let now = Date.now();
  const timed = await openDiscordServer({ now: () => now });
  const other = openParts(timed);
  await other.gateway.connect();
  await timed.gateway.whenConnected();
  const anna = timed.user({ username: "anna" });
  const panel = await other.api.channels.createMessage(timed.support.id, {
    content: "Help?",
    components: [
      { type: 1, components: [{ type: 2, style: 1, label: "Start", custom_id: "start" }] },
    ],
  });
  const interactions: { id: string; token: string }[] = [];
  other.client.on(GatewayDispatchEvents.InteractionCreate, ({ data }) => interactions.push(data));

  const late = anna.press(panel, "Start");
  await expect.poll(() => interactions.length).toBe(1);
  now += 3_001;
  expect(late.state).toBe("failed");
  const [first] = interactions;
  await expect(
    other.api.interactions.reply(first?.id ?? "", first?.token ?? "", { content: "Late" }),
  ).rejects.toMatchObject({ code: 10062, status: 404 });

  const good = anna.press(panel, "start");
  await expect.poll(() => interactions.length).toBe(2);
  const { id = "", token = "" } = interactions[1] ?? {};
  await other.api.interactions.defer(id, token, { flags: MessageFlags.Ephemeral });
  expect(good.state).toBe("thinking");
  await expect(other.api.interactions.defer(id, token)).rejects.toMatchObject({ code: 40060 });
  await other.api.interactions.editReply(timed.applicationId, token, { content: "Only you" });
  expect(await anna.waitForMessage(timed.support, (one) => one.ephemeral)).toMatchObject({
    content: "Only you",
  });
  now += 15 * 60_000 + 1;
  await expect(
    other.api.interactions.editReply(timed.applicationId, token, { content: "Too late" }),
  ).rejects.toMatchObject({ code: 50027, status: 401 });
  await other.gateway.destroy();
  await timed.close();
  expect(timed.faults).toEqual([]);
});

test("a new process resumes and gets what came in between", async () => {
  await connect();
  const anna = server.user({ username: "anna" });
  // discord.js forgets the session when it is told to stop; a killed process does not.
  const sessions = new Map(parts.sessions);
  await parts.gateway.destroy({ code: 4000 });
  await expect.poll(() => server.gateway.connected).toBe(0);
  anna.dm("While you were away");

  const second = openParts(server, { sessions });
  const created = once(second.client, GatewayDispatchEvents.MessageCreate);
  await second.gateway.connect();
  const [{ data }] = (await created) as [{ data: { content: string } }];
  expect(data.content).toBe("While you were away");
  expect(server.gateway.received.map(({ op }) => op).filter((op) => op !== 1)).toEqual([2, 6]);
  await second.gateway.destroy();
});

test("identifies anew after a session that is over", async () => {
  await connect();
  const ready = heard(GatewayDispatchEvents.Ready);
  server.gateway.invalidate(false);
  await ready;
  expect(server.gateway.identifiesLeft).toBe(998);
});

test("resumes after a broken line", async () => {
  await connect();
  const resumed = heard(GatewayDispatchEvents.Resumed);
  server.gateway.cut();
  await resumed;
  expect(server.gateway.connected).toBe(1);
});

test("answers 429 as planned and notices who does not wait", async () => {
  server.fault({ fault: { type: "rate-limit", retryAfterMs: 200 }, method: "POST", times: 1 });
  const rest = new REST({
    version: "10",
    api: server.api,
    retries: 0,
    rejectOnRateLimit: () => true,
  }).setToken(server.token);
  const send = (client: REST) =>
    client.post(`/channels/${server.support.id}/messages`, { body: { content: "Hi" } });
  await expect(send(rest)).rejects.toMatchObject({ retryAfter: expect.any(Number) as number });
  await expect(send(parts.rest)).resolves.toBeDefined();
  expect(server.earlyCalls).toHaveLength(1);
  expect(server.calls.map(({ status, applied }) => [status, applied])).toEqual([
    [429, false],
    [429, false],
    [200, true],
  ]);
});

test("holds a bot to the limits if asked", async () => {
  server.enforceLimits({ requests: 2, perMs: 300 });
  const start = Date.now();
  for (let count = 0; count < 5; count++) {
    await parts.api.channels.createMessage(server.support.id, { content: String(count) });
  }
  expect(Date.now() - start).toBeGreaterThan(500);
  expect(server.earlyCalls).toEqual([]);
});

test("finds a body that Discord would refuse", async () => {
  const refused = parts.api.channels.createMessage(server.support.id, {
    components: [{ type: 1, components: [{ type: 2, style: 1, label: "x".repeat(81) }] }] as never,
  });
  await expect(refused).rejects.toBeInstanceOf(DiscordAPIError);
  expect(server.faults.splice(0)).toEqual([
    "POST /channels/{channel_id}/messages: components.0.components.0.label: too_big (at most 80)",
  ]);
});

test("serves a file by a link that expires, and gives a fresh one", async () => {
  const anna = server.user({ username: "anna" });
  const sent = anna.dm("Look", { files: [{ name: "a b.png", bytes: Buffer.from("picture") }] });
  const url = sent.attachments[0]?.url ?? "";
  expect(await (await fetch(url)).text()).toBe("picture");
  server.links.expire();
  expect((await fetch(url)).status).toBe(404);
  const again = await parts.api.channels.getMessage(sent.channelId, sent.id);
  expect((await fetch(again.attachments[0]?.url ?? "")).status).toBe(200);
});
