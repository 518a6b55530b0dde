import { Api } from "grammy/web";
import { afterEach, describe, expect, it } from "vitest";
import {
  CustomerUnreachable,
  Moved,
  OutcomeUnknown,
  PlatformUnavailable,
  RateLimited,
  Undeliverable,
} from "../../../src/core/errors.ts";
import type { Message } from "../../../src/core/message.ts";
import { split } from "../../../src/core/split.ts";
import type { LeasedReply } from "../../../src/ports/store.ts";
import { library } from "../../support/shop.ts";
import { failing, type Fault } from "../../support/telegram/faults.ts";
import type { Customer } from "../../support/telegram/people.ts";
import {
  type BotOptions,
  choose,
  eventually,
  mistakes,
  none,
  openBot,
  picture,
  pressChoice,
  question,
  secret,
  type TestBot,
} from "./bot.ts";

/** The rows of the table of Telegram's edge cases, each by its name. What only the agents' desk will meet is tested as far as the channel goes. */

let bot: TestBot;
afterEach(async () => {
  const { server } = bot;
  await bot.close();
  expect(mistakes(server)).toEqual(none);
});

const hour = 3_600_000;
const day = 24 * hour;

async function open(options: BotOptions = {}): Promise<Customer> {
  bot = await openBot(options);
  return bot.server.user({ id: 7, languageCode: "en" });
}

const refuse = (status: number, description: string, parameters?: object): Fault => ({
  type: "refuse",
  status,
  description,
  ...(parameters && { parameters }),
});

/** What the desk will send to a group or a topic of it. */
const replyTo = (address: string): LeasedReply => ({
  id: "telegram-7:1:0",
  conversationId: "telegram-7",
  channel: "telegram",
  address,
  seq: 1,
  message: { language: "en", blocks: [{ type: "text", text: "A new case" }], choices: [] },
  attempts: 1,
  uncertain: false,
});

const outcomeOf = (reply: LeasedReply): Promise<unknown> =>
  bot.channel.send(reply).catch((error: unknown) => error);

const sentTo = (id: number) =>
  bot.server.calls.filter(({ method, chatId }) => method === "sendMessage" && chatId === id);

const conversation = () => bot.store.load("telegram-7");

/** Lines of the log that somebody would be woken for. */
const alarms = () => bot.logged.filter((line) => line.includes('"level":"error"'));
/** Signs that Telegram did not take, for no good reason. */
const signsRefused = () => bot.logged.filter((line) => line.includes("did not take a sign"));

describe("reaching a customer", () => {
  it("User blocked bot: the lane waits, the log says why, and it goes on when they are back", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.text("48213");
    anna.block();
    await bot.server.waitForCall(({ outcome }) => outcome.includes("blocked by the user"));
    await eventually(async () => (await conversation())?.unreachable?.reason).toBe("blocked");
    await bot.allTaken();
    const tries = sentTo(7).length;
    bot.clock.pass(day);
    await bot.allTaken();
    expect(sentTo(7)).toHaveLength(tries);
    anna.unblock();
    await question(anna, "How far along");
    expect((await conversation())?.unreachable).toBeUndefined();
  });

  it("Deactivated user: nothing more is sent, and all that was said is kept", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.text("48213");
    anna.deactivate();
    await bot.server.waitForCall(({ outcome }) => outcome.includes("user is deactivated"));
    await eventually(async () => (await conversation())?.unreachable?.reason).toBe("deactivated");
    const tries = sentTo(7).length;
    bot.clock.pass(2 * day);
    await bot.allTaken();
    expect(sentTo(7)).toHaveLength(tries);
    expect(JSON.stringify(await bot.logOf(anna))).toContain("48213");
  });

  it("Never started bot: nobody is written to first, and the reason is told", async () => {
    await open();
    bot.server.user({ id: 8 });
    for (const [fault, reason] of [
      [undefined, "neverStarted"],
      [refuse(400, "Bad Request: PEER_ID_INVALID"), "neverStarted"],
      [refuse(400, "Bad Request: chat not found"), "gone"],
    ] as const) {
      const end = bot.server.fault(({ method }) => (method === "sendMessage" ? fault : undefined));
      const outcome = await outcomeOf(replyTo("8"));
      expect(outcome).toBeInstanceOf(CustomerUnreachable);
      expect((outcome as CustomerUnreachable).reason).toBe(reason);
      end();
    }
    expect(await outcomeOf(replyTo("99"))).toBeInstanceOf(CustomerUnreachable);
    expect(bot.server.calls.some(({ applied, chatId }) => applied && chatId !== undefined)).toBe(
      false,
    );
  });

  it("Flood: the pause asked for is kept, another customer is not held up, updates wait too", async () => {
    const anna = await open();
    const ben = bot.server.user({ id: 8, languageCode: "en" });
    await choose(anna, "drop");
    await choose(ben, "drop");
    const end = bot.server.fault(({ method, chatId }) =>
      method === "sendMessage" && chatId === 7 ? { type: "429", retryAfter: 30 } : undefined,
    );
    anna.text("48213");
    await bot.server.waitForCall(({ outcome }) => outcome === "429");
    end();
    ben.text("48214");
    await question(ben, "How far along");
    const tries = sentTo(7).length;
    bot.clock.pass(29_000);
    ben.text("what?");
    await question(ben);
    expect(sentTo(7)).toHaveLength(tries);
    bot.clock.pass(2000);
    await question(anna, "How far along");

    const polls = () => bot.server.calls.filter(({ method }) => method === "getUpdates").length;
    bot.server.fault(failing("getUpdates", { type: "429", retryAfter: 100 }));
    anna.text("hello");
    await bot.server.waitForCall(
      ({ method, outcome }) => method === "getUpdates" && outcome === "429",
    );
    const asked = polls();
    bot.clock.pass(98_000);
    expect(polls()).toBe(asked);
    bot.clock.pass(3000);
    await question(anna);
  });

  it("Token revoked: no lane knocks on, the operator is told, and all goes on with the token", async () => {
    const anna = await open();
    const others = [8, 9, 10].map((id) => bot.server.user({ id, languageCode: "en" }));
    for (const one of [anna, ...others]) await choose(one, "drop");
    const end = bot.server.fault(({ method }) =>
      method === "sendMessage" ? { type: "401" } : undefined,
    );
    anna.text("48213");
    await bot.server.waitForCall(({ outcome }) => outcome === "401");
    await eventually(alarms).toHaveLength(1);
    for (const one of others) one.text("48213");
    await bot.allTaken();
    for (const one of others) await eventually(() => bot.eventsOf(one)).toContain("answered");
    expect(bot.server.calls.filter(({ outcome }) => outcome === "401")).toHaveLength(1);
    end();
    bot.clock.pass(2000);
    for (const one of [anna, ...others]) await question(one, "How far along");
    expect(alarms()[0]).toContain("@BotFather");

    const revoked = bot.server.fault(() => ({ type: "401" }));
    anna.text("again");
    await eventually(() => alarms().length).toBeGreaterThan(1);
    revoked();
    bot.clock.pass(60_000);
    await question(anna);
  });

  it("5xx: what may have been sent is sent again and listed, also after a page of HTML or a broken answer", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const faults: Fault[] = [
      { type: "500" },
      { type: "502" },
      { type: "apply-then-drop" },
      { type: "apply-then-truncate" },
      { type: "body", status: 200, text: "null" },
      { type: "body", status: 503, text: '{"error":"upstream"}' },
    ];
    for (const fault of faults) {
      bot.server.fault(failing("sendMessage", fault));
      anna.chat.skip();
      anna.text("hmm");
      await bot.server.waitForCall(
        ({ method, outcome }) =>
          method === "sendMessage" && outcome !== "ok" && outcome === fault.type,
      );
      await eventually(
        () => bot.logged.filter((line) => line.includes('"code":"outcome-unknown"')).length,
      ).toBe(faults.indexOf(fault) + 1);
      bot.clock.pass(2000);
      await eventually(
        async () => (await bot.store.listTroubledDeliveries({ limit: 100 })).length,
      ).toBe(faults.indexOf(fault) + 1);
    }
    const troubled = await bot.store.listTroubledDeliveries({ limit: 100 });
    expect(new Set(troubled.map(({ state }) => state))).toEqual(new Set(["repeated"]));
  });

  it("Markup error: the words go out without their looks, once", async () => {
    const anna = await open();
    await choose(anna, "drop");
    for (const words of [
      `can't parse entities: Can't find end of the entity starting at byte offset 7`,
      "can't parse MessageEntity: Unsupported type specified",
      "entity beginning at UTF-16 offset 5 ends after the end of the text at UTF-16 offset 6",
      "ENTITY_BOUNDS_INVALID",
    ]) {
      bot.server.fault(failing("sendMessage", refuse(400, `Bad Request: ${words}`)));
      anna.text("_*[ <3");
      const plain = await question(anna);
      expect(plain.raw.entities).toBeUndefined();
      expect(plain.buttons.length).toBeGreaterThan(0);
    }
    expect(await bot.store.listTroubledDeliveries({ limit: 10 })).toEqual([]);
    // Never a third time.
    bot.server.fault(failing("sendMessage", refuse(400, "Bad Request: can't parse entities"), 2));
    expect(await outcomeOf(replyTo("7"))).toBeInstanceOf(Undeliverable);
  });

  it("Lengths: a long message comes in numbered order, whole, the buttons below its end", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const long: Message = {
      language: "en",
      blocks: [1, 2, 3].map((n) => ({ type: "text", text: `${n} ${"👩‍👩‍👧 words ".repeat(200)}` })),
      choices: [{ id: "confirm", label: "Yes", weight: "primary" }],
    };
    const parts = split(long, (message) => bot.channel.fits(message));
    expect(parts.length).toBeGreaterThan(1);
    for (const message of parts) {
      await bot.channel.send({ ...replyTo("7"), message });
      const seen = anna.lastMessage();
      expect(seen?.text.length).toBeLessThanOrEqual(4096);
      expect(seen?.buttons.length).toBe(message === parts.at(-1) ? 1 : 0);
    }
    for (const language of ["fr", "sv", "en"] as const)
      expect(library.in(language).text("telegram:pressAgain").length).toBeLessThanOrEqual(200);
  });
});

describe("files and albums", () => {
  it("Album: its parts are one answer, though nothing says which is the last", async () => {
    const anna = await open();
    await choose(anna, "wrongCountry");
    const part = { type: "photo", bytes: picture } as const;
    anna.album([part, part, part], { caption: "48213" });
    await bot.allTaken();
    bot.clock.pass(1600);
    await question(anna);
    const given = (await bot.logOf(anna)).filter(
      (body) => body.type === "event" && body.event.type === "evidence-given",
    );
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({ said: { text: "48213", files: [{}, {}, {}] } });
  });

  it("File >20 MB: it is not asked for, and the customer hears what to do", async () => {
    const anna = await open();
    await choose(anna, "wrongCountry");
    anna.document(picture, { size: 21 * 2 ** 20, fileName: "film.png" });
    await question(anna, "over 10");
    expect(bot.server.calls.some(({ method }) => method === "getFile")).toBe(false);
    bot.server.fault(failing("getFile", refuse(400, "Bad Request: file is too big")));
    anna.document(picture);
    await question(anna, "over 10");
    const { document } = anna.document(picture);
    bot.server.forgetFile(document?.file_id ?? "");
    await question(anna, "didn’t reach us");
  });

  it("File link: it is fetched at once and never shown, for it holds the token", async () => {
    const anna = await open();
    await choose(anna, "wrongCountry");
    anna.photo(picture);
    await question(anna, "1 file");
    const given = (await bot.logOf(anna)).find(
      (body) => body.type === "event" && body.event.type === "evidence-given",
    );
    expect(JSON.stringify([await bot.logOf(anna), bot.logged])).not.toContain("file/bot");
    const said = given?.type === "event" ? given.said : undefined;
    const [file] = said?.files ?? [];
    const kept = await bot.evidence.original(file?.id ?? "");
    expect(Buffer.compare(kept ?? Buffer.alloc(0), picture)).toBe(0);
  });
});

describe("buttons, edits and deletions", () => {
  it("Callback late: the refusal is swallowed, and the press counts", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    const slow = Promise.withResolvers<void>();
    bot.faults.slow = slow.promise;
    pressChoice(anna, order, "orderNumber:unknown");
    await eventually(() => bot.server.world.callbacks.size).toBe(1);
    await bot.server.waitForCall(({ method }) => method === "getUpdates");
    bot.server.fault(
      failing(
        "answerCallbackQuery",
        refuse(
          400,
          "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
      ),
    );
    bot.faults.slow = undefined;
    slow.resolve();
    await question(anna, "How far along");
    await bot.allTaken();
    expect(signsRefused()).toEqual([]);
  });

  it("Callback on old msg: a message that can't be read any more is not touched, and the press counts", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    anna.remove(order.id);
    const edits = () => bot.server.calls.filter(({ method }) => method.startsWith("edit")).length;
    const before = edits();
    const press = anna.pressOld(order.id, order.buttons[0]?.data ?? "");
    await press.answered;
    await question(anna, "How far along");
    await bot.allTaken();
    // The question that came in between has its buttons still.
    expect(edits() - before).toBeLessThanOrEqual(1);
    expect(signsRefused()).toEqual([]);
  });

  it("Same-content edit: it counts as done", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    bot.server.fault(
      failing(
        "editMessageText",
        refuse(400, "Bad Request: message is not modified: specified new message content"),
      ),
    );
    await pressChoice(anna, order, "orderNumber:unknown").answered;
    await question(anna, "How far along");
    expect(signsRefused()).toEqual([]);
  });

  it("Edit/delete gone: a question that the customer has deleted is left alone", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    anna.remove(order.id);
    anna.text("48213");
    await question(anna, "How far along");
    await bot.server.waitForCall(({ outcome }) => outcome.includes("message to edit not found"));
    expect(signsRefused()).toEqual([]);
  });

  it("48 h rule: nothing is ever deleted, and a keyboard too old to be taken away does no harm", async () => {
    const anna = await open();
    await choose(anna, "drop");
    bot.clock.pass(3 * day);
    bot.server.fault(
      failing("editMessageReplyMarkup", refuse(400, "Bad Request: message can't be edited")),
    );
    anna.text("48213");
    await question(anna, "How far along");
    await bot.server.waitForCall(({ outcome }) => outcome === "refuse");
    expect(signsRefused()).toEqual([]);
    expect(
      bot.server.calls.some(
        ({ method }) => method.startsWith("delete") && method !== "deleteWebhook",
      ),
    ).toBe(false);
  });

  it("Deletion by user: no word comes of it, and what was said stays in the transcript", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const said = anna.text("48213");
    await question(anna, "How far along");
    anna.remove(said);
    expect(bot.server.world.updates.size).toBe(0);
    anna.text("1");
    await question(anna);
    expect(JSON.stringify(await bot.logOf(anna))).toContain("48213");
  });

  it("Edits: one without a visible change is no event, another is shown with what it corrects", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const said = anna.text("48213");
    await question(anna, "How far along");
    const events = (await bot.eventsOf(anna)).length;
    const messages = anna.chat.messages.length;
    anna.edit(said, "48213");
    await bot.allTaken();
    expect(await bot.eventsOf(anna)).toHaveLength(events);
    expect(anna.chat.messages).toHaveLength(messages);
    anna.edit(said, "48999");
    await question(anna);
    expect((await bot.logOf(anna)).findLast((body) => body.type === "event")).toMatchObject({
      said: { text: "48999", edits: expect.stringContaining(`message:7:${said.message_id}`) },
    });
    anna.edit(said, "48999");
    await bot.allTaken();
    expect(await bot.eventsOf(anna)).toHaveLength(events + 1);
  });

  it("Lane reorder: a button that is overtaken by a text has one outcome", async () => {
    const anna = await open({ webhook: true });
    const order = await choose(anna, "drop");
    anna.text("48213");
    await question(anna, "How far along");
    // Telegram brings it late, from another lane.
    const press = anna.pressOld(order.id, order.buttons[0]?.data ?? "");
    await press.answered;
    const again = await question(anna, "How far along");
    expect(again.text).toContain("no longer active");
    const answers = (await bot.eventsOf(anna)).filter((type) => type === "answered");
    expect(answers).toHaveLength(1);
  });
});

describe("the connection", () => {
  it("Two pollers: the conflict ends by itself, and nothing is lost", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const other = new Api(bot.server.token, { apiRoot: bot.server.url });
    await eventually(() => bot.server.isPolled).toBe(true);
    const stolen = other.getUpdates({ timeout: 20 }).catch((error: unknown) => error);
    await eventually(() => bot.logged.join("")).toContain("another bot uses this token");
    bot.clock.pass(30_000);
    expect(await stolen).toMatchObject({ error_code: 409 });
    anna.text("48213");
    await question(anna, "How far along");
    expect(alarms().length).toBeGreaterThan(0);
  });

  it("Old update: the operator hears when Telegram may have dropped some", async () => {
    const anna = await open();
    await choose(anna, "drop");
    await bot.stop();
    anna.text("48213");
    bot.clock.pass(19 * hour);
    await bot.start();
    await question(anna, "How far along");
    expect(alarms()).toEqual([]);
    await bot.stop();
    anna.text("lost");
    bot.clock.pass(4 * hour);
    anna.text("1");
    bot.clock.pass(20.5 * hour);
    await bot.start();
    await question(anna);
    await eventually(alarms).toHaveLength(1);
    expect(alarms()[0]).toContain("24 hours");
    expect(JSON.stringify(await bot.logOf(anna))).not.toContain("lost");
  });

  it("allowed_updates: they are named at each start, without what nobody reads", async () => {
    const anna = await open();
    await choose(anna, "drop");
    const wanted = ["message", "edited_message", "callback_query", "my_chat_member"];
    const polls = bot.server.calls.filter(({ method }) => method === "getUpdates");
    for (const { params } of polls) expect(params.allowed_updates).toEqual(wanted);
    await bot.allTaken();
    anna.react(anna.lastMessage()?.id ?? 0, "👍");
    expect(bot.server.world.updates.size).toBe(0);
    await bot.close();
    await open({ webhook: true });
    const { params } = await bot.server.waitForCall(({ method }) => method === "setWebhook");
    expect(params.allowed_updates).toEqual(wanted);
  });

  it("Webhook reply trick: an answer to the webhook says nothing, for it would have no outcome", async () => {
    const anna = await open({ webhook: true });
    await choose(anna, "drop");
    const update = {
      update_id: 1,
      message: {
        message_id: 9999,
        date: 1,
        chat: { id: 7, type: "private" },
        from: anna.user,
        text: "48213",
      },
    };
    const answer = await fetch(bot.webhookUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret },
      body: JSON.stringify(update),
    });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    await question(anna, "How far along");
  });
});

describe("groups, of which the desk will be one", () => {
  it("Group upgraded: the channel names the new address, and the same message goes there", async () => {
    const anna = await open();
    const group = bot.server.group({ id: -500, members: [{ id: 7 }] });
    const id = group.migrate();
    const outcome = await outcomeOf(replyTo("-500"));
    expect(outcome).toBeInstanceOf(Moved);
    expect((outcome as Moved).address).toBe(String(id));
    expect(await outcomeOf(replyTo(String(id)))).toHaveProperty("receipt");
    // The service messages begin no conversation.
    await bot.allTaken();
    expect(await bot.store.load("telegram--500")).toBeUndefined();
    // The whole way, for any chat: the conversation goes on at its new address.
    await choose(anna, "drop");
    bot.server.fault(({ method, chatId }) =>
      method === "sendMessage" && chatId === 7
        ? refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", {
            migrate_to_chat_id: id,
          })
        : undefined,
    );
    anna.text("48213");
    await group.waitForMessage(({ text }) => text.includes("How far along"));
    await eventually(async () => (await conversation())?.address).toBe(String(id));
  });

  it("Bot removed: the channel says that nobody is there, and keeps quiet in the group", async () => {
    await open();
    const group = bot.server.group({ id: -1005, type: "supergroup", members: [{ id: 7 }] });
    group.kickBot();
    await bot.allTaken();
    expect(await bot.store.load("telegram--1005")).toBeUndefined();
    for (const words of [
      undefined,
      "bot is not a member of the supergroup chat",
      "the group chat was deleted",
    ]) {
      if (words) bot.server.fault(failing("sendMessage", refuse(403, `Forbidden: ${words}`)));
      const outcome = await outcomeOf(replyTo("-1005"));
      expect(outcome).toBeInstanceOf(CustomerUnreachable);
      expect((outcome as CustomerUnreachable).reason).toBe("gone");
    }
  });

  it("Topic missing: the channel says so to the desk, at once and for good; General is reached without a number", async () => {
    await open();
    const group = bot.server.group({ id: -1005, forum: true, members: [{ id: 7 }] });
    group.as(7).text("The first message has the General topic’s number.");
    const topic = group.createTopic("Case", 7);
    expect(await outcomeOf(replyTo(`-1005/${topic}`))).toHaveProperty("receipt");
    group.closeTopic(topic, 7);
    const gone: unknown[] = [await outcomeOf(replyTo(`-1005/${topic}`))];
    group.deleteTopic(topic);
    gone.push(await outcomeOf(replyTo(`-1005/${topic}`)));
    bot.server.fault(failing("sendMessage", refuse(400, "Bad Request: TOPIC_DELETED")));
    gone.push(await outcomeOf(replyTo(`-1005/${topic}`)));
    for (const outcome of gone) {
      expect(outcome).toBeInstanceOf(Undeliverable);
      expect((outcome as Undeliverable).reason).toBe("topicGone");
    }
    expect(await outcomeOf(replyTo("-1005/1"))).toHaveProperty("receipt");
    expect(sentTo(-1005).at(-1)?.params.message_thread_id).toBeUndefined();
  });

  it("Topic creation ambiguous: the bot’s own notice of it is read, and begins no conversation", async () => {
    await open();
    bot.server.group({ id: -1005, forum: true, members: [{ id: 7 }] });
    const api = new Api(bot.server.token, { apiRoot: bot.server.url });
    await api.createForumTopic(-1005, "RF-7KQ2M Anna");
    await bot.allTaken();
    expect(await bot.store.load("telegram--1005")).toBeUndefined();
    expect(sentTo(-1005)).toEqual([]);
  });

  it("Anonymous admin / channel sender: nobody is taken for a customer; a button is answered and does nothing", async () => {
    await open();
    const group = bot.server.group({ id: -1005, type: "supergroup", members: [{ id: 7 }] });
    group.asAnonymous().text("48213");
    group.asChannel({ id: -1009, title: "News" }).text("48213");
    const press = group.asAnonymous().pressOld(1, "3:topic:drop");
    expect(await press.answered).toEqual({});
    await bot.allTaken();
    expect(sentTo(-1005)).toEqual([]);
    expect(await bot.store.load("telegram--1005")).toBeUndefined();
    expect(await bot.store.load("telegram-1087968824")).toBeUndefined();
  });

  it("Privacy mode: with it or without, only who calls the bot is told where it answers", async () => {
    await open({ server: { bot: { can_read_all_group_messages: false } } });
    const group = bot.server.group({
      id: -1005,
      type: "supergroup",
      bot: "member",
      members: [{ id: 7 }],
    });
    await eventually(() => bot.server.isPolled).toBe(true);
    group.as(7).text("hello everybody");
    expect(bot.server.world.updates.size).toBe(0);
    group.as(7).text(`@${bot.server.bot.username} hello`);
    await group.waitForMessage(({ text }) => text.includes(`t.me/${bot.server.bot.username}`));
    group.promoteBot();
    group.as(7).text("hello again");
    await bot.allTaken();
    expect(sentTo(-1005)).toHaveLength(1);
  });

  it("Copy limits: nothing is copied or forwarded, so that nothing can be refused for it; what can’t be read is said", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.say({ paid_media: { star_count: 1, paid_media: [] } });
    await anna.waitForMessage(({ text }) => text.includes("can’t read this kind"));
    expect(bot.server.calls.some(({ method }) => /^(?:copy|forward)/u.test(method))).toBe(false);
  });
});

it("tells what was certainly not sent from what can’t be known", async () => {
  await choose(await open(), "drop");
  for (const [fault, kind] of [
    [{ type: "429", retryAfter: 0 }, RateLimited],
    [{ type: "409" }, PlatformUnavailable],
    [{ type: "drop" }, OutcomeUnknown],
    [refuse(400, "Bad Request: message is too long"), Undeliverable],
    [refuse(400, "Bad Request: something new"), Undeliverable],
  ] as const) {
    bot.server.fault(failing("sendMessage", fault));
    expect(await outcomeOf(replyTo("7"))).toBeInstanceOf(kind);
  }
});
