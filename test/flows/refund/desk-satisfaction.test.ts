import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainText } from "../../../src/core/message.ts";
import { alva, atDesk, reportDrop, theCase, type DeskChat } from "../../support/desk.ts";
import { choicesOf, openChat } from "../../support/shop.ts";

let chat: DeskChat;
let number = "";
beforeEach(async () => {
  chat = openChat("sv");
  await reportDrop(chat);
  ({ number } = await theCase(chat));
  await chat.act(alva, { type: "taken" });
});
afterEach(() => chat.close());

const close = () => chat.act(alva, { type: "closed" });
const button = (said: string) => `satisfaction:${said}:${number}`;
const textOf = (messages: Awaited<ReturnType<typeof close>>) =>
  messages.map(plainText).join("\n\n");

describe("when an agent closes a case", () => {
  it("the customer is asked with three buttons how the help was", async () => {
    const messages = await close();
    expect(textOf(messages)).toBe(
      `Ärende ${number} är avslutat. Hur tycker du att vi hjälpte dig?`,
    );
    expect(choicesOf(messages).slice(0, 3)).toEqual(["good", "fair", "poor"].map(button));
    expect(
      messages
        .at(-1)
        ?.choices.slice(0, 3)
        .map(({ label }) => label),
    ).toEqual(["Bra", "Sådär", "Dåligt"]);
  });

  it("a press is kept on the case, which stays closed, and thanked for once", async () => {
    await close();
    expect(textOf(await chat.press(button("fair")))).toContain("Tack, det är noterat.");
    expect(await atDesk(chat)).toMatchObject({ status: "closed", satisfaction: "fair" });
    expect(textOf(await chat.press(button("good")))).toContain("knapp");
    expect((await atDesk(chat)).satisfaction).toBe("fair");
    expect(await chat.store.caseFigures(0)).toMatchObject([{ number, satisfaction: "fair" }]);
  });

  it("the label can be typed; whatever else is written opens the case again as ever", async () => {
    await close();
    await chat.type("dåligt");
    expect(await atDesk(chat)).toMatchObject({ status: "closed", satisfaction: "poor" });
    await chat.type("det har försvunnit fler");
    expect((await atDesk(chat)).status).toBe("open");
  });

  it("at another problem, the question that is open there stands below", async () => {
    await chat.act(alva, { type: "released" });
    await chat.press("another");
    await chat.press("topic:account");
    await chat.act(alva, { type: "taken" }, number);
    const messages = await chat.act(alva, { type: "closed" }, number);
    expect(textOf(messages)).toContain(`Ärende ${number} är avslutat.`);
    expect(textOf(messages)).toContain("ordernummer");
    expect(choicesOf(messages)).toEqual(
      expect.arrayContaining([button("good"), "orderNumber:unknown"]),
    );
    await chat.type("48214");
    expect((await atDesk(chat, number)).satisfaction).toBeUndefined();
  });

  it("the buttons still work a month later, at another problem and with an agent there", async () => {
    await close();
    await chat.press("another");
    await chat.press("topic:account");
    await chat.pass(30 * 24 * 3_600_000);
    const messages = await chat.send({ type: "pressed", choice: button("good"), revision: 1 });
    expect(choicesOf(messages)).toContain("orderNumber:unknown");
    expect((await atDesk(chat, number)).satisfaction).toBe("good");
  });

  it("a press while an agent has the thread again is kept without a word", async () => {
    await close();
    await chat.act(alva, { type: "reopened" });
    await chat.act(alva, { type: "taken" });
    expect(await chat.press(button("poor"))).toEqual([]);
    expect(await atDesk(chat)).toMatchObject({ satisfaction: "poor", status: "open" });
    expect((await theCase(chat)).record.additions).toEqual([]);
  });

  it("it is asked once for ever, answered or not", async () => {
    await close();
    await chat.act(alva, { type: "reopened" });
    await chat.act(alva, { type: "taken" });
    expect(await close()).toEqual([]);
  });

  it("each case is asked about by itself", async () => {
    await close();
    await chat.press("another");
    await chat.press("person");
    const second = await theCase(chat);
    await chat.act(alva, { type: "taken" });
    expect(choicesOf(await close())).toContain(`satisfaction:good:${second.number}`);
    await chat.press(button("poor"));
    await chat.press(`satisfaction:good:${second.number}`);
    expect((await atDesk(chat, number)).satisfaction).toBe("poor");
    expect((await atDesk(chat, second.number)).satisfaction).toBe("good");
  });
});

it("a button of a case that was never closed, or of nobody's, says what every old button says", async () => {
  await chat.act(alva, { type: "released" });
  for (const choice of [button("good"), "satisfaction:good:RF-00000", "satisfaction:grand:x"])
    expect(textOf(await chat.press(choice))).toContain("knapp");
  expect((await atDesk(chat)).satisfaction).toBeUndefined();
});
