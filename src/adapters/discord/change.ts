import { type Message, withdraws } from "../../core/message.ts";
import { codeOf, failureOf, roomFaultOf, threadIsArchived, unknownMessage } from "./failure.ts";
import { inert, textOf } from "./outbound.ts";
import type { Rest } from "./rest.ts";

/** What is asked in a thread that may have gone to sleep. */
export async function awake<T>(
  { ask }: Pick<Rest, "ask">,
  channelId: string,
  work: Parameters<typeof ask<T>>[0],
): Promise<T> {
  try {
    return await ask(work);
  } catch (error) {
    if (codeOf(error) !== threadIsArchived) throw error;
    await ask((api) => api.channels.edit(channelId, { archived: false }));
    return ask(work);
  }
}

/**
 * Gives an earlier message of ours other words, or deletes it. False where
 * it, or its room, is no longer there. The files of it stay.
 *
 * @param receipt of the earlier message.
 */
export async function change(
  rest: Pick<Rest, "ask">,
  receipt: string,
  message: Message,
): Promise<boolean> {
  const [channelId = "", messageId = ""] = receipt.split("/");
  const content = textOf(message, { channelId, userId: "" });
  try {
    if (withdraws(message))
      await awake(rest, channelId, (api) => api.channels.deleteMessage(channelId, messageId));
    else
      await awake(rest, channelId, (api) =>
        api.channels.editMessage(channelId, messageId, { ...inert, content }),
      );
    return true;
  } catch (error) {
    if (codeOf(error) === unknownMessage || roomFaultOf(error) !== undefined) return false;
    throw failureOf(error);
  }
}
