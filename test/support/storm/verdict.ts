import { textOf } from "../../../src/adapters/telegram/outbound.ts";
import type { LogEntry } from "../../../src/core/conversation.ts";
import type { Message } from "../../../src/core/message.ts";
import { revisionOf } from "../../../src/core/plan.ts";
import { replay } from "../../../src/core/replay.ts";
import { refund } from "../shop.ts";
import type { LoggedCall } from "../telegram/calls.ts";
import type { Evidence } from "./evidence.ts";

/** What went wrong, by its kind, each with the ids; a bot that keeps its promises leaves all but `doubled` empty. */
export interface Verdict {
  /** Of what customers did: not in the log, more than once in it, not in the order in which it was done. */
  updates: { lost: string[]; doubled: string[]; disordered: string[] };
  /** Of the replies in the log: never arrived, arrived before an earlier one; and what arrived and is none. */
  replies: { lost: string[]; disordered: string[]; stray: string[]; failed: string[] };
  /** Replies that arrived more than once. */
  doubled: string[];
  /** Of those: not in the store's list. */
  unlisted: string[];
  /** Of those: neither under way at a kill nor without an answer. */
  unexcused: string[];
  /** Listed as perhaps doubled, though nothing was in doubt. */
  overlisted: string[];
  /** Conversations whose state is not what the log makes of it. */
  diverged: string[];
  waiting: number;
  faults: readonly string[];
}

/**
 * From the moment at which the platform answers a send to the moment at which
 * that is kept. Generous, for a busy machine: what is settled at all is
 * settled within it.
 */
const settleWithinMs = 2000;

export function judge(evidence: Evidence): Verdict {
  const { left, faults } = evidence;
  const repeated = new Set(left.troubled.map(({ messageId }) => messageId));
  const verdict: Verdict = {
    updates: { lost: [], doubled: [], disordered: [] },
    replies: { lost: [], disordered: [], stray: [], failed: [] },
    doubled: [],
    unlisted: [],
    unexcused: [],
    overlisted: [],
    diverged: [],
    waiting: left.waiting.replies + left.waiting.held + left.waiting.timers,
    faults,
  };
  for (const { messageId, state } of left.troubled)
    if (state === "failed") verdict.replies.failed.push(messageId);
  for (const [chatId, acts] of evidence.acts) judgeUpdates(chatId, acts, evidence, verdict);
  for (const chatId of evidence.acts.keys()) judgeReplies(chatId, evidence, repeated, verdict);
  for (const { stored, log } of left.conversations.values()) {
    const { snapshot, assessments } = replay(refund, log);
    const recorded = log.flatMap(({ body }) =>
      body.type === "assessment" ? [body.assessment] : [],
    );
    const isSame = plain([stored.snapshot, recorded]) === plain([snapshot, assessments]);
    if (!isSame) verdict.diverged.push(stored.id);
  }
  return verdict;
}

/** Independent of the order of keys. */
export const plain = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

function judgeUpdates(
  chatId: number,
  acts: readonly string[],
  { left, areLanesApart = false }: Evidence,
  { updates }: Verdict,
): void {
  const taken = (left.conversations.get(chatId)?.log ?? []).flatMap(({ body }) =>
    body.type === "event" && body.by === "customer" ? [withoutEditTime(body.key)] : [],
  );
  const known = new Set(taken);
  updates.lost.push(...acts.filter((key) => !known.has(key)));
  updates.doubled.push(...taken.filter((key, index) => taken.indexOf(key) < index));
  const place = new Map(acts.map((key, index) => [key, index]));
  const latest = new Map<boolean, number>();
  for (const key of known) {
    const lane = areLanesApart && key.includes(":press:");
    const at = place.get(key) ?? -1;
    if (at <= (latest.get(lane) ?? -1)) updates.disordered.push(key);
    latest.set(lane, at);
  }
}

const withoutEditTime = (key: string): string => key.replace(/(:edit:-?\d+:\d+):.*$/u, "$1");

interface Reply {
  id: string;
  message: Message;
}

const repliesIn = (log: readonly LogEntry[]): Reply[] =>
  log.flatMap(({ body }) => (body.type === "message" ? [body] : []));

/**
 * A lane sends its oldest until that is settled, so the copies of one reply
 * stand side by side, the one that was settled last among them. Its receipt
 * says which that is; what else arrived must be a copy of the reply whose
 * settled one comes next.
 */
function judgeReplies(
  chatId: number,
  evidence: Evidence,
  repeated: ReadonlySet<string>,
  verdict: Verdict,
): void {
  const conversation = evidence.left.conversations.get(chatId);
  if (!conversation) return;
  const arrivals = evidence.arrivals.get(chatId) ?? [];
  const replies = repliesIn(conversation.log);
  const receipts = new Map(
    conversation.deliveries.map(({ messageId, receipt = "" }) => [
      messageId,
      Number(receipt.split("+")[0]),
    ]),
  );
  const placeOf = new Map(arrivals.map(({ messageId }, place) => [messageId, place]));
  const settled = new Map<number, Reply>();
  let latest = -1;
  for (const reply of replies) {
    const place = placeOf.get(receipts.get(reply.id));
    const arrival = arrivals[place ?? -1];
    if (place === undefined || !arrival || !isCopy(arrival, reply)) {
      verdict.replies.lost.push(reply.id);
      continue;
    }
    if (place < latest) verdict.replies.disordered.push(reply.id);
    latest = Math.max(latest, place);
    settled.set(place, reply);
  }
  const copies = new Map<Reply, LoggedCall[]>();
  let due: Reply | undefined;
  for (const [place, arrival] of [...arrivals.entries()].toReversed()) {
    const own = settled.get(place);
    due = own ?? due;
    if (own) continue;
    // A process that stood still with a reply in hand sends it when others have long gone on.
    const late = (evidence.troubles ?? []).some(
      ({ to }) => Math.abs(arrival.at - to) < settleWithinMs,
    )
      ? replies.find((reply) => repeated.has(reply.id) && isCopy(arrival, reply))
      : undefined;
    const of = due && isCopy(arrival, due) ? due : late;
    if (of) copies.set(of, [...(copies.get(of) ?? []), arrival]);
    else verdict.replies.stray.push(`${chatId}:${arrival.messageId} ${arrival.params.text ?? ""}`);
  }
  for (const [{ id }, extra] of copies) {
    verdict.doubled.push(id);
    if (!repeated.has(id)) verdict.unlisted.push(id);
    for (const copy of extra)
      if (!isExcused(id, copy, evidence)) verdict.unexcused.push(`${id} at ${copy.at}`);
  }
  for (const { id } of replies) {
    const wasLeased = evidence.lives.some(({ leased }) => leased.has(id));
    if (!repeated.has(id) || wasLeased || evidence.cuts.length > 0 || evidence.troubles) continue;
    const inDoubt = (evidence.unanswered.get(chatId) ?? []).some((call) =>
      isCopy(call, replies.find((reply) => reply.id === id) as Reply),
    );
    if (!inDoubt) verdict.overlisted.push(id);
  }
}

/** By its words and the revision in its buttons; what is put below the words is the adapter's. */
function isCopy({ params }: LoggedCall, { id, message }: Reply): boolean {
  const data = params.reply_markup?.inline_keyboard
    .flat()
    .flatMap((button) => ("callback_data" in button ? [button.callback_data ?? ""] : []));
  const revision = `${revisionOf(id)}:`;
  if (data?.some((each) => !each.startsWith(revision))) return false;
  const [block] = message.blocks;
  if (block?.type === "document" && message.blocks.length === 1)
    return params.caption === block.title;
  return (params.text ?? "").startsWith(textOf(message, {}).text);
}

/** Whether the bot could not know that this copy had arrived. */
function isExcused(
  id: string,
  { at, outcome }: LoggedCall,
  { lives, cuts, troubles = [] }: Evidence,
): boolean {
  if (outcome !== "ok") return true;
  if (troubles.some(({ from, to }) => at > from - settleWithinMs && at < to + settleWithinMs))
    return true;
  // What was on its way at the end of a process arrives after it.
  const isNear = (moment: number) => Math.abs(at - moment) < settleWithinMs;
  return (
    cuts.some(isNear) ||
    lives.some(
      ({ signal, leased, endedAt }) => signal === "SIGKILL" && leased.has(id) && isNear(endedAt),
    )
  );
}

/** The verdict on a bot that keeps its promises. */
export const spotless = (doubled: readonly string[] = []): Verdict => ({
  updates: { lost: [], doubled: [], disordered: [] },
  replies: { lost: [], disordered: [], stray: [], failed: [] },
  doubled: [...doubled],
  unlisted: [],
  unexcused: [],
  overlisted: [],
  diverged: [],
  waiting: 0,
  faults: [],
});
