import type { Api } from "grammy/web";
import type { ChatMember } from "grammy/types";
import { failureOf } from "../../adapters/telegram/failure.ts";
import { BotError, Moved } from "../../core/errors.ts";
import type { Finding } from "./finding.ts";

/** Whether the agents' group is there, has topics, and lets the bot do what the desk needs. */
export async function examineTelegramDesk(
  api: Api,
  chat: string,
  bot: { id: number; username: string },
): Promise<Finding[]> {
  const what = `Agents work in the Telegram group ${chat}`;
  try {
    const found = await api.getChat(chat);
    if (found.type !== "supergroup" || !found.is_forum)
      return [
        { what, fix: "it has no topics: switch them on in the group's settings (Edit, Topics)" },
      ];
    const member = await api.getChatMember(chat, bot.id);
    return [{ what: `${what}, “${found.title}”` }, standing(member, bot.username)];
  } catch (error) {
    const failure = failureOf(error);
    if (!(failure instanceof BotError)) throw error;
    return [{ what, fix: wayOut(failure, bot.username) }];
  }
}

function standing(member: ChatMember, username: string): Finding {
  const what = "The bot may work in that group";
  if (member.status !== "administrator")
    return {
      what,
      fix: `make @${username} an administrator there, with the rights to manage topics and to pin messages; otherwise it neither opens topics nor reads what agents write`,
    };
  const missing = [
    ...(member.can_manage_topics ? [] : ["manage topics"]),
    ...(member.can_pin_messages ? [] : ["pin messages"]),
  ];
  return missing.length === 0
    ? { what }
    : { what, fix: `give the administrator @${username} the right to ${missing.join(" and to ")}` };
}

function wayOut(failure: BotError, username: string): string {
  if (failure instanceof Moved)
    return `the group has become a supergroup: set DESK_TELEGRAM_CHAT to ${failure.address}`;
  return failure.retryable
    ? `${failure.message}: check the network, then run this again`
    : `@${username} is in no such group: add it as an administrator, and check DESK_TELEGRAM_CHAT`;
}
