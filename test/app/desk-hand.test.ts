import { afterEach, expect, it } from "vitest";
import { createDeskHand } from "../../src/app/desk-hand.ts";
import { threadMark } from "../../src/app/follow.ts";
import { createSoleOwner } from "../../src/adapters/files/agents.ts";
import { library, openChat, quiet, refund } from "../support/shop.ts";

const chat = openChat("fr");
afterEach(() => chat.store.close());

it("tells which of the customer's messages a thread shows, where it is one", async () => {
  const { store, receiver, clock, conversationId } = chat;
  await chat.send({ type: "command", command: "person" });
  const number = (await store.casesOf(conversationId))[0]?.number ?? "";
  const agent = { id: "ida", name: "Ida", role: "agent" as const };
  await receiver.act({
    key: "taken",
    conversationId,
    caseNumber: number,
    agent,
    content: { type: "taken" },
  });
  for (const [key, text] of [
    ["k-1", "oui"],
    ["k-2", "oui, merci"],
    ["k-3", "et demain ?"],
  ] as const)
    await chat.send({ type: "text", text }, key);
  await store.writeMarks([
    { name: threadMark("telegram", "t-1"), value: JSON.stringify({ number, conversationId }) },
  ]);
  const hand = createDeskHand({
    act: receiver.act,
    agents: createSoleOwner("Viplikes"),
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
  });
  const heard = (shown: string) => hand.heardIn("telegram", "t-1", shown);
  expect(await heard("💬 Client : oui, merci")).toBe("k-2");
  expect(await heard("💬 Client : oui")).toBe("k-1");
  expect(await heard("demain")).toBe("k-3");
  expect(await heard("💬 Client : oui, merci\n\n💬 Client : et demain ?")).toBeUndefined();
  expect(await heard("• Ida a pris la conversation")).toBeUndefined();
  expect(await hand.heardIn("telegram", "t-2", "oui")).toBeUndefined();
});
