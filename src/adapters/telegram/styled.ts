import { Undeliverable } from "../../core/errors.ts";
import { failureOf } from "./failure.ts";
import type { TelegramText } from "./outbound.ts";

export const noPreview = { link_preview_options: { is_disabled: true } };

/** Certain not to be sent where its entities are refused; the words matter more than how they look. */
export async function withEntities<T>(
  styled: TelegramText,
  call: (styled: TelegramText) => Promise<T>,
): Promise<T> {
  try {
    return await call(styled);
  } catch (error) {
    const failure = failureOf(error);
    if (!(failure instanceof Undeliverable) || failure.reason !== "entities") throw error;
    return call({ text: styled.text, entities: [] });
  }
}
