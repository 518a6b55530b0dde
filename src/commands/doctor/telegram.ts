import type { Api } from "grammy/web";
import { openApi } from "../../adapters/telegram/api.ts";
import { commandsIn } from "../../adapters/telegram/bot-profile.ts";
import { failureOf } from "../../adapters/telegram/failure.ts";
import type { Config } from "../../config.ts";
import { BotError } from "../../core/errors.ts";
import { languages, type Language } from "../../core/language.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import type { Finding } from "./finding.ts";
import { examineTelegramDesk } from "./telegram-desk.ts";

/** So many updates wait at Telegram when nobody takes them. */
const manyPending = 100;

type Settings = NonNullable<Config["telegram"]>;

/** The token, how updates come, the commands and the privacy mode, as Telegram has them now. */
export async function examineTelegram(
  settings: Settings,
  defaultLanguage: Language,
  texts: TextLibrary,
  /** The agents' group, where there is one. */
  deskChat?: string,
): Promise<Finding[]> {
  const opened = openApi(settings.token, settings.apiRoot);
  const { calls: api } = opened;
  try {
    const me = await api.getMe();
    return [
      {
        what: `Telegram knows the token: it is @${me.username}, customers find it at https://t.me/${me.username}`,
      },
      ...(await examineUpdates(api, settings)),
      await examineCommands(api, defaultLanguage, texts),
      {
        what: me.can_read_all_group_messages
          ? "Privacy mode is off: the bot reads every message of its groups"
          : "Privacy mode is on: customers are served, and in a group the bot reads what is meant for it unless it is an administrator there",
      },
      ...(deskChat === undefined ? [] : await examineTelegramDesk(api, deskChat, me)),
    ];
  } catch (error) {
    const failure = failureOf(error);
    if (!(failure instanceof BotError)) throw error;
    return [{ what: `Telegram at ${settings.apiRoot}`, fix: wayOut(failure) }];
  } finally {
    await opened.close();
  }
}

function wayOut({ code, message }: BotError): string {
  if (code === "outcome-unknown")
    return "it gives no answer: check the network and TELEGRAM_API_ROOT, then run this again";
  return /token/u.test(message)
    ? "it refuses the token: copy TELEGRAM_BOT_TOKEN anew from @BotFather (/mybots, API Token)"
    : `${message}: check the network and TELEGRAM_API_ROOT`;
}

async function examineUpdates(api: Api, { webhook }: Settings): Promise<Finding[]> {
  const info = await api.getWebhookInfo();
  const isAsSet = (info.url ?? "") === (webhook?.url ?? "");
  const way = webhook
    ? `Telegram brings updates to ${webhook.url}`
    : "Updates are asked for, which needs no public address";
  const findings: Finding[] = [
    isAsSet
      ? { what: way }
      : {
          what: way,
          fix: `Telegram has ${info.url ? `the address ${info.url}` : "no address"} now: start the bot, which tells it; if that stays so, another bot uses this token`,
        },
  ];
  if (info.last_error_message !== undefined && webhook)
    findings.push({
      what: `The last update could not be brought: ${info.last_error_message}`,
      fix: "the address must be reachable from the Internet with a valid certificate, and the proxy must pass /telegram on to the bot",
    });
  if (info.pending_update_count > manyPending)
    findings.push({
      what: `${info.pending_update_count} updates wait at Telegram`,
      fix: "start the bot; Telegram forgets them after 24 hours",
    });
  return findings;
}

async function examineCommands(
  api: Api,
  defaultLanguage: Language,
  texts: TextLibrary,
): Promise<Finding> {
  const wanted = [
    { code: undefined, commands: commandsIn(texts, defaultLanguage) },
    ...languages.map((code) => ({ code, commands: commandsIn(texts, code) })),
  ];
  for (const { code, commands } of wanted) {
    const found = await api.getMyCommands(code === undefined ? {} : { language_code: code });
    if (JSON.stringify(found) !== JSON.stringify(commands))
      return {
        what: `The commands ${code ? `in ${code}` : "for other languages"} are not this version's`,
        fix: "start the bot, which registers them",
      };
  }
  return { what: `The commands are registered in ${languages.join(", ")}` };
}
