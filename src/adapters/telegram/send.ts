import { type Api, InputFile } from "grammy/web";
import { RateLimited, Undeliverable } from "../../core/errors.ts";
import { asCorrection, besideFiles, filesIn, type Message, withdraws } from "../../core/message.ts";
import { revisionOf } from "../../core/plan.ts";
import type { Sent } from "../../ports/channel.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { LeasedReply } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { type Acknowledgements, keyboardWords } from "./acknowledge.ts";
import { deleteMessage, editMessage } from "./change.ts";
import { failureOf } from "./failure.ts";
import { keyboardOf } from "./keyboard.ts";
import { documentOf, textOf, type TelegramText } from "./outbound.ts";
import { noPreview, withEntities } from "./styled.ts";
import type { Pauses } from "./pauses.ts";
import { type Upload, uploadOf } from "./upload.ts";

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
  evidence: Pick<EvidenceStore, "original" | "view">;
  /** The bot's own address, once it is known. */
  wayBack: () => string | undefined;
}) {
  const { api, texts, acknowledge, pauses, evidence, wayBack } = parts;

  /** One reply as one message; afterwards the question before has no buttons any more. */
  return async function send(reply: LeasedReply): Promise<Sent> {
    const { chatId, threadId } = readAddress(reply.address ?? "");
    const thread = threadId === undefined ? {} : { message_thread_id: threadId };
    const { message } = reply;
    const keyboard = keyboardOf(
      message,
      revisionOf(reply.id),
      keyboardWords(texts, message.language),
    );
    const markup = keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } };
    const pauseMs = pauses.left(chatId);
    // A sign beside the lanes was answered so.
    if (pauseMs > 0) throw new RateLimited("telegram", pauseMs);
    const noting = (error: unknown) => {
      pauses.note(chatId, error);
      throw error;
    };
    if (message.replaces !== undefined) return replaced(reply, chatId, thread).catch(noting);
    const options = { ...thread, ...markup, ...answering(message, chatId) };
    const id = await carriedOut(message, chatId, options).catch(noting);
    const [last, mark] = (reply.lastReceipt ?? "").split("+");
    if (mark !== undefined) acknowledge.strip(chatId, Number(last));
    return {
      receipt: keyboard.length === 0 ? String(id) : `${id}${buttonsMark}`,
      // Telegram takes no key of ours that would make a second copy of one message impossible.
      ...(reply.uncertain && { repeated: true }),
    };
  };

  /**
   * Changes or deletes the message that it stands in the place of. It has no
   * receipt of its own: the other keeps its number, and the latest one its buttons.
   */
  async function replaced(reply: LeasedReply, chatId: number, thread: object): Promise<Sent> {
    const { message, replacesReceipt, uncertain } = reply;
    const id = Number(replacesReceipt?.split("+")[0] ?? Number.NaN);
    if (withdraws(message)) {
      if (!Number.isNaN(id)) await deleteMessage(api, chatId, id);
      return {};
    }
    if (!Number.isNaN(id) && (await editMessage(api, chatId, id, message))) return {};
    const label = texts.in(message.language).text("chat:log.correction");
    await carriedOut(asCorrection(message, label), chatId, thread);
    return uncertain ? { repeated: true } : {};
  }

  async function carriedOut(message: Message, chatId: number, options: object): Promise<number> {
    const [sent] = filesIn(message);
    if (sent) {
      const caption = textOf(besideFiles(message), {});
      return sendFile(chatId, await uploadOf(sent, evidence), caption, options);
    }
    const document = documentOf(message);
    if (document) {
      const file = new InputFile(Buffer.from(document.text), document.filename);
      return messageIdOf(api.sendDocument(chatId, file, { ...options, caption: document.title }));
    }
    const styled = textOf(message, {
      ...progressOf(message),
      ...(wayBack() !== undefined && { wayBack: wayBack() as string }),
    });
    return withEntities(styled, ({ text, entities }) =>
      messageIdOf(api.sendMessage(chatId, text, { ...options, entities, ...noPreview })),
    );
  }

  /** As what it is; as a document where this customer takes no such thing. */
  async function sendFile(
    chatId: number,
    { how, file }: Upload,
    styled: TelegramText,
    options: object,
  ): Promise<number> {
    try {
      return await withEntities(styled, ({ text, entities }) => {
        const more = { ...options, caption: text, caption_entities: entities };
        if (how === "photo") return messageIdOf(api.sendPhoto(chatId, file(), more));
        if (how === "voice") return messageIdOf(api.sendVoice(chatId, file(), more));
        return messageIdOf(api.sendDocument(chatId, file(), more));
      });
    } catch (error) {
      const reason = error instanceof Undeliverable ? error.reason : "";
      if (reason !== "voiceForbidden" && reason !== "photoRefused") throw error;
      return sendFile(chatId, { how: "document", file }, styled, options);
    }
  }

  function progressOf({ progress, language }: LeasedReply["message"]) {
    return progress ? { progress: texts.in(language).text("chat:log.progress", progress) } : {};
  }
}

/** Shows which of the customer's messages is answered, where it came from this chat. */
function answering({ answers = "" }: Message, chatId: number) {
  const [, chat, id] = /^telegram:\d+:message:(-?\d+):(\d+)$/u.exec(answers) ?? [];
  if (Number(chat) !== chatId) return {};
  return { reply_parameters: { message_id: Number(id), allow_sending_without_reply: true } };
}

async function messageIdOf(call: Promise<{ message_id: number }>): Promise<number> {
  try {
    return (await call).message_id;
  } catch (error) {
    throw failureOf(error);
  }
}
