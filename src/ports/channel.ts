import type { ChannelName } from "../core/conversation.ts";
import type { LeasedReply } from "./store.ts";

/** A platform on which replies go out. */
export interface Channel {
  name: ChannelName;
  /**
   * Puts one message before the customer; resolves when the platform has it.
   *
   * @throws BotError whose `retryable` says whether a later try can help.
   */
  send(reply: LeasedReply): Promise<void>;
}
