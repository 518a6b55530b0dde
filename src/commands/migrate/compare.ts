import { createHash } from "node:crypto";
import type { StoreSource, StoreTarget } from "../../ports/transfer.ts";
import { pagesOf } from "./pages.ts";

const conversationsAtOnce = 64;
const keysAtOnce = 2000;
/** Enough to see what is wrong. */
const mostNamed = 5;

/** How far it is. */
export type Tell = (what: string, done: number, of: number) => void;

export interface Difference {
  what: string;
  there: unknown;
  here: unknown;
}

/** What one store has otherwise than the other: each conversation by a digest of all that is kept of it, the rest by number and value. */
export async function compareStores(
  source: StoreSource,
  target: StoreTarget,
  tell: Tell,
): Promise<Difference[]> {
  return [
    ...(await compareConversations(source, target, tell)),
    ...(await compareCounts(source, target)),
    ...(await compareKeys(source, target)),
    ...different(
      "secrets, marks or sessions",
      digestOf(source.readDesk()),
      digestOf(await target.readDesk()),
    ),
    ...different("audit log", await source.checkAudit(), await target.checkAudit()),
  ];
}

async function compareConversations(source: StoreSource, target: StoreTarget, tell: Tell) {
  const { conversations } = source.count();
  const found: Difference[] = [];
  let done = 0;
  for (const ids of pagesOf(conversationsAtOnce, "", (after, limit) =>
    source.conversationIds(after, limit),
  )) {
    const compared = await Promise.all(
      ids.map(async (id) => {
        const there = source.readWhole(id);
        const here = await target.readWhole(there);
        return different(`conversation ${id}`, digestOf(there), digestOf(here));
      }),
    );
    found.push(...compared.flat());
    tell("conversations compared", (done += ids.length), conversations);
    if (found.length >= mostNamed) break;
  }
  return found.slice(0, mostNamed);
}

async function compareCounts(source: StoreSource, target: StoreTarget) {
  const there = source.count();
  const here = await target.count();
  return (Object.keys(here) as (keyof typeof here)[]).flatMap((name) =>
    different(`number of ${name}`, there[name], here[name]),
  );
}

async function compareKeys(source: StoreSource, target: StoreTarget) {
  const { handled } = source.count();
  let known = 0;
  for (const keys of pagesOf(
    keysAtOnce,
    "",
    (after, limit) => source.handledKeys(after, limit),
    ({ key }) => key,
  ))
    known += await target.countHandled(keys);
  return different("number of handled keys", handled, known);
}

function different(what: string, there: unknown, here: unknown): Difference[] {
  return canonical(there) === canonical(here) ? [] : [{ what, there, here }];
}

const digestOf = (value: unknown): string =>
  createHash("sha256").update(canonical(value)).digest("hex");

/** One text for all ways to write the same: properties by name, bytes as numbers. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one instanceof Uint8Array
      ? [...one]
      : one !== null && typeof one === "object" && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : one,
  );
}
