import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bo, eventually, ida, lea, openDesk, picture, type TestDesk } from "./desk.ts";

let desk: TestDesk;
let topic: number;
let customer: Awaited<ReturnType<TestDesk["customerWithCase"]>>["customer"];
const conversationId = "telegram-7";
beforeEach(async () => {
  desk = await openDesk();
  ({ customer, topic } = await desk.customerWithCase(7, "fr"));
  await desk.take(topic);
});
afterEach(async () => {
  const { faults, earlyCalls } = desk.server;
  await desk.close();
  expect({ faults, earlyCalls }).toEqual({ faults: [], earlyCalls: [] });
});

const decided = async () => (await desk.caseOf(conversationId))?.decision;
/** Opens the menu and chooses. */
async function choose(outcome: string, agent: { id: number } = ida) {
  desk.group.as(agent.id, topic).text("/decide");
  await desk.says(topic, "Which result?");
  return desk.press(topic, agent, outcome);
}
/** Answers what the bot asks for. */
async function answer(words: string, text: string, agent: { id: number } = ida) {
  const prompt = await desk.asked(topic, words);
  desk.group.as(agent.id, topic).text(text, { replyTo: prompt.id });
}

describe("a decision", () => {
  it("begins with the suggested result, and goes out as it was previewed", async () => {
    await desk.press(topic, ida, "Decide…");
    const menu = await desk.says(topic, "Which result?");
    expect(menu.buttons[0]?.label).toMatch(/^★ /u);
    expect(menu.buttons).toHaveLength(7);
    await desk.press(topic, ida, "No refund");
    await desk.says(topic, "What the customer will read");
    await desk.press(topic, ida, "Change the reasons");
    await answer("with the reasons, in French", "La commande est arrivée entière.");
    const preview = await desk.says(topic, "La commande est arrivée entière.");
    expect(preview.text).toContain("What the customer will read");
    const data = preview.buttons[0]?.data ?? "";
    expect(preview.buttons[0]?.label).toBe("Send the decision, in French");
    const voice = desk.group.as(ida.id, topic);
    const presses = [voice.press(preview, data), voice.pressOld(preview, data)];
    await Promise.all(presses.map(({ answered }) => answered));
    const told = await customer.waitForMessage(({ text }) => text.includes("arrivée entière"));
    expect(preview.text).toContain(told.text.slice(0, 300));
    expect(await decided()).toMatchObject({ outcome: "noRefund", by: { id: "ida" } });
    await desk.says(topic, "Ida decided");
    expect((await desk.acts(conversationId)).filter((act) => act === "decided")).toHaveLength(1);
  });

  it("asks for the amount, takes no words for one, and needs a second person above the shop's limit", async () => {
    await choose("Full refund");
    await desk.says(topic, "Give the amount");
    await desk.press(topic, ida, "Change the amount");
    await answer("with the amount in EUR", "a lot");
    await desk.says(topic, "such as 11.96");
    await answer("with the amount in EUR", "700,00");
    const preview = await desk.says(topic, "a second person has to approve");
    expect(preview.text).toContain("700,00\u00a0€");
    await desk.press(topic, ida, "Propose this decision");
    await desk.says(topic, "Ida proposed a decision");
    expect(await decided()).toBeUndefined();
    expect(customer.chat.messages.some(({ text }) => text.includes("700,00"))).toBe(false);
    const own = await desk.press(topic, ida, "Approve");
    expect(own.text).toContain("role");
    expect((await desk.press(topic, bo, "Approve")).text).toContain("role");
    expect(await desk.press(topic, lea, "Approve")).toEqual({});
    await customer.waitForMessage(({ text }) => text.includes("700,00"));
    expect(await decided()).toMatchObject({ amountMinor: 70_000, approvedBy: { id: "lea" } });
  });

  it("lapses when a fact changes, and says so", async () => {
    await choose("No refund");
    await desk.press(topic, ida, "Change the reasons");
    await answer("with the reasons", "Non, hélas.");
    await desk.says(topic, "Non, hélas.");
    const entry = await desk.caseOf(conversationId);
    await desk.receiver.act({
      key: "test:asked",
      conversationId,
      caseNumber: entry?.number ?? "",
      agent: { id: "ida", name: "Ida", role: "agent" },
      content: { type: "asked", wanted: "screenshot" },
    });
    customer.photo(picture);
    await eventually(async () => (await desk.caseOf(conversationId))?.factsRevision).not.toBe(
      entry?.factsRevision,
    );
    const told = await desk.press(topic, ida, "Send the decision, in French");
    expect(told.text).toContain("The facts have changed");
    expect(await decided()).toBeUndefined();
    await eventually(() => desk.last(topic, ({ text }) => text.includes("will read"))).toBe(
      undefined,
    );
  });

  it("is sent by whoever previewed it, and can be dropped", async () => {
    await choose("No refund");
    await desk.press(topic, ida, "Change the reasons");
    await answer("with the reasons", "Non, hélas.");
    await desk.says(topic, "Non, hélas.");
    const other = await desk.press(topic, bo, "Send the decision, in French");
    expect(other.text).toContain("somebody else");
    await desk.press(topic, ida, "Cancel");
    await eventually(() => desk.last(topic, ({ text }) => text.includes("will read"))).toBe(
      undefined,
    );
    expect(await decided()).toBeUndefined();
  });

  it("is only for whoever has the thread", async () => {
    desk.group.as(bo.id, topic).text("/decide");
    await desk.says(topic, "Ida has the thread");
  });
});

describe("what the customer is asked for", () => {
  it("is asked in their language, once for each menu, and the answer comes back", async () => {
    await desk.press(topic, ida, "Ask for…");
    const menu = await desk.says(topic, "Ask the customer for");
    expect(menu.buttons.map(({ label }) => label)).toEqual([
      "A screenshot",
      "The profile link",
      "The date and time",
      "A question of your own…",
      "Cancel",
    ]);
    const voice = desk.group.as(ida.id, topic);
    const data = menu.buttons[0]?.data ?? "";
    const presses = [voice.press(menu, data), voice.pressOld(menu, data)];
    await Promise.all(presses.map(({ answered }) => answered));
    await customer.waitForMessage(({ text }) => text.includes("capture d’écran"));
    expect((await desk.acts(conversationId)).filter((act) => act === "asked")).toHaveLength(1);
    customer.photo(picture);
    await eventually(() => desk.in(topic).some(({ file }) => file?.kind === "photo")).toBe(true);
  });

  it("may be a question of the agent's own", async () => {
    desk.group.as(ida.id, topic).text("/ask");
    await desk.says(topic, "Ask the customer for");
    await desk.press(topic, ida, "A question of your own…");
    await answer("with your question", "Quelle couleur ?");
    const preview = await desk.says(topic, "Quelle couleur ?");
    expect(preview.text).toContain("Ida");
    await desk.press(topic, ida, "Send");
    await customer.waitForMessage(({ text }) => text.includes("Quelle couleur ?"));
  });
});

it("gives the thread back, takes it over, and closes when that is confirmed", async () => {
  expect(await desk.press(topic, bo, "Take over")).toEqual({});
  await eventually(async () => (await desk.caseOf(conversationId))?.owner?.id).toBe("bo");
  expect((await desk.press(topic, ida, "Give back")).text).toContain("Bo has the thread");
  desk.group.as(bo.id, topic).text("/release");
  await desk.says(topic, "Bo gave the thread back");
  desk.group.as(bo.id, topic).text("/take");
  await eventually(async () => (await desk.caseOf(conversationId))?.owner?.id).toBe("bo");
  desk.group.as(bo.id, topic).text("/close");
  const confirm = await desk.says(topic, "Close this case?");
  const voice = desk.group.as(bo.id, topic);
  const data = confirm.buttons[0]?.data ?? "";
  const presses = [voice.press(confirm, data), voice.pressOld(confirm, data)];
  await Promise.all(presses.map(({ answered }) => answered));
  await eventually(async () => (await desk.caseOf(conversationId))?.status).toBe("closed");
  expect((await desk.acts(conversationId)).filter((act) => act === "closed")).toHaveLength(1);
  desk.group.as(bo.id, topic).text("/reopen");
  await eventually(async () => (await desk.caseOf(conversationId))?.status).toBe("open");
  desk.group.as(bo.id, topic).text("/case");
  const pointer = await desk.says(topic, "Here is the card");
  expect(pointer.replyTo).toBe(desk.cardIn(topic)?.id);
});
