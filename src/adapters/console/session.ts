import { createHash } from "node:crypto";
import type { Agent } from "../../core/agent.ts";
import type { AgentDirectory } from "../../ports/agents.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SessionRecords } from "../../ports/sessions.ts";

const minuteMs = 60_000;
export const sessionSeconds = 12 * 60 * 60;
const idleMs = 30 * minuteMs;
/** Not each click is a write. */
const touchEveryMs = minuteMs;

/** Who is in the console: for twelve hours, or until half an hour without a click. */
export interface Sessions {
  /** The id of a new session, in place of the one that the browser had. */
  open(agent: Agent, replaces: string): Promise<string>;
  /** Whose session it is: undefined once it is over, closed, or of somebody who left or has another role now. */
  agentOf(session: string): Promise<Agent | undefined>;
  /** As `agentOf`, and counts as a click. */
  use(session: string): Promise<Agent | undefined>;
  close(session: string): Promise<void>;
}

export function createSessions(
  records: SessionRecords,
  agents: Pick<AgentDirectory, "byId">,
  clock: Clock,
): Sessions {
  async function find(session: string) {
    if (!/^[\w-]{43}$/u.test(session)) return undefined;
    const record = await records.findSession(hash(session));
    if (!record) return undefined;
    const now = clock.now();
    const agent = await agents.byId(record.agentId);
    const isOver = now >= record.openedAt + sessionSeconds * 1000 || now >= record.seenAt + idleMs;
    if (!isOver && agent?.role === record.role) return { record, agent, now };
    await records.closeSession(record.hash);
    return undefined;
  }

  return {
    async open({ id, role }, replaces) {
      const session = base64url(clock.random(32));
      const now = clock.now();
      await records.forgetSessions({
        openedAt: now - sessionSeconds * 1000,
        seenAt: now - idleMs,
      });
      await records.openSession(
        { hash: hash(session), agentId: id, role, openedAt: now, seenAt: now },
        hash(replaces),
      );
      return session;
    },
    agentOf: async (session) => (await find(session))?.agent,
    async use(session) {
      const found = await find(session);
      if (found && found.now - found.record.seenAt >= touchEveryMs)
        await records.touchSession(found.record.hash, found.now);
      return found?.agent;
    },
    close: (session) => records.closeSession(hash(session)),
  };
}

const hash = (text: string) => createHash("sha256").update(text).digest("base64url");
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
