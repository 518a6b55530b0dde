import { type Api, InputFile, InputMediaBuilder } from "grammy";
import { Undeliverable } from "../../../core/errors.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskWork } from "../../../ports/desk.ts";
import { failureOf } from "../failure.ts";

/** https://core.telegram.org/bots/api#sendmediagroup */
const mostInAlbum = 10;
/** https://core.telegram.org/bots/api#sendphoto */
const mostSidesRatio = 20;

/** Files that go out at once: as pictures, or as documents. */
export interface Sheet {
  how: "photo" | "document";
  files: readonly Evidence[];
}

/** In few messages: pictures together, and what is none together. */
export function sheetsOf(files: readonly Evidence[]): Sheet[] {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return [
    ...chunks(pictures).map((chunk): Sheet => ({ how: "photo", files: chunk })),
    ...chunks(others).map((chunk): Sheet => ({ how: "document", files: chunk })),
  ];
}

type Send = (api: Api, chatId: number, options: { message_thread_id: number }) => Promise<unknown>;

/** Reads the files; a picture goes as it was cleaned, everything else as it was given. A file that is lost is named. */
export async function sendSheet(
  { how, files }: Sheet,
  evidence: DeskWork["evidence"],
  texts: Texts,
): Promise<Send> {
  const read = await Promise.all(
    files.map(async ({ id, name, type }) => ({
      bytes: await (how === "photo" ? evidence.view(id) : evidence.original(id)),
      name: name || `file.${type.split("/")[1]}`,
    })),
  );
  const inputs = read.flatMap(({ bytes, name }) =>
    bytes ? [() => new InputFile(bytes, name)] : [],
  );
  const lost = read.filter(({ bytes }) => !bytes).map(({ name }) => name);
  const words =
    lost.length > 0 ? texts.text("telegram:desk.lost", { names: lost.join(", ") }) : undefined;
  return async (api, chatId, options) => {
    if (inputs.length === 0) return api.sendMessage(chatId, words ?? "", options);
    const caption = words === undefined ? {} : { caption: words };
    try {
      return await sendAs(how, inputs)(api, chatId, { ...options, ...caption });
    } catch (error) {
      // Refused for certain: what Telegram takes for no picture is a file all the same.
      if (how !== "photo" || !(failureOf(error) instanceof Undeliverable)) throw error;
      return sendAs("document", inputs)(api, chatId, { ...options, ...caption });
    }
  };
}

function sendAs(
  how: Sheet["how"],
  inputs: readonly (() => InputFile)[],
): (
  api: Api,
  chatId: number,
  options: { message_thread_id: number; caption?: string },
) => Promise<unknown> {
  const [first, ...others] = inputs;
  return async (api, chatId, options) => {
    if (first && others.length === 0)
      return how === "photo"
        ? api.sendPhoto(chatId, first(), options)
        : api.sendDocument(chatId, first(), options);
    const { caption, ...where } = options;
    const media = inputs.map((input, index) => {
      const words = index === 0 && caption !== undefined ? { caption } : {};
      return how === "photo"
        ? InputMediaBuilder.photo(input(), words)
        : InputMediaBuilder.document(input(), words);
    });
    return api.sendMediaGroup(chatId, media as Parameters<Api["sendMediaGroup"]>[1], where);
  };
}

/** A moving one shows as it moves only where it goes as a file. */
function isPicture({ view, type }: Evidence): boolean {
  if (!view || type === "image/gif") return false;
  const { widthPx, heightPx } = view;
  return Math.max(widthPx, heightPx) <= mostSidesRatio * Math.min(widthPx, heightPx);
}

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / mostInAlbum) }, (_, index) =>
    all.slice(index * mostInAlbum, (index + 1) * mostInAlbum),
  );
