import type { Api } from "grammy/web";
import { Undeliverable } from "../../core/errors.ts";
import { besideFiles, filesIn, type Message } from "../../core/message.ts";
import { changeFaultOf, failureOf } from "./failure.ts";
import { textOf } from "./outbound.ts";
import { noPreview, withEntities } from "./styled.ts";

/**
 * Takes a message back; one that is gone needs nothing.
 *
 * @throws Undeliverable for one that is too old (https://core.telegram.org/bots/api#deletemessage).
 */
export async function deleteMessage(api: Api, chatId: number, id: number): Promise<void> {
  try {
    await api.deleteMessage(chatId, id);
  } catch (error) {
    const fault = changeFaultOf(error);
    if (fault === "tooOld") throw new Undeliverable("telegram", "tooOld", { cause: error });
    if (fault === undefined) throw failureOf(error);
  }
}

/** Gives a message other words, or its file another caption. False where it can't be any more. */
export async function editMessage(
  api: Api,
  chatId: number,
  id: number,
  message: Message,
): Promise<boolean> {
  const hasFile = filesIn(message).length > 0;
  try {
    await withEntities(textOf(besideFiles(message), {}), async ({ text, entities }) => {
      if (hasFile)
        await api.editMessageCaption(chatId, id, { caption: text, caption_entities: entities });
      else await api.editMessageText(chatId, id, text, { entities, ...noPreview });
    });
    return true;
  } catch (error) {
    const fault = changeFaultOf(error);
    if (fault === undefined) throw failureOf(error);
    return fault === "unchanged";
  }
}
