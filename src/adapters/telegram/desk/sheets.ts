import { type Api, InputMediaBuilder } from "grammy/web";
import { Undeliverable } from "../../../core/errors.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskWork } from "../../../ports/desk.ts";
import { failureOf } from "../failure.ts";
import { type Upload, uploadOf } from "../upload.ts";

/** https://core.telegram.org/bots/api#sendmediagroup */
const mostInAlbum = 10;

interface InTopic {
  message_thread_id: number;
}

/** What goes out at once, and how many messages it makes. */
export interface Sheet {
  messages: number;
  send: (api: Api, chatId: number, options: InTopic) => Promise<unknown>;
}

/** Files in few messages: pictures together, and documents together. Those that are lost are named. */
export async function sheetsOf(
  files: readonly Evidence[],
  evidence: DeskWork["evidence"],
  texts: Texts,
): Promise<Sheet[]> {
  const uploads: Upload[] = [];
  const lost: string[] = [];
  for (const file of files) {
    try {
      uploads.push(await uploadOf(file, evidence));
    } catch (error) {
      if (!(error instanceof Undeliverable)) throw error;
      lost.push(file.name || file.type);
    }
  }
  const as = (how: Upload["how"]) => uploads.filter((upload) => upload.how === how);
  const words = texts.text("telegram:desk.lost", { names: lost.join(", ") });
  return [
    ...chunks(as("photo"), mostInAlbum).map(sheetOf),
    ...chunks(as("document"), mostInAlbum).map(sheetOf),
    ...chunks(as("voice"), 1).map(sheetOf),
    ...(lost.length > 0
      ? [
          {
            messages: 1,
            send: (api: Api, chatId: number, options: InTopic) =>
              api.sendMessage(chatId, words, options),
          },
        ]
      : []),
  ];
}

const sheetOf = (uploads: readonly Upload[]): Sheet => ({
  messages: uploads.length,
  async send(api, chatId, options) {
    try {
      return await sendAll(uploads, api, chatId, options);
    } catch (error) {
      // Refused for certain: what Telegram takes for no picture is a file all the same.
      if (uploads[0]?.how === "document" || !isRefusal(error)) throw error;
      const asFiles = uploads.map((upload): Upload => ({ ...upload, how: "document" }));
      return sendAll(asFiles, api, chatId, options);
    }
  },
});

function isRefusal(error: unknown): boolean {
  const failure = failureOf(error);
  return failure instanceof Undeliverable && failure.reason !== "topicGone";
}

function sendAll(
  uploads: readonly Upload[],
  api: Api,
  chatId: number,
  options: InTopic,
): Promise<unknown> {
  const [first, ...others] = uploads;
  if (first && others.length === 0) {
    if (first.how === "photo") return api.sendPhoto(chatId, first.file(), options);
    if (first.how === "voice") return api.sendVoice(chatId, first.file(), options);
    return api.sendDocument(chatId, first.file(), options);
  }
  const media = uploads.map(({ how, file }) =>
    how === "photo" ? InputMediaBuilder.photo(file()) : InputMediaBuilder.document(file()),
  );
  return api.sendMediaGroup(chatId, media as Parameters<Api["sendMediaGroup"]>[1], options);
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
