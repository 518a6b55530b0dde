import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  bo,
  type DeskOptions,
  eve,
  eventually,
  ida,
  lea,
  openDesk,
  type TestDesk,
} from "./desk.ts";

let desk: TestDesk;
const open = async (options?: DeskOptions) => {
  await desk.close();
  desk = await openDesk(options);
};
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  const { faults, earlyCalls } = desk.server;
  await desk.close();
  expect({ faults, earlyCalls }).toEqual({ faults: [], earlyCalls: [] });
});

describe("a case", () => {
  it("has a topic with its number, and a card that is pinned and kept up to date in place", async () => {
    const { topic } = await desk.customerWithCase();
    const card = desk.cardIn(topic);
    expect(desk.group.topic(topic)?.name).toMatch(/^RF-\w{5} · /u);
    expect(card?.buttons.map(({ label }) => label)).toEqual(["Take"]);
    await eventually(() => desk.group.chat.pinned).toEqual([card?.id]);
    await desk.take(topic);
    await eventually(() => desk.cardIn(topic)?.buttons.map(({ label }) => label)).toEqual([
      "Reply",
      "Ask for…",
      "Decide…",
      "Give back",
      "Close",
      "Take over",
    ]);
    expect(desk.cardIn(topic)?.id).toBe(card?.id);
    await desk.says(topic, "Ida took the thread");
  });

  it("shows what the customer writes as words that can't be pressed", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    customer.text("see https://evil.example and @somebody, /take #now");
    const seen = await desk.says(topic, "https://evil.example");
    const kinds = new Set(seen.entities.map(({ type }) => type));
    expect(kinds).toEqual(new Set(["bold", "code"]));
  });
});

describe("a reply", () => {
  it("goes out after a preview of what the customer will see, once, however often it is sent", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text("/reply Hello, I am looking into it.");
    const preview = await desk.says(topic, "The customer will read this, in English");
    expect(preview.text).toContain("Ida\nHello, I am looking into it.");
    const data = preview.buttons[0]?.data ?? "";
    const voice = desk.group.as(ida.id, topic);
    const first = voice.press(preview, data);
    const second = voice.pressOld(preview, data);
    expect(await first.answered).toEqual({});
    await second.answered;
    const told = await customer.waitForMessage(({ text }) => text.includes("looking into it"));
    expect(preview.text.endsWith(told.text)).toBe(true);
    await desk.says(topic, "✓ Ida\nHello, I am looking into it.");
    expect(await desk.acts("telegram-7")).toEqual(["taken", "said"]);
    await eventually(() => desk.in(topic).some(({ id }) => id === preview.id)).toBe(false);
  });

  it("quotes the message of the customer's that it answers", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    customer.text("When will I know?");
    const seen = await desk.says(topic, "When will I know?");
    desk.group.as(ida.id, topic).text("/reply Tomorrow.", { replyTo: seen.id });
    await desk.says(topic, "The customer will read this");
    await desk.press(topic, ida, "Send");
    await customer.waitForMessage(({ text }) => text.includes("Tomorrow."));
    const quotes = (await desk.log("telegram-7")).flatMap((body) =>
      body.type === "message" ? (body.message.quote ?? []) : [],
    );
    expect(quotes).toEqual(["When will I know?"]);
  });

  it("is asked for by a button, and changed before it is sent", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    await desk.press(topic, ida, "Reply");
    const prompt = await desk.asked(topic, "Ida, answer this message");
    const voice = desk.group.as(ida.id, topic);
    const words = voice.text("Un moment", { replyTo: prompt.id });
    const first = await desk.says(topic, "Un moment");
    voice.edit(words, "One moment, please.");
    await desk.says(topic, "One moment, please.");
    await eventually(() => desk.in(topic).some(({ id }) => id === prompt.id)).toBe(false);
    // What was shown before is not sent any more.
    const answer = await voice.pressOld(first, first.buttons[0]?.data ?? "").answered;
    expect(answer.text).toContain("This is over");
    await desk.press(topic, ida, "Send");
    await customer.waitForMessage(({ text }) => text === "Ida\nOne moment, please.");
  });

  it("can be thrown away, and only by whoever wrote it", async () => {
    const { topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text("/reply No.");
    await desk.says(topic, "Preview");
    const answer = await desk.press(topic, bo, "Send");
    expect(answer).toMatchObject({ show_alert: true });
    expect(answer.text).toContain("begun by somebody else");
    const [row] = await desk.store.listAudit({ limit: 1 });
    expect(row).toMatchObject({ surface: "telegram", outcome: "refused", reason: "notTheirs" });
    await desk.press(topic, ida, "Discard");
    await eventually(() => desk.last(topic, ({ text }) => text.includes("Preview"))).toBe(
      undefined,
    );
    expect(await desk.acts("telegram-7")).toEqual(["taken"]);
  });

  it("outlives a restart between its preview and its sending", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text("/reply Still here.");
    await desk.says(topic, "Preview");
    await desk.restart();
    await desk.press(topic, ida, "Send");
    await customer.waitForMessage(({ text }) => text.includes("Still here."));
  });

  it.each([
    "<b>bold</b> </script> *x* _y_ [z](javascript:alert(1)) `${1}` {{name}} $t(x)",
    "@everyone <@&1> #tag $USD /start https://evil.example +33 6 12 34 56 78 4111 1111 1111 1111",
    "👩‍👩‍👧‍👦 é e\u0301 \u05d0 %s \\ ' \" ; DROP TABLE cases; --",
  ])("brings any words to the customer as they were previewed: %s", async (words) => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text(`/reply ${words}`);
    const preview = await desk.says(topic, words);
    await desk.press(topic, ida, "Send");
    const told = await customer.waitForMessage(({ text }) => text === `Ida\n${words}`);
    expect(preview.text.endsWith(told.text)).toBe(true);
    const active = new Set(["url", "mention", "bot_command", "hashtag", "cashtag", "text_link"]);
    for (const { entities } of [preview, told])
      expect(entities.filter(({ type }) => active.has(type))).toEqual([]);
    await desk.says(topic, `✓ Ida\n${words}`);
  });

  it("needs the thread, and offers the way to it", async () => {
    const { topic } = await desk.customerWithCase();
    desk.group.as(ida.id, topic).text("/reply Hello");
    const refused = await desk.says(topic, "Take the thread first");
    expect(refused.buttons.map(({ label }) => label)).toEqual(["Take"]);
  });

  it("comes too late where the case was closed meanwhile", async () => {
    const { topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text("/reply Too late");
    await desk.says(topic, "Preview");
    desk.group.as(ida.id, topic).text("/close");
    await desk.says(topic, "Close this case?");
    const closing = desk.last(topic, ({ text }) => text.includes("Close this case?"));
    const data = closing?.buttons[0]?.data ?? "";
    await desk.group.as(ida.id, topic).press(closing?.id ?? 0, data).answered;
    await eventually(() => desk.group.topic(topic)?.closed).toBe(true);
    const answer = await desk.press(topic, ida, "Send");
    expect(answer.show_alert).toBe(true);
    desk.group.as(ida.id, topic).text("/reply Still too late");
    await desk.says(topic, "Take the thread first");
    await eventually(() => desk.group.topic(topic)?.closed).toBe(true);
    await desk.press(topic, ida, "Reopen");
    await eventually(() => desk.group.topic(topic)?.closed).toBe(false);
  });
});

describe("what agents write to each other", () => {
  it("goes to the case as a note, never to the customer, and is not said again where it was written", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    const note = desk.group.as(bo.id, topic).text("he is angry");
    await eventually(() => desk.acts("telegram-7")).toEqual(["taken", "noted"]);
    await eventually(() => desk.in(topic).find(({ id }) => id === note.message_id)?.reaction).toBe(
      "✍",
    );
    customer.text("hello?");
    await desk.says(topic, "hello?");
    const said = desk.in(topic).filter(({ text }) => text.includes("he is angry"));
    expect(said).toHaveLength(1);
    expect(customer.chat.messages.some(({ text }) => text.includes("angry"))).toBe(false);
  });

  it("goes to the customer in the other mode, but for what is marked as a note", async () => {
    await open({ repliesAreMarked: false });
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(ida.id, topic).text("// careful");
    desk.group.as(ida.id, topic).text("Good morning");
    await customer.waitForMessage(({ text }) => text === "Ida\nGood morning");
    expect(await desk.acts("telegram-7")).toEqual(["taken", "noted", "said"]);
    const noted = (await desk.log("telegram-7")).find(
      (body) => body.type === "event" && body.said?.act === "noted",
    );
    expect(noted).toMatchObject({ said: { text: "careful" } });
  });

  it("is nobody's business in General and in topics without a case", async () => {
    await desk.customerWithCase();
    const own = desk.group.createTopic("Lunch", ida.id);
    desk.group.as(ida.id, own).text("pizza?");
    desk.group.as(ida.id).text("who is here?");
    await desk.allTaken();
    expect(desk.in(own).map(({ text }) => text)).toEqual(["", "pizza?"]);
    const inGeneral = desk.group.chat.messages.filter(({ threadId }) => threadId === undefined);
    expect(inGeneral.map(({ text }) => text)).toEqual(["who is here?"]);
    desk.group.as(ida.id, own).text("/take");
    await desk.says(own, "This thread belongs to no case.");
  });
});

describe("who may do something", () => {
  const alertOf = async (topic: number, who: { id: number }) => desk.press(topic, who, "Take");

  it("is asked when it is done: a stranger, and whoever has left, may not", async () => {
    const { topic } = await desk.customerWithCase();
    expect((await alertOf(topic, eve)).text).toContain("not on this shop’s list");
    const card = desk.cardIn(topic);
    const bos = desk.group.as(bo.id, topic);
    desk.group.leave(bo.id);
    const state = desk.server.world.find(desk.group.id);
    expect(state.members.get(bo.id)?.status).toBe("left");
    state.members.set(bo.id, {
      status: "member",
      user: { id: bo.id, is_bot: false, first_name: "Bo" },
    });
    const press = bos.pressOld(card?.id ?? 0, card?.buttons[0]?.data ?? "");
    state.members.set(bo.id, {
      status: "left",
      user: { id: bo.id, is_bot: false, first_name: "Bo" },
    });
    expect((await press.answered).text).toContain("no longer belong to this group");
    const rows = await desk.store.listAudit({ limit: 2 });
    expect(rows.map(({ reason }) => reason)).toEqual(["notMember", "stranger"]);
    expect(await desk.acts("telegram-7")).toEqual([]);
  });

  it("refuses who writes as the group or as a channel, with the reason", async () => {
    const { topic } = await desk.customerWithCase();
    desk.group.asAnonymous(topic).text("/take");
    await desk.says(topic, "Write as yourself");
    desk.group.asChannel({ id: -1_009, title: "News" }, topic).text("/take");
    await eventually(async () =>
      (await desk.store.listAudit({ limit: 5 })).map(({ reason }) => reason),
    ).toEqual(["anonymous", "anonymous"]);
    expect(await desk.acts("telegram-7")).toEqual([]);
  });

  it("gives a case to one of two who take it at once, and tells the other who has it", async () => {
    const { topic } = await desk.customerWithCase();
    const card = desk.cardIn(topic);
    const data = card?.buttons[0]?.data ?? "";
    const answers = await Promise.all(
      [ida, bo, lea].map(({ id }) => desk.group.as(id, topic).press(card?.id ?? 0, data).answered),
    );
    const losers = answers.filter(({ text }) => text?.includes("has the thread"));
    expect(losers).toHaveLength(2);
    const owner = (await desk.caseOf("telegram-7"))?.owner?.name ?? "?";
    expect(losers.every(({ text }) => text?.startsWith(owner))).toBe(true);
  });
});
