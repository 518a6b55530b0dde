import type { ChannelName } from "../core/conversation.ts";
import type { FileRef } from "../core/inbound.ts";
import type { Message } from "../core/message.ts";
import type { Allowance } from "../core/token-bucket.ts";
import type { LeasedReply } from "./store.ts";

/** A platform on which replies go out. */
export interface Channel {
  name: ChannelName;
  /** How many sends may be under way at once. */
  concurrency: number;
  /** How fast messages may go out; absent where the platform does not mind. */
  pace?: Pace;
  /** Whether the platform takes the message in one piece. Pure. */
  fits(message: Message): boolean;
  /**
   * Puts one message before the customer; resolves when the platform has it.
   *
   * @throws RateLimited, PlatformUnavailable when it was certainly not sent.
   * @throws OutcomeUnknown when it may have been.
   * @throws CustomerUnreachable when nothing can be sent to this customer.
   * @throws Undeliverable when the platform will never take this message.
   * @throws Moved when the chat has another address.
   */
  send(reply: LeasedReply): Promise<Sent>;
  /** Fetches a file that the platform holds; absent where files come with the message. */
  files?: FileSource;
  /** Shows that the bot is at work; best effort, never throws. */
  showTyping?(address: string): void;
}

export interface Sent {
  /** How the channel finds the message again. */
  receipt?: string;
  /** An earlier try may have come through as well. */
  repeated?: boolean;
}

export interface Pace {
  /** Of all messages together. */
  all: Allowance;
  /** Of one address. */
  of(address: string): Allowance;
  /** What shares an allowance; each address has its own where this is absent. */
  placeOf?(address: string): string;
}

export interface FileSource {
  /**
   * The whole file.
   *
   * @throws FileUnavailable when it is not to be had, a retryable BotError when it may be later.
   */
  fetch(file: FileRef): Promise<Uint8Array>;
}
