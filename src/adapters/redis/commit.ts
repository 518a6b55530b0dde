import type { LogBody } from "../../core/conversation.ts";
import { CaseNumberTaken, StaleConversation } from "../../core/errors.ts";
import { deskNames } from "../../core/desk.ts";
import type { Commit, Committed, CommitLease, LeasedReply } from "../../ports/store.ts";
import type { CaseIndex } from "./cases.ts";
import type { Client } from "./client.ts";
import { believedForMs, type Due, type DueSet } from "./due.ts";
import { deskShard, digestOf, homeOf, shardOf } from "./keys.ts";
import type { Recent } from "./recent.ts";
import { evidenceIn, restOf, standingOf } from "./stored.ts";

/** Case numbers that are known to be reserved; beyond that they are asked for again. */
const mostReserved = 10_000;

/** What the script gives. */
type Outcome = ["duplicate"] | ["holding"] | ["stale"] | CommittedOutcome;
type CommittedOutcome = ["committed", isFollowed: 0 | 1, reply: string, receipt?: string];

/**
 * `Store.commit`: one script in the conversation's part. Case numbers, which
 * no two conversations may share, are reserved before it in the desk's part; the
 * index of the cases there is brought up to date after it.
 */
export function createCommit(
  client: Client,
  due: Due,
  {
    index,
    recent,
    leased,
  }: { index: CaseIndex; recent: Recent; leased: (reply: LeasedReply) => void },
): (commit: Commit, lease?: CommitLease) => Promise<{ outcome: Committed; waits: boolean }> {
  const reserved = new Set<string>();

  async function reserve({ conversation: { id }, cases }: Commit): Promise<void> {
    const numbers = cases.map(({ number }) => number).filter((number) => !knows(number, id));
    if (numbers.length === 0) return;
    const args = [id, ...numbers];
    const taken = await client.run<string>("commit", "reserve", { part: deskShard, args });
    if (taken !== "") throw new CaseNumberTaken(taken);
    if (reserved.size > mostReserved) reserved.clear();
    for (const number of numbers) reserved.add(`${number} ${id}`);
  }

  const knows = (number: string, id: string) => reserved.has(`${number} ${id}`);

  return async (commit, lease) => {
    const { conversation, cases } = commit;
    const { part, home, digest, set, args } = callOf(commit, lease);
    const isElsewhere = home !== part;
    await reserve(commit);
    if (isElsewhere && client.isCluster) {
      const key = `${home}:h:${set}`;
      if ((await client.send("commit", home, ["ZSCORE", key, digest])) !== null) {
        await releaseOnly(part, commit);
        return { outcome: "duplicate", waits: false };
      }
    }
    // Until it is known how the commit ends.
    recent.forget(conversation.id);
    const also = isElsewhere && !client.isCluster && { also: home };
    const outcome = await client
      .run<Outcome>("commit", "commit", { part, ...also, args })
      .catch((error: unknown) => {
        due.touched(part);
        throw error;
      });
    const [what] = outcome;
    if (what === "stale") throw new StaleConversation(conversation.id, conversation.revision);
    if (what !== "committed") {
      if (commit.releases?.length) due.touched(part);
      return { outcome: what, waits: false };
    }
    recent.keep(conversation);
    const reply = lease && leasedReply(commit, outcome);
    const waits = noteDue(part, commit, outcome, reply ? lease.until : commit.at);
    if (reply) {
      leased(reply);
      lease.take(reply);
    }
    if (isElsewhere && client.isCluster) await noteAtHome(home, set, digest, commit.at);
    if (cases.length > 0) await index.committed(conversation, cases);
    return { outcome: what, waits };
  };

  /** What waits now that did not before; whether any of it before others look by themselves. */
  function noteDue(
    part: string,
    { at, timers, releases = [], resumes, conversation }: Commit,
    [, isFollowed, reply]: CommittedOutcome,
    replyAt: number,
  ): boolean {
    const sets = timers.filter((timer) => timer.type === "set");
    const oneGoes = timers.some(({ id }) => sets.every((timer) => timer.id !== id));
    const isUnclear = releases.length > 0 || resumes === true || oneGoes;
    if (isUnclear) due.touched(part);
    const awaited: (readonly [DueSet, number])[] = [
      ...sets.map(({ dueAt }) => ["timers", dueAt] as const),
      ...(isFollowed ? deskNames.map((desk) => [`following:${desk}`, at] as const) : []),
    ];
    if (reply !== "" && reply !== "behind")
      awaited.push([`ready:${conversation.channel}`, replyAt]);
    for (const [which, when] of awaited) due.awaits(part, which, when);
    return isUnclear || awaited.some(([, when]) => when < at + believedForMs);
  }

  /** What was held goes, also where its key was taken by another conversation. */
  async function releaseOnly(part: string, { releases = [], conversation }: Commit): Promise<void> {
    if (releases.length === 0) return;
    const args = [conversation.id, ...releases];
    await client.run("commit", "release", { part, args }).finally(() => due.touched(part));
  }

  /** The commit is made: where this is lost, only another conversation could take the same key again. */
  async function noteAtHome(home: string, set: string, digest: string, at: number): Promise<void> {
    const command = ["ZADD", `${home}:h:${set}`, "NX", `${at}`, digest];
    await client.send("commit", home, command).catch(() => undefined);
  }
}

const isMessage = (body: LogBody) => body.type === "message";

/** The reply that was leased with its commit. */
function leasedReply(
  { conversation: { id: conversationId, channel, address, unreachable }, log }: Commit,
  [, , place, receipt]: CommittedOutcome,
): LeasedReply | undefined {
  const body = log.find(isMessage);
  if (receipt === undefined || !body) return undefined;
  return {
    id: body.id,
    conversationId,
    channel,
    ...(address !== undefined && { address }),
    ...(unreachable && { unreachableAt: unreachable.at }),
    seq: Number(place),
    message: body.message,
    attempts: 1,
    uncertain: false,
    ...(receipt !== "" && { lastReceipt: receipt }),
  };
}

/** What the script is given. */
export function callOf(commit: Commit, lease?: CommitLease) {
  const { handled, conversation } = commit;
  const key = digestOf(handled);
  const part = shardOf(conversation.id);
  return { part, home: homeOf(handled, conversation.id), ...key, args: argsOf(commit, key, lease) };
}

function argsOf(
  commit: Commit,
  { digest, set }: { digest: string; set: string },
  lease: CommitLease | undefined,
): (string | number | Buffer)[] {
  const { conversation, at, log, timers, cases, releases = [], follows = [] } = commit;
  const { unlessHolding, resumes, fires } = commit;
  const { id, revision, channel } = conversation;
  const takesPlace = log.find(isMessage)?.message.replaces !== undefined;
  const snapshot = JSON.stringify(conversation.snapshot);
  const bodies = log.map((body) => JSON.stringify(body));
  const evidence = evidenceIn([snapshot, ...bodies]);
  const changes = [...new Map(timers.map((timer) => [timer.id, timer])).values()];
  return [
    id,
    revision,
    at,
    channel,
    digest,
    set,
    standingOf(conversation),
    restOf(conversation, snapshot),
    unlessHolding ? 1 : 0,
    lease && !takesPlace ? lease.until : "",
    releases.length,
    ...releases,
    log.length,
    ...log.flatMap((body, index) => [
      `${at} ${bodies[index]}`,
      body.type === "message" ? body.id : "",
    ]),
    changes.length,
    ...changes.flatMap((timer) =>
      timer.type === "set"
        ? [timer.id, timer.dueAt, JSON.stringify([channel, timer.event])]
        : [timer.id, "", ""],
    ),
    cases.length,
    ...cases.flatMap((one) => [one.number, JSON.stringify(one)]),
    evidence.length,
    ...evidence,
    follows.length,
    ...follows,
    resumes ? 1 : 0,
    fires?.id ?? "",
    fires?.dueAt ?? "",
  ];
}
