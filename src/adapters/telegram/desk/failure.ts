import { GrammyError } from "grammy/web";
import { CustomerUnreachable, PlatformUnavailable, ThreadGone } from "../../../core/errors.ts";
import { failureOf } from "../failure.ts";

/** What an error of a call to the agents' group says. */
export function groupFailureOf(error: unknown): unknown {
  if (tells(error, /message thread not found|TOPIC_DELETED|TOPIC_ID_INVALID/i))
    return new ThreadGone("telegram", { cause: error });
  if (tells(error, /not enough rights|CHAT_ADMIN_REQUIRED/i))
    return unusable("the bot is no administrator who manages topics in the group");
  if (tells(error, /chat is not a forum/i)) return unusable("the group has no topics");
  const failure = failureOf(error);
  return failure instanceof CustomerUnreachable
    ? unusable("the bot is not in the group, or may not write there")
    : failure;
}

/** All waits until the group is as it has to be. */
const unusable = (why: string) =>
  new PlatformUnavailable("telegram", `${why} of DESK_TELEGRAM_CHAT; npm run doctor says more`);

/** Who is no administrator can't write there until it is opened again. */
export const isClosed = (error: unknown): boolean => tells(error, /TOPIC_CLOSED/i);

/** A topic that is as it was asked to be already. */
export const isUnchanged = (error: unknown): boolean =>
  tells(error, /TOPIC_NOT_MODIFIED|message is not modified/i);

/** The message that was to be changed is gone, or too old to be. */
export const isBeyondChange = (error: unknown): boolean =>
  tells(error, /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i);

/** Whether somebody is asked about who never was in the group. */
export const isNobody = (error: unknown): boolean =>
  tells(error, /member not found|user not found|PARTICIPANT_ID_INVALID|USER_ID_INVALID/i);

const tells = (error: unknown, words: RegExp): boolean =>
  error instanceof GrammyError && words.test(error.description);
