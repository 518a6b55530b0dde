import type { Receiver } from "../../src/app/receive.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import type { Store } from "../../src/ports/store.ts";
import type { MeasuredDesk } from "./measured.ts";

/** Customers at the receiver's door, each of whom comes once. */
export function customersAt(
  receiver: Pick<Receiver, "receive">,
  store: Pick<Store, "casesOf">,
): Pick<MeasuredDesk, "ask" | "turn"> {
  const receive = async (content: InboundContent) => {
    const conversationId = `web-${crypto.randomUUID()}`;
    const key = conversationId;
    await receiver.receive({ key, conversationId, channel: "web", language: "fr", content });
    return conversationId;
  };
  return {
    async ask(opened) {
      const askedAt = performance.now();
      const conversationId = await receive({ type: "command", command: "person" });
      opened((await store.casesOf(conversationId))[0]?.number ?? "", askedAt);
    },
    turn: () => receive({ type: "pressed", choice: "topic:drop", revision: 0 }),
  };
}

/** Whom replies in a live chat reach that nobody measures. */
export const webChannel = {
  name: "web" as const,
  concurrency: 64,
  fits: () => true,
  send: async () => ({}),
};
