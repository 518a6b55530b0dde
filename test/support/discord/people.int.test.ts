import { type APIInteraction, GatewayDispatchEvents, InteractionType } from "@discordjs/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Parts, openParts } from "./bot-parts.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;
let parts: Parts;
let answer: (interaction: APIInteraction) => Promise<unknown>;
let heard: APIInteraction[];

beforeEach(async () => {
  server = await openDiscordServer();
  parts = openParts(server);
  heard = [];
  answer = () => Promise.resolve();
  parts.client.on(GatewayDispatchEvents.InteractionCreate, ({ data }) => {
    heard.push(data);
    void answer(data);
  });
  await parts.gateway.connect();
  await server.gateway.whenConnected();
});

afterEach(async () => {
  await parts.gateway.destroy();
  await server.close();
  expect(server.faults).toEqual([]);
});

test("a slash command by its French name opens a form with a file, whose sending is answered", async () => {
  await parts.api.applicationCommands.bulkOverwriteGlobalCommands(server.applicationId, [
    { name: "refund", description: "Ask", name_localizations: { fr: "remboursement" } },
  ]);
  answer = ({ id, token, type }) =>
    type === InteractionType.ApplicationCommand
      ? parts.api.interactions.createModal(id, token, {
          custom_id: "order",
          title: "Commande",
          components: [
            { type: 18, label: "Numéro", component: { type: 4, custom_id: "number", style: 1 } },
            {
              type: 18,
              label: "Sujet",
              component: {
                type: 3,
                custom_id: "topic",
                options: [{ label: "Baisse", value: "drop" }],
              },
            },
            {
              type: 18,
              label: "Image",
              component: { type: 19, custom_id: "pictures", max_values: 2, required: false },
            },
          ],
        })
      : parts.api.interactions.reply(id, token, { content: "Merci", flags: 64 });
  const anna = server.user({ username: "anna", locale: "fr" });

  const use = anna.command("remboursement", {}, server.support);
  expect(await use.settled()).toBe("modal");
  const modal = await anna.waitForModal();
  expect(modal.fields.map(({ label, kind }) => [label, kind])).toEqual([
    ["Numéro", "text"],
    ["Sujet", "select"],
    ["Image", "files"],
  ]);
  expect(() => anna.submitModal(modal, { topic: ["drop"] })).toThrow("number must be filled in");
  const sent = anna.submitModal(modal, {
    number: "48213",
    topic: ["drop"],
    pictures: [{ name: "a.png", bytes: Buffer.from("png") }],
  });
  expect(await sent.settled()).toBe("replied");
  expect(sent.reply).toMatchObject({ content: "Merci", ephemeral: true });
  const submit = heard[1] as unknown as {
    locale: string;
    data: { components: unknown[]; resolved: { attachments: Record<string, { url: string }> } };
  };
  const [picture] = Object.entries(submit.data.resolved.attachments);
  expect(submit.locale).toBe("fr");
  expect(submit.data.components).toEqual([
    { type: 18, id: 1, component: { type: 4, id: 2, custom_id: "number", value: "48213" } },
    { type: 18, id: 3, component: { type: 3, id: 4, custom_id: "topic", values: ["drop"] } },
    {
      type: 18,
      id: 5,
      component: { type: 19, id: 6, custom_id: "pictures", values: [picture?.[0]] },
    },
  ]);
  expect(await (await fetch(picture?.[1].url ?? "")).text()).toBe("png");
});

test("only its person sees an ephemeral answer, and the channel’s history has none", async () => {
  answer = ({ id, token }) =>
    parts.api.interactions.reply(id, token, { content: "Psst", flags: 64 });
  const anna = server.user({ username: "anna" });
  const bert = server.user({ username: "bert" });
  const panel = await parts.api.channels.createMessage(server.support.id, {
    content: "Panel",
    components: [{ type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] }],
  });
  await anna.press(panel, "Go").settled();
  expect(anna.messages(server.support).map(({ content }) => content)).toEqual(["Panel", "Psst"]);
  expect(bert.messages(server.support).map(({ content }) => content)).toEqual(["Panel"]);
  expect(await parts.api.channels.getMessages(server.support.id)).toHaveLength(1);
});

test("a choice changes its message, whose select is then out of reach", async () => {
  answer = ({ id, token }) =>
    parts.api.interactions.updateMessage(id, token, {
      content: "Chosen",
      components: [select(true)],
    });
  const select = (disabled: boolean) => ({
    type: 1 as const,
    components: [
      {
        type: 3 as const,
        custom_id: "topic",
        disabled,
        options: [{ label: "Drop", value: "drop" }],
      },
    ],
  });
  const anna = server.user({ username: "anna" });
  const { id: channelId } = await parts.api.users.createDM(anna.id);
  const message = await parts.api.channels.createMessage(channelId, {
    components: [select(false)],
  });
  expect(() => anna.select(message, "topic", ["other"])).toThrow("there is no option other");
  const use = anna.select(message, "topic", ["drop"]);
  expect(await use.settled()).toBe("updated");
  expect(anna.message(message.id)).toMatchObject({
    content: "Chosen",
    selects: [{ disabled: true }],
  });
  expect(() => anna.select(message, "topic", ["drop"])).toThrow("is disabled");
});

test("the first follow-up takes the place of a deferred answer", async () => {
  await parts.api.applicationCommands.bulkOverwriteGuildCommands(
    server.applicationId,
    server.guild.id,
    [{ name: "case", description: "Show a case" }],
  );
  answer = async ({ id, token }) => {
    await parts.api.interactions.defer(id, token);
    await parts.api.interactions.followUp(server.applicationId, token, { content: "First" });
    await parts.api.interactions.followUp(server.applicationId, token, { content: "Second" });
  };
  const anna = server.user({ username: "anna" });
  const use = anna.command("case", {}, server.support);
  await anna.waitForMessage(server.support, ({ content }) => content === "Second");
  expect(use.reply?.content).toBe("First");
  expect(() => anna.command("case", {}, "dm")).toThrow("there is no command /case here");
});

test("a forum post is a thread with its first message, seen by agents only", async () => {
  const agent = server.user({ username: "bert", roles: [server.agents] });
  const anna = server.user({ username: "anna" });
  const [open] = server.forum.tags;
  const post = await parts.api.channels.createForumThread(server.forum.id, {
    name: "Case 7",
    applied_tags: [open?.id ?? ""],
    message: { content: "Opened" },
  });
  expect(agent.messages(post)[0]).toMatchObject({ id: post.id, content: "Opened" });
  expect(() => anna.text(post, "Hi")).toThrow("anna sees no channel");
});

test("a closed thread opens by writing unless it is locked", async () => {
  const agent = server.user({ username: "bert", roles: [server.agents] });
  const anna = server.user({ username: "anna" });
  const thread = await parts.api.channels.createThread(server.support.id, {
    name: "Case",
    type: 12,
  });
  await parts.api.threads.addMember(thread.id, anna.id);
  await parts.api.channels.edit(thread.id, { archived: true });
  await expect(parts.api.channels.edit(thread.id, { name: "New" })).rejects.toMatchObject({
    code: 50083,
  });
  anna.text(thread, "Again");
  expect(server.channel(thread.id)?.thread?.archived).toBe(false);
  server.guild.lock(thread);
  expect(() => anna.text(thread, "Hello?")).toThrow("Thread is locked");
  agent.text(thread, "I may");
  server.guild.guild.maxActiveThreads = 1;
  await expect(
    parts.api.channels.createThread(server.support.id, { name: "Next", type: 12 }),
  ).rejects.toMatchObject({ code: 160006 });
});

test("pages through a channel, newest first, and without the right gets an empty list", async () => {
  const anna = server.user({ username: "anna" });
  const ids = Array.from({ length: 150 }, (_, index) => anna.text(server.support, `${index}`).id);
  const page = await parts.api.channels.getMessages(server.support.id, {
    after: ids[9] ?? "",
    limit: 100,
  });
  expect(page.map(({ content }) => content)).toEqual(
    Array.from({ length: 100 }, (_, index) => `${109 - index}`),
  );
  server.guild.deny(server.support, server.bot, ["READ_MESSAGE_HISTORY"]);
  expect(await parts.api.channels.getMessages(server.support.id)).toEqual([]);
});

test("pings nobody whom the bot does not mean to ping", async () => {
  const anna = server.user({ username: "anna" });
  const body = { content: `@everyone <@${anna.id}>`, allowed_mentions: { parse: [] } };
  await parts.api.channels.createMessage(server.support.id, body);
  expect(await anna.waitForMessage()).toMatchObject({ pings: [], pingsEveryone: false });
});

test("takes ten megabytes as a file, and no more", async () => {
  const send = (size: number) =>
    parts.api.channels.createMessage(server.support.id, {
      files: [{ name: "a.bin", data: Buffer.alloc(size) }],
    });
  expect((await send(10 * 1024 * 1024)).attachments[0]?.size).toBe(10 * 1024 * 1024);
  await expect(send(10 * 1024 * 1024 + 1)).rejects.toMatchObject({ code: 40005, status: 413 });
});
