import { createReceiver } from "../src/app/receive.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Commit, Store } from "../src/ports/store.ts";
import type { Inbound, InboundContent } from "../src/core/inbound.ts";
import { library, quiet, refund } from "../test/support/shop.ts";
import { systemClock } from "../src/adapters/node/clock.ts";

/** A part is missing and 40 % of the price is to come back: from the topic to the case, without a detour. */
const contents: readonly InboundContent[] = [
  { type: "pressed", choice: "topic:partial", revision: 0 },
  { type: "text", text: "48213" },
  { type: "pressed", choice: "progress:completed", revision: 2 },
  { type: "text", text: "1 000" },
  { type: "text", text: "600" },
  { type: "pressed", choice: "dropNoticed:no", revision: 5 },
  { type: "text", text: "29,90 €" },
  { type: "text", text: "1000 abonnés Instagram" },
  { type: "text", text: "https://instagram.com/anna" },
  { type: "pressed", choice: "description:skip", revision: 9 },
  { type: "pressed", choice: "pictures:none", revision: 10 },
  { type: "pressed", choice: "confirm", revision: 11 },
];

export const turnsEach = contents.length;

/** The inbounds of many conversations, all of which take their first turn before any takes its second. */
export function inbounds(conversations: number, batch = "bench"): Inbound[] {
  return contents.flatMap((content, turn) =>
    Array.from({ length: conversations }, (_, index): Inbound => {
      const conversationId = `${batch}-${index}-abcdefghijkl`;
      return {
        key: `web:${conversationId}:${turn}`,
        conversationId,
        channel: "web",
        language: "fr",
        content,
      };
    }),
  );
}

/** The bot's own receiver on a store; every commit that it makes is handed over as well. */
export function receiverOn(
  store: Store,
  onCommit: (commit: Commit) => void,
  { committed = () => {}, clock = systemClock }: { committed?: () => void; clock?: Clock } = {},
) {
  const recording: Store = {
    ...store,
    commit(commit) {
      onCommit(commit);
      return store.commit(commit);
    },
  };
  return createReceiver({
    flow: refund,
    store: recording,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: "fr",
    committed,
  });
}
