import type { Api } from "grammy/web";
import type { Update } from "grammy/types";
import { BotError, StoreUnavailable } from "../../../core/errors.ts";
import type { FileSource } from "../../../ports/channel.ts";
import type { Desk, DeskWork } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { Store } from "../../../ports/store.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import type { Acknowledgements } from "../acknowledge.ts";
import type { Self } from "../inbound.ts";
import type { Pauses } from "../pauses.ts";
import type { Bench } from "./bench.ts";
import { createDecisions } from "./decisions.ts";
import { createEnclosures } from "./enclosures.ts";
import { createGroupCalls, groupAllowance, threadOf } from "./group.ts";
import { createKeeping } from "./kept.ts";
import { createPresses } from "./presses.ts";
import { deskCommands, type DeskReading, readDeskUpdate, type SaidInTopic } from "./read.ts";
import { createReplies } from "./replies.ts";
import { createTalk } from "./talk.ts";
import { createTopics, topicMark } from "./topics.ts";
import { createVoice } from "./voice.ts";
import { createWhereabouts } from "./whereabouts.ts";

/** The agents' group on Telegram. */
export interface TelegramDesk {
  desk: Desk;
  /** Finds out where the group is, before anything of it is read, and registers its commands. */
  begin(): Promise<void>;
  /** Undefined for what is none of the desk's business. */
  read(update: Update): DeskReading | undefined;
  /** Durable when it resolves. @throws when it can't be carried out now; it may be taken again. */
  take(reading: DeskReading): Promise<void>;
  stop(): Promise<void>;
}

export function openTelegramDesk(parts: {
  /** As the shop has set it. */
  chat: string;
  work: DeskWork;
  perMinute: number;
  api: Api;
  self: Self;
  /** Of what agents send. */
  source: FileSource;
  acknowledge: Acknowledgements;
  pauses: Pauses;
  store: Pick<Store, "readMark" | "readMarks" | "writeMarks">;
  texts: TextLibrary;
  now: () => number;
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): TelegramDesk {
  const { api, work, self, store, now, log } = parts;
  const texts = parts.texts.in(work.language);
  const where = createWhereabouts(parts.chat, store);
  const allowance = groupAllowance(parts.perMinute);
  const isCaseClosed = async (thread: string) =>
    (await work.hand.caseIn("telegram", thread))?.status === "closed";
  const calls = createGroupCalls({ ...parts, where, allowance, isCaseClosed });
  const voice = createVoice({ ...parts, calls, where });
  const { keepEvidence } = work;
  const enclosures = createEnclosures({ ...parts, keepEvidence });
  const keeping = createKeeping(store, now);
  const bench: Bench = { api, calls, where, work, keeping, voice, enclosures, store, texts, now };
  const replies = createReplies(bench);
  const decisions = createDecisions(bench);
  const presses = createPresses(bench, replies, decisions);
  const talk = createTalk(bench, { replies, decisions, presses });
  const { evidence } = work;

  return {
    desk: createTopics({ ...parts, calls, where, allowance, evidence, texts }),

    async begin() {
      await where.load();
      await keeping.forgetOld();
      await registerCommands();
    },

    read: (update) => readDeskUpdate(update, where.chatId, self),

    async take(reading) {
      switch (reading.type) {
        case "said":
          return hear(reading);
        case "pressed":
          return press(reading);
        case "topicMade": {
          const [number = ""] = reading.title.split(" ");
          const value = threadOf(where.chatId, reading.topic);
          return store.writeMarks([{ name: topicMark(where.chatId, number), value }]);
        }
        case "moved":
          await where.move(reading.to);
          return registerCommands();
        case "standing":
          return registerCommands();
      }
    },

    async stop() {
      await enclosures.stop();
      await voice.stop();
    },
  };

  async function hear(said: SaidInTopic): Promise<void> {
    const { topic, messageId: answers } = said;
    await orAgain(
      () => talk(said),
      () => voice.say({ topic, answers, spans: [{ text: texts.text("telegram:desk.again") }] }),
    );
  }

  async function press(reading: Extract<DeskReading, { type: "pressed" }>): Promise<void> {
    const { query } = reading;
    const again = () => voice.answer(query, texts.text("telegram:pressAgain"));
    await orAgain(() => presses.take(reading, query, reading.press), again);
  }

  /** Where Telegram can't be asked now, the agent is: the updates of customers must not wait for that. */
  async function orAgain(take: () => Promise<void>, again: () => void): Promise<void> {
    try {
      await take();
    } catch (error) {
      // Nothing was written: it comes again, as everybody's does.
      if (error instanceof StoreUnavailable) throw error;
      const code = error instanceof BotError ? error.code : "unexpected";
      log.error({ code }, "what an agent did on Telegram could not be carried out");
      again();
    }
  }

  /** In this group only. A group that the bot is not in yet tells when it is. */
  async function registerCommands(): Promise<void> {
    const commands = deskCommands.map((command) => ({
      command,
      description: texts.text(`telegram:desk.command.${command}`),
    }));
    try {
      await calls.call(0, (chatId) =>
        api.setMyCommands(commands, { scope: { type: "chat", chat_id: chatId } }),
      );
    } catch (error) {
      const code = error instanceof BotError ? error.code : "unexpected";
      log.warn({ code }, "the desk's commands could not be registered on Telegram");
    }
  }
}
