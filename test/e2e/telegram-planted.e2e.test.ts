import { describe, expect, it } from "vitest";
import {
  confirmsBeforeCommit,
  forgetsWhatWasSent,
  type Plant,
  planted,
  sendsTwice,
  swapsReplies,
  swapsUpdates,
} from "../support/storm/plants.ts";
import { storm } from "../support/storm/storm.ts";
import { judge } from "../support/storm/verdict.ts";

const giveUpAfterMs = 120_000;

/** What is found in a bot with a fault in it that goes through a short storm. */
const foundIn = async (plant: Plant, signal: "SIGKILL" | "SIGTERM") =>
  judge(
    await storm({
      seed: 4,
      chats: 40,
      stops: 3,
      signal,
      everyMs: [300, 600],
      temper: { thinkMs: [0, 300], patienceMs: [200, 2000] },
      settings: planted(plant),
      // Some of these never come to their end.
      stillForMs: 3000,
    }),
  );

describe("the storm catches a bot that", () => {
  it(
    "confirms updates before they are committed",
    async () => {
      const { updates } = await foundIn(confirmsBeforeCommit, "SIGKILL");
      expect(updates.lost).not.toEqual([]);
    },
    giveUpAfterMs,
  );

  it(
    "forgets that it has sent a reply",
    async () => {
      const { unexcused } = await foundIn(forgetsWhatWasSent, "SIGTERM");
      expect(unexcused).not.toEqual([]);
    },
    giveUpAfterMs,
  );

  it(
    "sends a reply twice without a mark",
    async () => {
      const { unlisted, unexcused } = await foundIn(sendsTwice, "SIGKILL");
      expect(unlisted).not.toEqual([]);
      expect(unexcused).not.toEqual([]);
    },
    giveUpAfterMs,
  );

  it(
    "sends what it said last first",
    async () => {
      const { replies } = await foundIn(swapsReplies, "SIGTERM");
      expect(replies.disordered).not.toEqual([]);
    },
    giveUpAfterMs,
  );

  it(
    "takes what a customer did last first",
    async () => {
      const { updates } = await foundIn(swapsUpdates, "SIGTERM");
      expect(updates.disordered).not.toEqual([]);
    },
    giveUpAfterMs,
  );
});
