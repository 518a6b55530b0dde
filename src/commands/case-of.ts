import { caseNumber } from "../../flows/refund/case-number.ts";
import type { StoreReader } from "../ports/store-reader.ts";
import type { Case } from "../core/case.ts";
import type { FlowEvent } from "../core/conversation.ts";

/** The case that a turn of a conversation opened, if it opened one: its number comes from the chance of the turn's event. */
export async function caseOf(
  reader: Pick<StoreReader, "findCase">,
  conversationId: string,
  event: FlowEvent,
): Promise<Case | undefined> {
  const found = await reader.findCase(caseNumber(event.dice));
  return found?.conversationId === conversationId ? found : undefined;
}
