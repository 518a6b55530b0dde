import { BotError, PlatformUnavailable, ThreadGone } from "../../../core/errors.ts";
import { codeOf, failureOf, roomFaultOf } from "../failure.ts";

const unknownChannel = 10003;

/** What an error says about a request to the desk's forum. */
export function deskFailureOf(error: unknown, isThread: boolean): unknown {
  if (error instanceof BotError) return error;
  const code = codeOf(error);
  if (isThread && code === unknownChannel) return new ThreadGone("discord", { cause: error });
  // A permission can come back, and the thread is still there then.
  if (roomFaultOf(error) !== undefined)
    return new PlatformUnavailable(
      "discord",
      `the desk's forum is gone, or closed to the bot (${code}); see \`npm run doctor\``,
      { cause: error },
    );
  return failureOf(error);
}
