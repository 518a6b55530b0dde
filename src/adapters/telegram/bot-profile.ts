import type { Api } from "grammy/web";
import type { BotCommand } from "grammy/types";
import { languages, type Language } from "../../core/language.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import { allowedUpdates } from "./inbound.ts";

export const commandNames = ["start", "language", "status", "human", "help", "cancel"] as const;

export interface Webhook {
  /** With https. */
  url: string;
  /** At least 32 characters of `A-Za-z0-9_-`. */
  secret: string;
}

export const commandsIn = (texts: TextLibrary, language: Language): BotCommand[] =>
  commandNames.map((command) => ({
    command,
    description: texts.in(language).text(`telegram:command.${command}`),
  }));

/** Makes the bot known to Telegram as it is now: its commands in each language, and how it takes updates. */
export async function introduce(
  api: Api,
  texts: TextLibrary,
  defaultLanguage: Language,
  webhook: Webhook | undefined,
): Promise<{ username: string }> {
  // Side by side: a start waits for one of them and not for six.
  const [{ username }] = await Promise.all([
    api.getMe(),
    api.setMyCommands(commandsIn(texts, defaultLanguage)),
    ...languages.map((language) =>
      api.setMyCommands(commandsIn(texts, language), { language_code: language }),
    ),
    webhook
      ? api.setWebhook(webhook.url, {
          secret_token: webhook.secret,
          allowed_updates: allowedUpdates,
        })
      : api.deleteWebhook(),
  ]);
  return { username };
}
