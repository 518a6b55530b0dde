import type { APIInteraction } from "@discordjs/core";
import type { HeldInbound } from "../../core/inbound.ts";
import { wordOf } from "./failure.ts";
import { userOf } from "./interaction.ts";
import type { Lanes } from "./lanes.ts";
import type { DiscordOptions } from "./options.ts";

/** As long as a customer waits for a press. */
const atLastMs = 10_000;
const retryMs = 250;

/**
 * Takes what an interaction brought, in the customer's lane. "failed" is when
 * the customer has to press again; what is given up is not taken later, unless
 * the store was about to: then the second press is a stale one.
 */
export type Commit = (
  interaction: APIInteraction,
  inbounds: readonly HeldInbound[],
) => Promise<"taken" | "failed">;

export function createCommit(
  parts: Pick<DiscordOptions, "accept" | "clock" | "log" | "sleep"> & { lanes: Lanes },
): Commit {
  const { accept, clock, log, sleep, lanes } = parts;

  return async (interaction, inbounds) => {
    const until = clock.now() + atLastMs;
    const taking = lanes.run(userOf(interaction).id, () => tryUntil(until, inbounds));
    const late = sleep(atLastMs);
    try {
      return (await Promise.race([taking, late.done])) ?? "failed";
    } finally {
      late.abort();
    }
  };

  async function tryUntil(
    until: number,
    inbounds: readonly HeldInbound[],
  ): Promise<"taken" | "failed"> {
    while (clock.now() < until) {
      try {
        for (const inbound of inbounds) await accept(inbound);
        return "taken";
      } catch (error) {
        log.warn({ code: wordOf(error) }, "what a customer pressed could not be taken yet");
        if ((error as { retryable?: boolean }).retryable !== true) return "failed";
        await sleep(retryMs).done;
      }
    }
    return "failed";
  }
}
