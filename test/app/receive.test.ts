import { afterEach, describe, expect, it } from "vitest";
import { plainText } from "../../src/core/message.ts";
import { openChat } from "../support/shop.ts";

let chat: ReturnType<typeof openChat>;
afterEach(() => chat.store.close());

const textOf = (messages: Awaited<ReturnType<typeof chat.type>>) =>
  messages.map(plainText).join("\n---\n");

describe("a customer's conversation", () => {
  it("goes from the welcome to a case with its clause", async () => {
    chat = openChat("fr");
    const welcome = await chat.send({ type: "started" });
    expect(textOf(welcome)).toContain("Viplikes");
    await chat.press("topic:drop");
    await chat.type("commande n° 48213 svp");
    await chat.press("progress:completed");
    await chat.type("1 000");
    await chat.type("1000");
    await chat.type("500");
    await chat.type("1 100");
    await chat.type("il y a 5 jours");
    await chat.press("dropWish:refund");
    await chat.type("29,90 €");
    await chat.type("1000 abonnés Instagram");
    await chat.type("instagram.com/moi");
    await chat.press("description:skip");
    const review = await chat.press("pictures:none");
    expect(textOf(review)).toContain("48213");
    const assessment = await chat.press("confirm");
    // 1000 delivered, the count grew by 600: 400 are gone, so 400/1000 of 29,90 €.
    expect(textOf(assessment)).toContain("11,96");
    expect(textOf(assessment)).toContain("5.10");
    const cases = await chat.store.listCases({ limit: 10 });
    expect(cases).toHaveLength(1);
    expect(cases[0]).toMatchObject({ kind: "partialRefund", topic: "drop", status: "open" });
  });
});
