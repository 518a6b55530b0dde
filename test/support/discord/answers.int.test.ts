import { afterEach, beforeEach, expect, test } from "vitest";
import { type Parts, openParts } from "./bot-parts.ts";
import { loadSpec } from "./schemas.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;
let parts: Parts;

beforeEach(async () => {
  server = await openDiscordServer();
  parts = openParts(server);
});

afterEach(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

test("answers as Discord’s own file says", async () => {
  const spec = await loadSpec();
  const { api, rest } = parts;
  const anna = server.user({ username: "anna" });
  const sent = anna.text(server.support, "Hi", {
    files: [{ name: "a.png", bytes: Buffer.from("x") }],
  });
  const reply = await api.channels.createMessage(server.support.id, {
    content: "Hello",
    embeds: [{ title: "Case" }],
    message_reference: { message_id: sent.id },
    components: [
      { type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] },
      {
        type: 1,
        components: [{ type: 3, custom_id: "topic", options: [{ label: "Drop", value: "drop" }] }],
      },
    ],
  });
  const [command] = await api.applicationCommands.bulkOverwriteGlobalCommands(
    server.applicationId,
    [{ name: "refund", description: "Ask" }],
  );
  const answers: [schema: string, answer: unknown][] = [
    ["MessageResponse", await api.channels.getMessage(server.support.id, sent.id)],
    ["MessageResponse", reply],
    [
      "CreatedThreadResponse",
      await api.channels.createThread(server.support.id, { name: "Case", type: 12 }),
    ],
    [
      "CreatedThreadResponse",
      await api.channels.createForumThread(server.forum.id, {
        name: "Case",
        message: { content: "Hi" },
      }),
    ],
    ["GuildChannelResponse", await api.channels.get(server.support.id)],
    ["GuildChannelResponse", await api.channels.get(server.forum.id)],
    ["PrivateChannelResponse", await api.users.createDM(anna.id)],
    ["ApplicationCommandResponse", command],
    ["UserPIIResponse", await api.users.getCurrent()],
    ["GuildMemberResponse", await api.guilds.getMember(server.guild.id, anna.id)],
    ["GuildRoleResponse", (await api.guilds.getRoles(server.guild.id))[0]],
    ["ThreadsResponse", await api.guilds.getActiveThreads(server.guild.id)],
    ["GatewayBotResponse", await rest.get("/gateway/bot")],
  ];
  const strange = answers.flatMap(([schema, answer]) =>
    spec.faultsOf([schema], answer).map(({ path, message }) => `${schema} ${path}: ${message}`),
  );
  expect(strange).toEqual([]);
});
