import type { DatabaseSync } from "node:sqlite";
import { CaseNumberTaken, StaleConversation } from "../../core/errors.ts";
import type { Commit, Committed, LeasedReply } from "../../ports/store.ts";
import { caseRow } from "./cases.ts";
import type { Followings } from "./followings.ts";
import type { HeldInbounds } from "./held.ts";
import type { Lanes } from "./lanes.ts";

/** `Store.commit` inside a transaction: what refuses it comes before the first write. The first reply is leased until `until` if told. */
export function prepareCommit(
  db: DatabaseSync,
  { lanes, held, followings }: { lanes: Lanes; held: HeldInbounds; followings: Followings },
): (commit: Commit, until?: number) => { outcome: Committed; leased?: LeasedReply | undefined } {
  const selectHandled = db.prepare("SELECT 1 FROM handled WHERE key = ?");
  const selectConversation = db.prepare(
    "SELECT revision, last_seq AS lastSeq FROM conversation WHERE id = ?",
  );
  const selectCase = db.prepare(
    "SELECT conversation_id AS conversationId FROM cases WHERE number = ?",
  );
  const insertHandled = db.prepare("INSERT INTO handled (key, at) VALUES (?, ?)");
  const upsertConversation = db.prepare(`
    INSERT INTO conversation (id, channel, revision, last_seq, body, flow, flow_version, standing, resting)
    VALUES (:id, :channel, :revision, :lastSeq, :body, :flow, :flowVersion, :standing, :resting)
    ON CONFLICT (id) DO UPDATE SET
      channel = excluded.channel, revision = excluded.revision, last_seq = excluded.last_seq, body = excluded.body,
      flow = excluded.flow, flow_version = excluded.flow_version, standing = excluded.standing, resting = excluded.resting
  `);
  const insertLog = db.prepare(
    "INSERT INTO log (conversation_id, seq, at, body) VALUES (?, ?, ?, ?)",
  );
  const setTimer = db.prepare(
    "INSERT OR REPLACE INTO timer (conversation_id, id, due_at, event) VALUES (?, ?, ?, ?)",
  );
  const selectTimer = db.prepare(
    "SELECT 1 FROM timer WHERE conversation_id = ? AND id = ? AND due_at = ?",
  );
  const cancelTimer = db.prepare("DELETE FROM timer WHERE conversation_id = ? AND id = ?");
  const upsertCase = db.prepare(`
    INSERT INTO cases (
      number, conversation_id, opened_at, body, calm, waiting_since, stage, owner, language, topic, search, decided_at
    ) VALUES (
      :number, :conversationId, :openedAt, :body, :calm, :waitingSince, :stage, :owner, :language, :topic, :search, :decidedAt
    ) ON CONFLICT (number) DO UPDATE SET
      opened_at = excluded.opened_at, body = excluded.body, calm = excluded.calm,
      waiting_since = excluded.waiting_since, stage = excluded.stage, owner = excluded.owner,
      language = excluded.language, topic = excluded.topic, search = excluded.search,
      decided_at = excluded.decided_at
  `);

  return (commit, until) => {
    if (selectHandled.get(commit.handled) || firesNoMore(commit)) {
      release(commit);
      return { outcome: "duplicate" };
    }
    if (commit.unlessHolding && held.isHolding(commit.conversation.id))
      return { outcome: "holding" };
    const lastSeq = checkRevision(commit);
    checkCaseNumbers(commit);
    insertHandled.run(commit.handled, commit.at);
    writeConversation(commit, lastSeq);
    release(commit);
    if (commit.resumes) lanes.resume(commit.conversation.id, commit.at);
    writeLog(commit, lastSeq);
    writeTimers(commit);
    writeCases(commit);
    writeFollowings(commit);
    return {
      outcome: "committed",
      ...(until !== undefined && { leased: leaseFirst(commit, until) }),
    };
  };

  function leaseFirst({ log, at }: Commit, until: number): LeasedReply | undefined {
    const first = log.find((body) => body.type === "message");
    if (!first || first.message.replaces !== undefined) return undefined;
    return lanes.leaseNew(first.id, at, until);
  }

  function release({ releases = [] }: Commit): void {
    for (const key of releases) held.release(key);
  }

  function firesNoMore({ conversation, fires }: Commit): boolean {
    return fires !== undefined && !selectTimer.get(conversation.id, fires.id, fires.dueAt);
  }

  /** The `seq` that the log has come to. */
  function checkRevision({ conversation }: Commit): number {
    const stored = selectConversation.get(conversation.id) as
      | { revision: number; lastSeq: number }
      | undefined;
    if (conversation.revision !== (stored?.revision ?? 0) + 1) {
      throw new StaleConversation(conversation.id, conversation.revision);
    }
    return stored?.lastSeq ?? 0;
  }

  function checkCaseNumbers({ cases }: Commit): void {
    for (const { number, conversationId } of cases) {
      const stored = selectCase.get(number) as { conversationId: string } | undefined;
      if (stored && stored.conversationId !== conversationId) throw new CaseNumberTaken(number);
    }
  }

  function writeConversation({ conversation, log }: Commit, lastSeq: number): void {
    const { id, channel, revision, flow, flowVersion, standing } = conversation;
    upsertConversation.run({
      id,
      channel,
      revision,
      lastSeq: lastSeq + log.length,
      body: JSON.stringify(conversation),
      flow,
      flowVersion,
      standing,
      resting: Number(conversation.resting),
    });
  }

  function writeLog({ conversation, log, at }: Commit, lastSeq: number): void {
    const { id: conversationId, channel } = conversation;
    for (const [index, body] of log.entries()) {
      const seq = lastSeq + index + 1;
      insertLog.run(conversationId, seq, at, JSON.stringify(body));
      if (body.type === "message") lanes.queue({ id: body.id, conversationId, channel, seq, at });
    }
  }

  function writeTimers({ conversation, timers }: Commit): void {
    for (const timer of timers) {
      if (timer.type === "set") setTimer.run(conversation.id, timer.id, timer.dueAt, timer.event);
      else cancelTimer.run(conversation.id, timer.id);
    }
  }

  function writeCases({ cases }: Commit): void {
    for (const one of cases) {
      upsertCase.run(caseRow(one));
    }
  }

  function writeFollowings({ conversation: { id }, cases, follows = [], at }: Commit): void {
    followings.changed(id, at);
    if (cases.length > 0) for (const desk of follows) followings.follow(desk, id, at);
  }
}
