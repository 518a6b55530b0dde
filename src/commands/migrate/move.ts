import { randomUUID } from "node:crypto";
import { StoreOccupied } from "../../core/errors.ts";
import type { StoreSource, StoreTarget } from "../../ports/transfer.ts";
import { compareStores, type Difference, type Tell } from "./compare.ts";
import { pagesOf } from "./pages.ts";

const conversationsAtOnce = 64;
const keysAtOnce = 2000;
const auditRowsAtOnce = 1000;

export type Moved =
  | { outcome: "moved"; conversations: number; logEntries: number }
  | { outcome: "movedBefore" }
  | { outcome: "different"; differences: readonly Difference[] };

/**
 * Brings everything of a store into another one, compares both and lets bots
 * use the other. Killed in the middle, it goes on where it was. No bot starts
 * on either of them meanwhile.
 */
export async function moveStore(
  source: StoreSource,
  target: StoreTarget,
  { now, tell }: { now: () => number; tell: Tell },
): Promise<Moved> {
  const before = source.readMove();
  const move = before ?? { id: randomUUID(), begunAt: now() };
  // Noted here first: a move that only the target knows could not be gone on with.
  if (!before) source.noteMove(move);
  if ((await beginOn(source, target, move.id, before === undefined)) === "ended") {
    await target.end();
    if (move.endedAt === undefined) source.noteMove({ ...move, endedAt: now() });
    return { outcome: "movedBefore" };
  }
  await bringAll(source, target, tell);
  const differences = await compareStores(source, target, tell);
  if (differences.length > 0) return { outcome: "different", differences };
  source.noteMove({ ...move, endedAt: now() });
  await target.end();
  const { conversations, logEntries } = source.count();
  return { outcome: "moved", conversations, logEntries };
}

async function beginOn(source: StoreSource, target: StoreTarget, id: string, isNew: boolean) {
  try {
    return await target.begin(id);
  } catch (error) {
    if (isNew && error instanceof StoreOccupied) source.forgetMove();
    throw error;
  }
}

async function bringAll(source: StoreSource, target: StoreTarget, tell: Tell): Promise<void> {
  const { conversations, handled, auditRows } = source.count();
  await target.bringDesk(source.readDesk());
  let done = 0;
  for (const ids of pagesOf(conversationsAtOnce, "", (after, limit) =>
    source.conversationIds(after, limit),
  )) {
    const missing = await target.missing(ids);
    await Promise.all(missing.map((id) => target.bring(source.readWhole(id))));
    tell("conversations brought", (done += ids.length), conversations);
  }
  await target.index();
  done = 0;
  for (const keys of pagesOf(
    keysAtOnce,
    "",
    (after, limit) => source.handledKeys(after, limit),
    keyOf,
  )) {
    await target.bringHandled(keys);
    tell("handled keys brought", (done += keys.length), handled);
  }
  let last = await target.countAudit();
  for (;;) {
    const rows = source.auditRows(last, auditRowsAtOnce);
    if (rows.length === 0) return;
    await target.bringAudit(rows);
    last = rows.at(-1)?.seq ?? last;
    tell("rows of the audit log brought", last, auditRows);
  }
}

const keyOf = ({ key }: { key: string }): string => key;
