import { type Api, InputFile } from "grammy";
import { RateLimited, Undeliverable } from "../../core/errors.ts";
import { revisionOf } from "../../core/plan.ts";
import type { Sent } from "../../ports/channel.ts";
import type { LeasedReply } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { type Acknowledgements, keyboardWords } from "./acknowledge.ts";
import { failureOf } from "./failure.ts";
import { keyboardOf } from "./keyboard.ts";
import { documentOf, textOf, type TelegramText } from "./outbound.ts";
import type { Pauses } from "./pauses.ts";

/** Number of a forum's General topic, which sendMessage takes for missing where it is named. */
const generalTopic = 1;

/** A chat, or a topic of a forum: `<chat>` or `<chat>/<topic>`. */
export function readAddress(address: string): { chatId: number; threadId?: number } {
  const [chat = "", thread] = address.split("/");
  const threadId = Number(thread ?? generalTopic);
  return { chatId: Number(chat), ...(threadId !== generalTopic && { threadId }) };
}

/** A receipt is the message's number, with a mark where it has buttons. */
const buttonsMark = "+buttons";

export function createSender(parts: {
  api: Api;
  texts: TextLibrary;
  acknowledge: Acknowledgements;
  pauses: Pauses;
  /** The bot's own address, once it is known. */
  wayBack: () => string | undefined;
}) {
  const { api, texts, acknowledge, pauses, wayBack } = parts;

  /** One reply as one message; afterwards the question before has no buttons any more. */
  return async function send(reply: LeasedReply): Promise<Sent> {
    const { chatId, threadId } = readAddress(reply.address ?? "");
    const thread = threadId === undefined ? {} : { message_thread_id: threadId };
    const keyboard = keyboardOf(
      reply.message,
      revisionOf(reply.id),
      keyboardWords(texts, reply.message.language),
    );
    const markup = keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } };
    const pauseMs = pauses.left(chatId);
    // A sign beside the lanes was answered so.
    if (pauseMs > 0) throw new RateLimited("telegram", pauseMs);
    const sending = carriedOut(reply, chatId, { ...thread, ...markup });
    const id = await sending.catch((error: unknown) => {
      pauses.note(chatId, error);
      throw error;
    });
    const [last, mark] = (reply.lastReceipt ?? "").split("+");
    if (mark !== undefined) acknowledge.strip(chatId, Number(last));
    return {
      receipt: keyboard.length === 0 ? String(id) : `${id}${buttonsMark}`,
      // Telegram takes no key of ours that would make a second copy of one message impossible.
      ...(reply.uncertain && { repeated: true }),
    };
  };

  async function carriedOut(
    { message }: LeasedReply,
    chatId: number,
    options: object,
  ): Promise<number> {
    const document = documentOf(message);
    if (document) {
      const file = new InputFile(Buffer.from(document.text), document.filename);
      return messageIdOf(api.sendDocument(chatId, file, { ...options, caption: document.title }));
    }
    const { text, entities } = textOf(message, {
      ...progressOf(message),
      ...(wayBack() !== undefined && { wayBack: wayBack() as string }),
    });
    try {
      return await sendText(chatId, { text, entities }, options);
    } catch (error) {
      // Certain not to be sent; the words matter more than how they look.
      const refused = error instanceof Undeliverable && error.reason === "entities";
      if (!refused) throw error;
      return sendText(chatId, { text, entities: [] }, options);
    }
  }

  function sendText(chatId: number, { text, entities }: TelegramText, options: object) {
    const link_preview_options = { is_disabled: true };
    return messageIdOf(
      api.sendMessage(chatId, text, { ...options, entities, link_preview_options }),
    );
  }

  function progressOf({ progress, language }: LeasedReply["message"]) {
    return progress ? { progress: texts.in(language).text("chat:log.progress", progress) } : {};
  }
}

async function messageIdOf(call: Promise<{ message_id: number }>): Promise<number> {
  try {
    return (await call).message_id;
  } catch (error) {
    throw failureOf(error);
  }
}
