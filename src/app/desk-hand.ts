import { type Act, type ActRefusal, leastRole } from "../core/act.ts";
import { isAtLeast } from "../core/agent.ts";
import { type DeskName, deskKey } from "../core/desk.ts";
import { step } from "../core/decide.ts";
import { ActRefused } from "../core/errors.ts";
import type { Flow } from "../core/flow.ts";
import type { Message } from "../core/message.ts";
import { plan } from "../core/plan.ts";
import { open } from "../core/upgrade.ts";
import type { AgentDirectory } from "../ports/agents.ts";
import type { AuditEntry, AuditTrail } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeskDeed, DeskHand, DeskRefusal, Refused } from "../ports/desk.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import type { TextLibrary } from "../ports/texts.ts";
import { createAuditedAct } from "./audited-act.ts";
import { threadMark } from "./follow.ts";
import { referredBy } from "./referred.ts";
import { walkLog } from "./walk-log.ts";
import type { Receiver } from "./receive.ts";

/** What is recorded of a deed, whatever became of it. */
type Seen = Omit<AuditEntry, "at" | "surface" | "outcome" | "reason">;

/** Of a message, to tell which one is meant. */
const shortestPart = 3;

/** What agents do in the threads of every desk, on the same road as in the console. */
export function createDeskHand(parts: {
  act: Receiver["act"];
  agents: Pick<AgentDirectory, "byTelegram" | "byDiscord">;
  flow: Flow;
  store: Pick<Store, "readMark" | "findCase" | "load" | "readLog"> & Pick<AuditTrail, "audit">;
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

    async act({ key, ...deed }) {
      const found = await permitted(deed);
      if ("reason" in found) return found;
      try {
        await actOn[deed.desk]({ ...found.act, key: deskKey(deed.desk, key) });
        return undefined;
      } catch (error) {
        if (error instanceof ActRefused) return error.refusal;
        throw error;
      }
    },

    async foresee(deed) {
      const found = await permitted(deed);
      if ("reason" in found) return found;
      const read = await foreseen(found.act);
      if ("refused" in read) {
        await refused(deed.desk, read.refused.reason, found.seen);
        return read.refused;
      }
      return read;
    },

    async sentUnder(desk, thread, key) {
      const entry = await caseIn(desk, thread);
      if (!entry) return undefined;
      const ids: string[] = [];
      let isIts = false;
      for await (const { body } of walkLog(store, entry.conversationId)) {
        if (body.type === "event") isIts = body.key === deskKey(desk, key);
        if (isIts && body.type === "message" && body.message.author) ids.push(body.id);
      }
      return ids.length === 1 ? ids[0] : undefined;
    },

    async heardIn(desk, thread, shown) {
      const entry = await caseIn(desk, thread);
      if (!entry) return undefined;
      const keys = new Map<string, string>();
      for await (const { body } of walkLog(store, entry.conversationId)) {
        const text = body.type === "event" && body.by === "customer" ? body.said?.text?.trim() : "";
        if (text && body.type === "event" && stands(text, shown)) keys.set(text, body.key);
      }
      // What stands within another's words is not meant.
      const whole = [...keys].filter(
        ([text]) => ![...keys.keys()].some((other) => other !== text && other.includes(text)),
      );
      return whole.length === 1 ? whole[0]?.[1] : undefined;
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

  /** The act, or why this person may do nothing here, which is recorded. */
  async function permitted({
    desk,
    thread,
    userId,
    content,
    why,
  }: DeskDeed): Promise<{ act: Act; seen: Seen } | { reason: DeskRefusal }> {
    const agent = await agentOf(desk, userId);
    const entry = await caseIn(desk, thread);
    const seen: Seen = {
      what: content.type,
      ...(agent && { by: agent }),
      ...(entry && { caseNumber: entry.number, conversationId: entry.conversationId }),
      detail: `${desk}:${userId}`,
    };
    const reason = why ?? (agent ? (entry ? undefined : "noThread") : "stranger");
    if (reason === undefined && agent && entry) {
      const { number: caseNumber, conversationId } = entry;
      return { act: { key: "", conversationId, caseNumber, agent, content }, seen };
    }
    await refused(desk, reason ?? "stranger", seen);
    return { reason: reason ?? "stranger" };
  }

  async function foreseen(
    act: Act,
  ): Promise<{ messages: readonly Message[] } | { refused: ActRefusal }> {
    if (!isAtLeast(act.agent, leastRole[act.content.type]))
      return { refused: { reason: "notAllowed" } };
    const stored = await store.load(act.conversationId);
    if (!stored) return { refused: { reason: "noCase" } };
    const moment = { now: clock.now(), dice: "00000000" };
    const opened = open(flow, stored, moment);
    const read = flow.readAct(act, opened.conversation, moment, await referredBy(store, act));
    if ("refused" in read) return read;
    const next = step(flow, opened.conversation.snapshot, read.event);
    const taken = { ...read, by: "agent" as const, key: act.key };
    const { log: made } = plan(flow, opened, next, taken, (language) => texts.in(language));
    return { messages: made.flatMap((body) => (body.type === "message" ? [body.message] : [])) };
  }

  async function refused(surface: DeskName, reason: Refused["reason"], what: Seen): Promise<void> {
    try {
      await store.audit({ at: clock.now(), surface, outcome: "refused", reason, ...what });
    } catch {
      log.error({ desk: surface, reason }, "a refusal is missing in the audit log");
    }
  }
}

/** Whether the thread shows these words, or a part of them that was picked out. */
const stands = (text: string, shown: string): boolean =>
  shown.includes(text) || (shown.trim().length >= shortestPart && text.includes(shown.trim()));
