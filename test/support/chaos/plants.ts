import { type Plant, sendsTwice, swapsUpdates } from "../storm/plants.ts";
import type { ChaosVerdict } from "./verdict.ts";

/** Redis's clock is so far ahead: no fault, but what a day brings, in no time. */
export const clockAhead = (ms: number): Plant => ({
  file: "adapters/redis/clock.ts",
  edits: [["Number(micros) / 1000;", `Number(micros) / 1000 + ${ms};`]],
});

const now = (share: number) => `Math.random() < ${share}`;

/** A bot with one fault in it; each has to be found. */
export const faulty = {
  /** A customer or an agent is told that it is taken, and now and then nothing was written. */
  lost: {
    file: "adapters/redis/commit.ts",
    edits: [
      [
        "const { conversation, cases } = commit;",
        `const { conversation, cases } = commit;\n    if (commit.conversation.revision > 3 && ${now(0.05)}) return "committed";`,
      ],
    ],
  },
  /** What was handled is not remembered, so what comes twice is taken twice. */
  doubled: {
    file: "adapters/redis/commit.ts",
    edits: [["const key = digestOf(handled);", "const key = digestOf(handled + Math.random());"]],
  },
  /** Discord is not told that a message may be a repeat, and sent twice now and then. */
  sentTwice: {
    file: "adapters/discord/send.ts",
    edits: [
      [
        "const { channelId } = room;",
        `const { channelId } = room;\n    body.enforce_nonce = false;\n    if (${now(0.05)}) await awake(rest, channelId, (api) => api.channels.createMessage(channelId, body));`,
      ],
    ],
  },
  /** A reply goes out to Telegram once more now and then, and nothing says so. */
  sentTwiceUnlisted: sendsTwice,
  /** Now and then a reply is called sent before it is, and comes when later ones are there. */
  repliesSwapped: {
    file: "app/deliver.ts",
    edits: [
      [
        "const { receipt, repeated } = await outlet.channel.send(reply);",
        `const { receipt, repeated } = ${now(0.1)} ? (setTimeout(() => void outlet.channel.send(reply).catch(() => {}), 1000), { receipt: undefined, repeated: false }) : await outlet.channel.send(reply);`,
      ],
    ],
  },
  /** What a customer did last on Telegram is taken first. */
  updatesSwapped: swapsUpdates,
  /** An agent is told now and then that it is done, and nothing was. */
  unheard: {
    file: "adapters/console/desk-routes.ts",
    edits: [
      [
        "const content = read.type",
        `if (${now(0.1)}) return c.redirect(caseAddress(number), 303);\n    const content = read.type`,
      ],
    ],
  },
  /** A reply is called sent now and then that was not. */
  unsent: {
    file: "app/deliver.ts",
    edits: [
      [
        "const { receipt, repeated } = await outlet.channel.send(reply);",
        `const { receipt, repeated } = ${now(0.05)} ? { receipt: undefined, repeated: false } : await outlet.channel.send(reply);`,
      ],
    ],
  },
  /** What is stored is now and then not what was decided. */
  diverged: {
    file: "adapters/redis/commit.ts",
    edits: [
      [
        "const snapshot = JSON.stringify(conversation.snapshot);",
        `const snapshot = JSON.stringify(${now(0.5)} ? { ...conversation.snapshot, planted: true } : conversation.snapshot);`,
      ],
    ],
  },
  /** Telegram is asked again much sooner than it says. */
  hurried: {
    file: "adapters/telegram/failure.ts",
    edits: [["parameters.retry_after * 1000", "parameters.retry_after * 50"]],
  },
  /** A timer fires long before it is due. */
  timers: {
    file: "app/work.ts",
    edits: [
      [
        "store.dueTimers(clock.now(), timerBatch)",
        "store.dueTimers(clock.now() + 90_000_000, timerBatch)",
      ],
    ],
  },
  /** A process takes nothing off the lanes. */
  stalled: {
    file: "app/deliver.ts",
    edits: [["const limit = roomOn(outlet);", "const limit = 0;"]],
  },
} satisfies Record<string, Plant>;

/** By what the verdict has to find each. */
export const foundBy: Readonly<Record<keyof typeof faulty, keyof ChaosVerdict>> = {
  lost: "lost",
  doubled: "doubled",
  sentTwice: "sentTwice",
  sentTwiceUnlisted: "sentTwice",
  repliesSwapped: "disordered",
  updatesSwapped: "disordered",
  unheard: "unheard",
  unsent: "unsent",
  diverged: "diverged",
  hurried: "hurried",
  timers: "timers",
  stalled: "stalled",
};
