import type { Act } from "../core/act.ts";
import { ActRefused, BotError } from "../core/errors.ts";
import type { AuditEntry, AuditTrail } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Receiver } from "./receive.ts";

/**
 * The receiver's `act` with a line in the audit log for each that was carried
 * out, refused or failed. A line that can't be written takes nothing back:
 * the act is in the conversation's own log as well.
 */
export function createAuditedAct(parts: {
  act: Receiver["act"];
  trail: Pick<AuditTrail, "audit">;
  clock: Clock;
  log: Log;
  surface: AuditEntry["surface"];
}): Receiver["act"] {
  const { act, trail, clock, log, surface } = parts;

  async function record(
    { key, conversationId, caseNumber, agent, content }: Act,
    ending: Pick<AuditEntry, "outcome" | "reason">,
  ): Promise<void> {
    const { id, name, role } = agent;
    try {
      await trail.audit({
        at: clock.now(),
        surface,
        what: content.type,
        by: { id, name, role },
        caseNumber,
        conversationId,
        detail: key,
        ...ending,
      });
    } catch (error) {
      const code = error instanceof BotError ? error.code : "unexpected";
      log.error(
        { conversation: conversationId, act: content.type, agent: id, code, ...ending },
        "an act is missing in the audit log",
      );
    }
  }

  return async (done) => {
    try {
      const result = await act(done);
      await record(done, { outcome: result === "committed" ? "done" : "repeated" });
      return result;
    } catch (error) {
      await record(
        done,
        error instanceof ActRefused
          ? { outcome: "refused", reason: error.refusal.reason }
          : { outcome: "failed", reason: error instanceof BotError ? error.code : "unexpected" },
      );
      throw error;
    }
  };
}
