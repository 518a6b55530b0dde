import type { OpenCase, RefundContext } from "../../flows/refund/context.ts";
import type { ActContent, ActRefusal } from "../../src/core/act.ts";
import type { Agent } from "../../src/core/agent.ts";
import type { Case } from "../../src/core/case.ts";
import { ActRefused } from "../../src/core/errors.ts";
import { openChat } from "./shop.ts";

export const alva: Agent = { id: "alva", name: "Alva", role: "agent" };
export const bruno: Agent = { id: "bruno", name: "Bruno", role: "agent" };
export const lea: Agent = { id: "lea", name: "Léa", role: "lead" };

/** A partial refund, complete. */
export const partial = {
  outcome: "partialRefund",
  amountMinor: 11960,
  currency: "SEK",
  clauses: ["5.5", "5.10"],
  reasons: "Vi har kontrollerat leveransen och ser att 400 följare har försvunnit.",
} as const;

export type DeskChat = ReturnType<typeof openChat>;

/** Brings a drop's problem to its case, in Swedish. */
export async function reportDrop(chat: DeskChat): Promise<void> {
  await chat.send({ type: "started" });
  await chat.press("topic:drop");
  await chat.type("48213");
  await chat.press("progress:completed");
  for (const figure of ["1000", "1000", "500", "1100"]) await chat.type(figure);
  await chat.type("för 5 dagar sedan");
  await chat.press("dropWish:refund");
  await chat.type("299 kr");
  for (const words of ["Instagramföljare", "instagram.com/anna.lind", "De försvann i måndags"])
    await chat.type(words);
  await chat.press("pictures:none");
  await chat.press("confirm");
}

/** The case that is current in the conversation. */
export async function theCase(chat: DeskChat): Promise<OpenCase> {
  const stored = await chat.store.load(chat.conversationId);
  const { case: open } = (stored?.snapshot.context ?? {}) as Partial<RefundContext>;
  if (!open) throw new TypeError("no case is open");
  return open;
}

/** The case as the desks see it. */
export async function atDesk(chat: DeskChat, number?: string): Promise<Case> {
  const found = await chat.store.findCase(number ?? (await theCase(chat)).number);
  if (!found) throw new TypeError("no such case is stored");
  return found;
}

/** Why an act is refused; nothing was written. */
export async function refusalOf(
  chat: DeskChat,
  agent: Agent,
  content: ActContent,
  number?: string,
): Promise<ActRefusal> {
  const before = await chat.store.load(chat.conversationId);
  const refused = await chat.act(agent, content, number).catch((error: unknown) => error);
  if (!(refused instanceof ActRefused)) throw new TypeError("the act was carried out");
  const after = await chat.store.load(chat.conversationId);
  if (after?.revision !== before?.revision) throw new TypeError("something was written");
  return refused.refusal;
}
