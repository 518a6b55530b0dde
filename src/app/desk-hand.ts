import type { Act } from "../core/act.ts";
import type { DeskName } from "../core/desk.ts";
import { ActRefused } from "../core/errors.ts";
import type { Flow } from "../core/flow.ts";
import type { AgentDirectory } from "../ports/agents.ts";
import type { AuditTrail } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeskHand, DeskRefusal } from "../ports/desk.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import type { TextLibrary } from "../ports/texts.ts";
import { createAuditedAct } from "./audited-act.ts";
import { threadMark } from "./follow.ts";
import type { Receiver } from "./receive.ts";

/** What agents do in the threads of every desk, on the same road as in the console. */
export function createDeskHand(parts: {
  act: Receiver["act"];
  agents: Pick<AgentDirectory, "byTelegram" | "byDiscord">;
  flow: Pick<Flow, "draftDecision" | "preview" | "clauses">;
  store: Pick<Store, "readMark" | "findCase"> & Pick<AuditTrail, "audit">;
  texts: TextLibrary;
  clock: Clock;
  log: Log;
}): DeskHand {
  const { agents, flow, store, texts, clock, log } = parts;
  const actOn = {
    telegram: createAuditedAct({ ...parts, trail: store, surface: "telegram" }),
    discord: createAuditedAct({ ...parts, trail: store, surface: "discord" }),
  };
  const agentOf: DeskHand["agentOf"] = (desk, userId) =>
    desk === "telegram" ? agents.byTelegram(userId) : agents.byDiscord(userId);

  const caseIn: DeskHand["caseIn"] = async (desk, thread) => {
    const mark = await store.readMark(threadMark(desk, thread));
    if (mark === undefined) return undefined;
    const { number } = JSON.parse(mark) as { number: string };
    return store.findCase(number);
  };

  return {
    agentOf,

    caseIn,

    async act({ desk, thread, userId, key, content, why }) {
      const agent = await agentOf(desk, userId);
      const entry = await caseIn(desk, thread);
      const refusal: DeskRefusal | undefined =
        why ?? (agent ? (entry ? undefined : "noThread") : "stranger");
      if (refusal || !agent || !entry) {
        const reason = refusal ?? "stranger";
        await refused(desk, reason, {
          what: content.type,
          ...(agent && { by: agent }),
          ...(entry && { caseNumber: entry.number, conversationId: entry.conversationId }),
          detail: `${desk}:${userId}`,
        });
        return { reason };
      }
      const { number: caseNumber, conversationId } = entry;
      try {
        await actOn[desk]({ key, conversationId, caseNumber, agent, content } satisfies Act);
        return undefined;
      } catch (error) {
        if (error instanceof ActRefused) return error.refusal;
        throw error;
      }
    },

    clauses: (language) => flow.clauses(texts.in(language)),

    draft: (entry) => flow.draftDecision(entry.record, texts.in(entry.language)),

    preview(entry, draft, by) {
      const { number, language } = entry;
      const made = { number, by, at: clock.now() };
      const seen = flow.preview(draft, made, texts.in(language));
      if ("refused" in seen) return seen;
      const { block, needsSecond } = seen;
      return { message: { language, blocks: [block], choices: [] }, needsSecond };
    },
  };

  async function refused(
    surface: DeskName,
    reason: DeskRefusal,
    what: Omit<Parameters<AuditTrail["audit"]>[0], "at" | "surface" | "outcome" | "reason">,
  ): Promise<void> {
    try {
      await store.audit({ at: clock.now(), surface, outcome: "refused", reason, ...what });
    } catch {
      log.error({ desk: surface, reason }, "a refusal is missing in the audit log");
    }
  }
}
