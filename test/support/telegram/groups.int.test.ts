import { Bot } from "grammy/web";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTelegramServer, type TelegramServer } from "./server.ts";

let server: TelegramServer;
let api: Bot["api"];

beforeEach(async () => {
  server = await openTelegramServer();
  ({ api } = new Bot(server.token, { client: { apiRoot: server.url, timeoutSeconds: 5 } }));
});
afterEach(async () => {
  const { faults } = server;
  await server.close();
  expect(faults).toEqual([]);
});

const forum = -1_001_234;
const openForum = () =>
  server.group({ id: forum, forum: true, members: [{ id: 41, firstName: "Agnès" }] });
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const refused = (description: string, parameters = {}) =>
  expect.objectContaining({ description, parameters });

describe("a forum", () => {
  it("has topics, of whose making the bot is told", async () => {
    const group = openForum();
    const topic = await api.createForumTopic(forum, "RF-7K2Q drop");
    const sent = await api.sendMessage(forum, "summary", {
      message_thread_id: topic.message_thread_id,
    });
    expect(sent).toMatchObject({ is_topic_message: true });
    group.as(41, topic.message_thread_id).text("Bonjour");
    await api.editForumTopic(forum, topic.message_thread_id, { name: "RF-7K2Q done" });
    const updates = await api.getUpdates();
    expect(updates.map(({ message }) => message)).toMatchObject([
      { forum_topic_created: { name: "RF-7K2Q drop" }, from: { id: server.bot.id } },
      { text: "Bonjour", message_thread_id: topic.message_thread_id, from: { id: 41 } },
      { forum_topic_edited: { name: "RF-7K2Q done" } },
    ]);
    expect(updates[1]?.message?.reply_to_message).toMatchObject({ forum_topic_created: {} });
    expect(group.topic(topic.message_thread_id)?.messages.map(({ text }) => text)).toEqual([
      "",
      "summary",
      "Bonjour",
      "",
    ]);
  });

  it("refuses what goes to topics that are closed, deleted or none", async () => {
    const group = openForum();
    const { message_thread_id: id } = await api.createForumTopic(forum, "one");
    const send = () => problem(api.sendMessage(forum, "?", { message_thread_id: id }));
    await api.closeForumTopic(forum, id);
    expect(await send()).toEqual(refused("Bad Request: TOPIC_CLOSED"));
    expect(await problem(api.closeForumTopic(forum, id))).toEqual(
      refused("Bad Request: TOPIC_NOT_MODIFIED"),
    );
    await api.reopenForumTopic(forum, id);
    expect(await send()).toBeUndefined();
    group.deleteTopic(id);
    expect(await send()).toEqual(refused("Bad Request: message thread not found"));
    expect(group.chat.messages).toEqual([]);
    expect(await problem(api.sendMessage(forum, "general", { message_thread_id: 1 }))).toEqual(
      refused("Bad Request: message thread not found"),
    );
  });

  it("shows anonymous administrators and channels as what they are", async () => {
    const group = openForum();
    group.asAnonymous().text("who?");
    group.asChannel({ id: -1_009, title: "News" }).text("news");
    const updates = await api.getUpdates();
    expect(updates.map(({ message }) => message)).toMatchObject([
      { from: { id: 1_087_968_824, username: "GroupAnonymousBot" }, sender_chat: { id: forum } },
      { sender_chat: { id: -1_009, type: "channel" } },
    ]);
  });

  it("keeps its rights: a bot that is no administrator makes no topics", async () => {
    const group = openForum();
    group.demoteBot();
    expect(await problem(api.createForumTopic(forum, "one"))).toEqual(
      refused("Bad Request: not enough rights to manage topics"),
    );
    group.kickBot();
    expect(await problem(api.sendMessage(forum, "?"))).toEqual(
      refused("Forbidden: bot was kicked from the supergroup chat"),
    );
    const updates = await api.getUpdates();
    expect(updates.map((update) => update.my_chat_member?.new_chat_member.status)).toEqual([
      "member",
      "kicked",
    ]);
  });
});

describe("a group", () => {
  it("becomes a supergroup with another id", async () => {
    const group = server.group({ id: -55, members: [{ id: 41 }] });
    await api.sendMessage(-55, "before");
    const id = group.migrate(true);
    expect(await problem(api.sendMessage(-55, "after"))).toEqual(
      refused("Bad Request: group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: id,
      }),
    );
    await api.sendMessage(id, "after");
    expect((await group.waitForMessage()).text).toBe("after");
    const updates = await api.getUpdates();
    expect(updates.map(({ message }) => message)).toMatchObject([
      { migrate_to_chat_id: id, chat: { id: -55 } },
      { migrate_from_chat_id: -55, chat: { id } },
    ]);
  });

  it("lets its members come, be asked for and go", async () => {
    const group = server.group({ id: -55, members: [{ id: 41 }] });
    group.promote(41);
    group.as({ id: 42, firstName: "Bo" }).text("hi");
    const administrators = await api.getChatAdministrators(-55);
    expect(administrators.map(({ user }) => user.id)).toEqual([41, server.bot.id]);
    group.leave(42);
    expect(await api.getChatMember(-55, 42)).toMatchObject({ status: "left" });
    expect(() => group.as(42)).toThrow("no member");
  });

  it("shows a bot without rights only what is meant for it", async () => {
    await server.close();
    server = await openTelegramServer({ bot: { can_read_all_group_messages: false } });
    ({ api } = new Bot(server.token, { client: { apiRoot: server.url } }));
    const group = server.group({ id: -55, members: [{ id: 41 }], bot: "member" });
    const { message_id: id } = await api.sendMessage(-55, "?");
    const member = group.as(41);
    member.text("among ourselves");
    member.command("case");
    member.text("an answer", { replyTo: id });
    const updates = await api.getUpdates();
    expect(updates.map(({ message }) => message?.text)).toEqual(["/case", "an answer"]);
  });

  it("copies what can be copied", async () => {
    const customer = server.user({ id: 7 });
    const { message_id: id } = customer.text("**as typed**");
    server.group({ id: -55 });
    const copy = await api.copyMessage(-55, 7, id);
    expect(server.calls.at(-1)).toMatchObject({ messageId: copy.message_id });
    expect(await problem(api.copyMessage(-55, 7, 999))).toEqual(
      refused("Bad Request: message to copy not found"),
    );
    await api.setMessageReaction(7, id, [{ type: "emoji", emoji: "👀" }]);
    await api.pinChatMessage(-55, copy.message_id);
    const raw = api.raw.setMessageReaction({
      chat_id: 7,
      message_id: id,
      reaction: [{ type: "emoji", emoji: "✅" as "👀" }],
    });
    expect(await problem(raw)).toEqual(refused("Bad Request: REACTION_INVALID"));
  });
});

describe("what the bot says of itself", () => {
  it("is kept by scope and by language", async () => {
    const french = [{ command: "aide", description: "Obtenir de l'aide" }];
    await api.setMyCommands(french, { language_code: "fr" });
    await api.setMyName("Viplikes", { language_code: "sv" });
    expect(await api.getMyCommands({ language_code: "fr" })).toEqual(french);
    expect(await api.getMyCommands()).toEqual([]);
    expect(await api.getMyName({ language_code: "sv" })).toEqual({ name: "Viplikes" });
    await api.deleteMyCommands({ language_code: "fr" });
    expect(await api.getMyCommands({ language_code: "fr" })).toEqual([]);
  });
});
