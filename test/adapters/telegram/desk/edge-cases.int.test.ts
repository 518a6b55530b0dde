import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  bo,
  type DeskOptions,
  eventually,
  forum,
  ida,
  lea,
  openDesk,
  picture,
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

const conversationId = "telegram-7";
const agent = { id: "ida", name: "Ida", role: "agent" } as const;
/** Apart from the card, which has much of it as well. */
const texts = (topic: number) =>
  desk
    .in(topic)
    .filter(({ id }) => id !== desk.cardIn(topic)?.id)
    .map(({ text }) => text);
const created = () =>
  desk.server.calls.filter(({ method, applied }) => method === "createForumTopic" && applied);

describe("a topic that is lost", () => {
  it("is opened anew with its context, its notes and its pictures", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    desk.group.as(bo.id, topic).text("he is angry");
    customer.photo(picture);
    customer.text("are you there?");
    await desk.says(topic, "are you there?");
    await eventually(() => desk.in(topic).some(({ file }) => file?.kind === "photo")).toBe(true);
    desk.group.deleteTopic(topic);
    customer.text("hello??");
    await eventually(() => created().length).toBe(2);
    const next = await desk.topicOf(conversationId);
    expect(next).not.toBe(topic);
    await eventually(() => texts(next).join("\n")).toContain("hello??");
    const all = texts(next).join("\n");
    for (const words of ["Ida took the thread", "he is angry", "are you there?", "hello??"])
      expect({ words, times: all.split(words).length - 1 }).toEqual({ words, times: 1 });
    await eventually(() => desk.in(next).some(({ file }) => file?.kind === "photo")).toBe(true);
    desk.group.as(ida.id, next).text("/reply Yes.");
    await desk.says(next, "Preview");
    await desk.press(next, ida, "Send");
    await customer.waitForMessage(({ text }) => text === "Ida\nYes.");
  });

  it("is opened again where somebody has merely closed it", async () => {
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    await desk.says(topic, "Ida took the thread");
    desk.group.closeTopic(topic, lea.id);
    customer.text("still there?");
    await desk.says(topic, "still there?");
    expect(desk.group.topic(topic)?.closed).toBe(false);
    expect(created()).toHaveLength(1);
  });

  it("is found again where the answer to its opening was lost", async () => {
    let lost = 0;
    desk.server.fault(({ method }) =>
      method === "createForumTopic" && lost++ === 0 ? { type: "apply-then-drop" } : undefined,
    );
    const { topic } = await desk.customerWithCase();
    expect(created()).toHaveLength(1);
    expect(desk.group.topicIds).toEqual([topic]);
  });

  it("is found again after a restart, as Telegram has told of it meanwhile", async () => {
    desk.server.fault(({ method }) =>
      method === "createForumTopic" && created().length === 0
        ? { type: "apply-then-drop" }
        : undefined,
    );
    const customer = desk.server.user({ id: 7, languageCode: "en" });
    customer.start();
    await customer.waitForMessage();
    customer.command("human");
    await eventually(() => created().length).toBe(1);
    await desk.restart();
    await desk.topicOf(conversationId);
    expect(created()).toHaveLength(1);
  });
});

describe("a group", () => {
  it("that takes 20 messages a minute gets what waits in one, and is never asked too much", async () => {
    await open({ perMinute: 20, server: { limits: true } });
    const { customer, topic } = await desk.customerWithCase();
    await desk.take(topic);
    for (let count = 1; count <= 30; count++) {
      customer.text(`line ${count}.`);
      await desk.allTaken();
    }
    for (let passed = 0; passed < 10 && !texts(topic).join().includes("line 30."); passed++) {
      desk.pass(6000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await desk.says(topic, "line 30.");
    const all = texts(topic).join("\n");
    for (let count = 1; count <= 30; count++) expect(all.split(`line ${count}.`)).toHaveLength(2);
    const inGroup = desk.server.calls.filter(({ chatId }) => chatId === forum);
    expect(inGroup.filter(({ outcome }) => outcome.includes("Too Many"))).toEqual([]);
    const posts = texts(topic).filter((text) => text.includes("line "));
    expect(posts.length).toBeLessThan(15);
  });

  it("that asks for a pause makes no customer wait, and an agent is asked to do it again", async () => {
    const { customer, topic } = await desk.customerWithCase();
    let asked = 0;
    desk.server.fault(({ method, chatId }) =>
      method === "sendMessage" && chatId === forum && asked++ === 0
        ? { type: "429", retryAfter: 40 }
        : undefined,
    );
    await desk.take(topic);
    await eventually(() => asked).toBe(1);
    expect((await desk.press(topic, bo, "Take")).text).toContain("in a moment");
    const other = desk.server.user({ id: 8, languageCode: "en" });
    other.start();
    await other.waitForMessage();
    await customer.waitForMessage(({ text }) => text.includes("Ida"));
    desk.pass(41_000);
    await desk.says(topic, "Ida took the thread");
  });

  it("that becomes a supergroup is worked in where it is then, after a restart as well", async () => {
    await open({ group: { id: -4001, forum: false, type: "group" }, chat: "-4001" });
    const customer = desk.server.user({ id: 7, languageCode: "en" });
    customer.start();
    await customer.waitForMessage();
    customer.command("human");
    await eventually(() =>
      desk.logged.some(({ text }) => text.includes("can't be worked at")),
    ).toBe(true);
    const to = desk.group.migrate(true);
    await desk.allTaken();
    desk.pass(60_000);
    const topic = await desk.topicOf(conversationId);
    expect(desk.group.id).toBe(to);
    await desk.restart();
    await desk.take(topic);
    await desk.says(topic, "Ida took the thread");
  });

  it("where the bot is no administrator any more waits until it is again", async () => {
    const { customer, topic } = await desk.customerWithCase();
    desk.group.kickBot();
    const other = desk.server.user({ id: 8, languageCode: "en" });
    other.start();
    await other.waitForMessage();
    other.command("human");
    await eventually(() =>
      desk.logged.some(({ text }) => text.includes("can't be worked at")),
    ).toBe(true);
    customer.text("me too");
    desk.group.addBot();
    desk.group.promoteBot();
    await desk.allTaken();
    desk.pass(60_000);
    const second = await desk.topicOf("telegram-8");
    expect(second).not.toBe(topic);
  });
});

it("says on the card that a customer has blocked the bot", async () => {
  const { customer, topic } = await desk.customerWithCase();
  await desk.take(topic);
  customer.block();
  await desk.says(topic, "⚠");
  await eventually(() => desk.cardIn(topic)?.text).toContain("⚠");
});

it("lets nobody send who has left the group since the preview", async () => {
  const { topic } = await desk.customerWithCase();
  await desk.take(topic);
  const idas = desk.group.as(ida.id, topic);
  idas.text("/reply Farewell");
  const preview = await desk.says(topic, "Preview");
  const state = desk.server.world.find(desk.group.id);
  const press = idas.press(preview, "Send");
  const user = { id: ida.id, is_bot: false, first_name: "Ida" };
  state.members.set(ida.id, { status: "left", user });
  expect((await press.answered).text).toContain("no longer belong to this group");
  expect(await desk.acts(conversationId)).toEqual(["taken"]);
});

it("shows what is done in the console, and the console what is done here", async () => {
  const { customer, topic } = await desk.customerWithCase();
  const entry = await desk.caseOf(conversationId);
  const about = { conversationId, caseNumber: entry?.number ?? "", agent };
  await desk.receiver.act({ ...about, key: "console:1", content: { type: "taken" } });
  await desk.receiver.act({
    ...about,
    key: "console:2",
    content: { type: "noted", text: "from the console" },
  });
  await desk.receiver.act({
    ...about,
    key: "console:3",
    content: { type: "said", text: "Good day." },
  });
  await customer.waitForMessage(({ text }) => text.includes("Good day."));
  await desk.says(topic, "from the console");
  await desk.says(topic, "✓ Ida\nGood day.");
  expect((await desk.press(topic, bo, "Reply")).text).toContain("Ida has the thread");
  expect((await desk.press(topic, ida, "Give back")).text).toBeUndefined();
  await eventually(async () => (await desk.caseOf(conversationId))?.owner).toBeUndefined();
});

it("has one owner after each of 40 races of two agents, and tells the other who it is", async () => {
  const { topic } = await desk.customerWithCase();
  for (let race = 1; race <= 40; race++) {
    const card = desk.cardIn(topic)?.id ?? 0;
    const people = race % 2 === 0 ? [ida, bo] : [bo, ida];
    const answers = await Promise.all(
      people.map(
        ({ id }) => desk.group.as(id, topic).pressOld(card, `desk:${topic}:take:`).answered,
      ),
    );
    const owner = (await desk.caseOf(conversationId))?.owner;
    const told = answers.flatMap(({ text }) => text ?? []);
    expect(told).toEqual([expect.stringContaining(`${owner?.name} has the thread`)]);
    const winner = owner?.id === "ida" ? ida : bo;
    const released = desk.group.as(winner.id, topic).pressOld(card, `desk:${topic}:release:`);
    expect(await released.answered).toEqual({});
  }
});

it("shows once what a customer writes while three agents look", async () => {
  const { customer, topic } = await desk.customerWithCase();
  const card = desk.cardIn(topic);
  const data = card?.buttons[0]?.data ?? "";
  const presses = [ida, bo, lea].map(({ id }) =>
    desk.group.as(id, topic).press(card?.id ?? 0, data),
  );
  customer.text("is anybody there?");
  await Promise.all(presses.map(({ answered }) => answered));
  customer.text("really?");
  await eventually(() => texts(topic).join("\n")).toContain("really?");
  expect(texts(topic).join("\n").split("really?")).toHaveLength(2);
  expect(await desk.acts(conversationId)).toEqual(["taken"]);
});
