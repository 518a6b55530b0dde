import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually, ida, openDesk, picture, type TestDesk } from "./desk.ts";

let desk: TestDesk;
let topic: number;
let customer: Awaited<ReturnType<TestDesk["customerWithCase"]>>["customer"];
const open = async (repliesAreMarked: boolean) => {
  desk = await openDesk({ repliesAreMarked });
  ({ customer, topic } = await desk.customerWithCase());
  await desk.take(topic);
};
beforeEach(() => open(true));
afterEach(async () => {
  const { faults, earlyCalls } = desk.server;
  await desk.close();
  expect({ faults, earlyCalls }).toEqual({ faults: [], earlyCalls: [] });
});

const pictures = () => customer.chat.messages.filter(({ isFromBot, file }) => isFromBot && file);
const said = async () =>
  (await desk.acts("telegram-7")).filter((act) => act === "said" || act === "reworded");

it("sends a picture with its words after a preview that names it", async () => {
  desk.group.as(ida.id, topic).photo(picture, { caption: "/reply This is how it looks." });
  const preview = await desk.says(topic, "This is how it looks.");
  expect(preview.text).toContain("📎");
  expect(pictures()).toEqual([]);
  await desk.press(topic, ida, "Send");
  await eventually(() => pictures().map(({ text }) => text)).toEqual([
    "Ida\nThis is how it looks.",
  ]);
});

it("sends an album as one reply", async () => {
  const parts = [1, 2, 3].map(() => ({ type: "photo" as const, bytes: picture }));
  const [first] = desk.group.as(ida.id, topic).album(parts, { caption: "/reply All three." });
  await desk.says(topic, "All three.");
  desk.group.as(ida.id, topic).edit(first ?? 0, "/reply All of them.");
  await desk.says(topic, "All of them.");
  await desk.press(topic, ida, "Send");
  await eventually(() => pictures()).toHaveLength(3);
  expect(await said()).toEqual(["said"]);
});

it("says which file can't be passed on, and sends nothing", async () => {
  desk.group
    .as(ida.id, topic)
    .document(Buffer.from("MZ not a picture"), { fileName: "tool.exe", caption: "/reply Run it" });
  await desk.says(topic, "because of “tool.exe”");
  desk.group.as(ida.id, topic).video(Buffer.from("film"), { caption: "/reply See" });
  await desk.says(topic, "because of “attachment”");
  expect(await said()).toEqual([]);
});

it("keeps a picture without a mark among colleagues", async () => {
  desk.group.as(ida.id, topic).photo(picture, { caption: "look at this" });
  await eventually(() => desk.acts("telegram-7")).toEqual(["taken", "noted"]);
  expect(pictures()).toEqual([]);
});

it("sends at once what is not marked as a note, in the other mode", async () => {
  await desk.close();
  await open(false);
  desk.group.as(ida.id, topic).photo(picture);
  await eventually(() => pictures()).toHaveLength(1);
  const words = desk.group.as(ida.id, topic).text("Helo");
  await customer.waitForMessage(({ text }) => text === "Ida\nHelo");
  desk.group.as(ida.id, topic).edit(words, "Hello");
  await customer.waitForMessage(({ text, isEdited }) => isEdited && text === "Ida\nHello");
});

it("changes what was sent, after a preview, in the customer's chat as well", async () => {
  const words = desk.group.as(ida.id, topic).text("/reply Helo");
  await desk.says(topic, "Ida\nHelo");
  await desk.press(topic, ida, "Send");
  await customer.waitForMessage(({ text }) => text === "Ida\nHelo");
  await desk.says(topic, "✓ Ida\nHelo");
  desk.group.as(ida.id, topic).edit(words, "/reply Hello");
  const preview = await desk.says(topic, "Ida\nHello");
  expect(preview.buttons).toHaveLength(2);
  expect(customer.chat.messages.some(({ text }) => text === "Ida\nHello")).toBe(false);
  await desk.press(topic, ida, "Send");
  await customer.waitForMessage(({ text, isEdited }) => isEdited && text === "Ida\nHello");
  expect(await said()).toEqual(["said", "reworded"]);
});
