import type { Act, Referred } from "../core/act.ts";
import { withdraws, type Message } from "../core/message.ts";
import type { Store } from "../ports/store.ts";
import { walkLog } from "./walk-log.ts";

const longestQuote = 200;

/**
 * What the act is about, as the log has it: the customer's words that are
 * answered, the agent's own message that is changed, in its latest form.
 * Without the latter where it is another's, or withdrawn.
 */
export async function referredBy(
  store: Pick<Store, "readLog">,
  { conversationId, content, agent }: Act,
): Promise<Referred> {
  if (content.type === "said" && content.answers !== undefined)
    return quoteOf(store, conversationId, content.answers);
  if (content.type !== "reworded" && content.type !== "withdrawn") return {};
  const message = await latestOf(store, conversationId, content.message);
  return message?.author?.id === agent.id && !withdraws(message) ? { message } : {};
}

async function quoteOf(
  store: Pick<Store, "readLog">,
  conversationId: string,
  key: string,
): Promise<Referred> {
  for await (const { body } of walkLog(store, conversationId)) {
    if (body.type !== "event" || body.by !== "customer" || body.key !== key) continue;
    const { text, files = [] } = body.said ?? {};
    const quote = text ?? files.map(({ name }) => name).join(", ");
    return { quote: quote.slice(0, longestQuote).toWellFormed() };
  }
  return {};
}

async function latestOf(
  store: Pick<Store, "readLog">,
  conversationId: string,
  id: string,
): Promise<Message | undefined> {
  let latest: Message | undefined;
  for await (const { body } of walkLog(store, conversationId)) {
    if (body.type !== "message") continue;
    const { message } = body;
    if (body.id === id ? message.replaces === undefined : message.replaces === id && latest)
      latest = message;
  }
  return latest;
}
