import { fileURLToPath } from "node:url";

/** A fault of the bot, as a change of one file's source. */
export interface Plant {
  /** The end of the file's path. */
  file: string;
  edits: readonly (readonly [from: string, to: string])[];
}

const hooks = fileURLToPath(new URL("plant.mjs", import.meta.url));

/** The settings with which the bot starts with these faults in it. */
export const planted = (...plants: readonly Plant[]): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import ${hooks}`,
  PLANTED: JSON.stringify(plants),
});

/** Telegram forgets a batch a moment before it is written. */
export const confirmsBeforeCommit: Plant = {
  file: "adapters/telegram/poll.ts",
  edits: [
    ["await accept(updates);", "setTimeout(() => void accept(updates).catch(() => {}), 300);"],
  ],
};

/** Now and then it is not kept that a reply was sent. */
export const forgetsWhatWasSent: Plant = {
  file: "app/deliver.ts",
  edits: [
    [
      "await store.settle([settlement]);",
      'if (settlement.outcome !== "sent" || Math.random() > 0.1) await store.settle([settlement]);',
    ],
  ],
};

/** Now and then a reply goes out once more, and nothing says so. */
export const sendsTwice: Plant = {
  file: "adapters/telegram/send.ts",
  edits: [
    [
      "const id = await carriedOut(",
      "if (Math.random() < 0.1) await carriedOut(message, chatId, options);\n    const id = await carriedOut(",
    ],
  ],
};

/** A lane does not wait for its oldest, and begins with its latest; nothing goes out with its commit. */
export const swapsReplies: Plant = {
  file: "adapters/sqlite/lanes.ts",
  edits: [
    [
      "iif(EXISTS (SELECT 1 FROM outbox WHERE conversation_id = :conversationId AND channel = :channel), NULL, :at)",
      ":at",
    ],
    ["ORDER BY ready_at LIMIT :limit", "ORDER BY seq DESC LIMIT :limit"],
    ["return row && leasing(until)(row);", "return undefined;"],
  ],
};

/** What a customer did last is taken first. */
export const swapsUpdates: Plant = {
  file: "adapters/telegram/poll.ts",
  edits: [["await accept(updates);", "await accept(updates.toReversed());"]],
};
