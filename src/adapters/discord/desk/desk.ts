import type { APIInteraction, APIMessage } from "@discordjs/core";
import type { FileSource } from "../../../ports/channel.ts";
import type { Desk, DeskWork } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Store } from "../../../ports/store.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { wordOf } from "../failure.ts";
import type { Lanes } from "../lanes.ts";
import type { Rest } from "../rest.ts";
import { createAttached } from "./attached.ts";
import { catchUpPosts } from "./catch-up.ts";
import { registerDeskCommands } from "./commands.ts";
import { createDrafts } from "./drafts.ts";
import { createForum } from "./forum.ts";
import { whyNot } from "./members.ts";
import { createWork } from "./work.ts";
import { openWritten } from "./written.ts";

/** The desk in a forum channel: what it shows, and what agents do there. */
export interface DiscordDesk {
  desk: Desk;
  isOurs(interaction: APIInteraction): boolean;
  /** Never throws. */
  take(interaction: APIInteraction): Promise<void>;
  /** A message in a server's channel that is no customer's room; resolves when it is durable. */
  wrote(message: APIMessage): Promise<void>;
  /** The same for an edit. */
  edited(message: APIMessage): Promise<void>;
  /** After a gap. @throws Error only while the bot closes. */
  catchUp(): Promise<void>;
  /** A thread is not there any more. */
  forget(thread: string): Promise<void>;
  /** Registers the commands; never throws. */
  start(): Promise<void>;
}

export async function openDiscordDesk(
  parts: {
    channel: string;
    rest: Rest;
    lanes: Lanes;
    /** Gives what agents attach. */
    source: FileSource;
    selfId: () => Promise<string>;
    store: Pick<Store, "readMark" | "readMarks" | "writeMarks">;
    texts: TextLibrary;
    clock: Clock;
    log: Log;
    sleep: (ms: number) => { done: Promise<void>; abort: () => void };
    /** @throws Error once the bot closes. */
    goOn: () => void;
    /** Until it is durable. @throws Error only while the bot closes. */
    durably: (work: () => Promise<void>) => Promise<void>;
  } & DeskWork,
): Promise<DiscordDesk> {
  const { channel, rest, clock, store, log } = parts;
  const drafts = createDrafts(store);
  const forum = createForum({ ...parts, now: () => clock.now() });
  const attached = createAttached(parts);
  const written = await openWritten({
    ...parts,
    attached,
    hasOpened: (thread) => forum.hasOpened(thread),
  });
  const work = createWork({ ...parts, drafts, attached });
  /** What comes meanwhile waits, so that nothing is passed over. */
  let caughtUp: Promise<void> = Promise.resolve();

  return {
    desk: forum.desk,
    isOurs: (interaction) => work.isOurs(interaction),
    take: (interaction) => work.take(interaction),
    async wrote(message) {
      await caughtUp;
      // Who has just written there could see it then.
      const why = async () => ("member" in message ? undefined : ("notMember" as const));
      await written.take(message, why);
    },
    async edited(message) {
      await caughtUp;
      await written.edited(message);
    },
    catchUp() {
      caughtUp = catchUpPosts({
        ...parts,
        facts: () => forum.facts(),
        written,
        take: (message) => written.take(message, () => whyNot(rest, channel, message.author.id)),
      });
      return caughtUp;
    },
    forget: (thread) => written.forget(thread),
    async start() {
      try {
        await drafts.sweep(clock.now());
        const { guildId } = await forum.facts();
        await registerDeskCommands(parts, guildId);
      } catch (error) {
        log.error(
          { code: wordOf(error) },
          "the desk’s slash commands could not be registered; the next start tries again, and `npm run doctor` says what is wrong",
        );
      }
    },
  };
}
