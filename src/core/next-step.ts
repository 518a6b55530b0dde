import type { Case } from "./case.ts";
import type { LogEntry } from "./conversation.ts";
import { type DeskCard, type DeskPost, lengthOf } from "./desk.ts";
import type { Evidence } from "./evidence.ts";
import { digest, type DeskStep, type Place } from "./following.ts";

/** A conversation as a desk shows it. */
export interface Followed {
  /** The first opened first; at least one. */
  cases: readonly Case[];
  /** The log, as far as it is needed: all after the place. */
  entries: readonly LogEntry[];
  cardOf: (entry: Case) => DeskCard;
  evidenceOf: (entry: Case) => readonly Evidence[];
  /** `isAgain`: it stood in the thread that was lost. */
  postOf: (entry: LogEntry, isAgain: boolean) => DeskPost | undefined;
  /** Whether it will be known in a moment what became of it. */
  isInDoubt: (entry: LogEntry) => boolean;
  /** What is said in another case's thread when the conversation goes on in this one's. */
  goesOnIn: (number: string) => DeskPost;
  /** In characters. */
  longestPost: number;
}

const mostFiles = 10;

/**
 * What is to be done next; `soon` when something will be known in a moment,
 * undefined when all is shown. Threads come first, then their cards, then what
 * was said, and cards are brought up to date last, so that many changes make
 * one of it.
 */
export function nextStep(place: Place, followed: Followed): DeskStep | "soon" | undefined {
  const current = currentOf(followed.cases);
  if (!current) return undefined;
  const begun = place.begun?.upTo === undefined ? undefined : talk(place, current, followed);
  return (
    begun ??
    opening(place, current, followed) ??
    turning(place, current, followed) ??
    evidence(place, followed) ??
    talk(place, current, followed) ??
    refreshing(place, followed)
  );
}

/** In whose thread the conversation goes on: that of the case which an agent has it for, or else the last one. */
const currentOf = (cases: readonly Case[]): Case | undefined =>
  cases.find(({ owner }) => owner) ?? cases.at(-1);

function opening(
  { threads }: Place,
  current: Case,
  { cases, cardOf }: Followed,
): DeskStep | undefined {
  const entry = cases.find(
    (one) => !threads[one.number]?.card && (one === current || one.status !== "closed"),
  );
  if (!entry) return undefined;
  const card = cardOf(entry);
  const thread = threads[entry.number];
  return thread
    ? { type: "show", id: `show:${entry.number}`, thread: thread.id, card }
    : { type: "open", id: `open:${entry.number}`, card };
}

/** The thread in which the conversation went on so far is told where it goes on. */
function turning(
  { current: before, threads, seq }: Place,
  { number }: Case,
  { goesOnIn }: Followed,
): DeskStep | undefined {
  const thread = before === undefined ? undefined : threads[before];
  if (before === undefined || !thread || before === number) return undefined;
  const id = `turn:${before}:${number}:${seq}`;
  const post = goesOnIn(number);
  return { type: "post", id, thread: thread.id, number: before, post, turnsTo: number };
}

/** The files of a case that its thread does not show yet. */
function evidence({ threads }: Place, { cases, evidenceOf }: Followed): DeskStep | undefined {
  for (const entry of cases) {
    const { number } = entry;
    const thread = threads[number];
    const missing = evidenceOf(entry).filter(({ id }) => !thread?.files.includes(id));
    const files = missing.slice(0, mostFiles);
    const [first] = files;
    if (!thread || !first) continue;
    const post = { spans: [], files };
    return { type: "post", id: `files:${number}:${first.id}`, thread: thread.id, number, post };
  }
  return undefined;
}

/** As many lines for one thread as one post takes; a post that was begun keeps its extent. */
function talk(
  place: Place,
  current: Case,
  { entries, postOf, isInDoubt, longestPost }: Followed,
): DeskStep | "soon" | undefined {
  const { seq, threads, begun } = place;
  const extent = begun?.upTo;
  let upTo = seq;
  let number: string | undefined;
  let post: DeskPost = { spans: [], files: [] };
  for (const entry of entries) {
    if (entry.seq <= seq) continue;
    if (extent !== undefined && entry.seq > extent) break;
    const isAgain = entry.seq <= (place.refills?.upTo ?? 0);
    const line = isElsewhere(entry, place, current) ? undefined : postOf(entry, isAgain);
    if (line) {
      if (extent === undefined && isInDoubt(entry)) {
        if (upTo === seq) return "soon";
        break;
      }
      const its = threadOf(entry, place, current);
      const joined = join(post, line);
      const isFull = extent === undefined && lengthOf(joined) > longestPost;
      if (number !== undefined && (its !== number || isFull)) break;
      number = its;
      post = joined;
    }
    upTo = entry.seq;
  }
  if (upTo === seq) return undefined;
  const thread = number === undefined ? undefined : threads[number];
  return number !== undefined && thread
    ? { type: "post", id: `talk:${seq}-${upTo}`, thread: thread.id, number, post, upTo }
    : { type: "pass", upTo };
}

/** An act names its case; all else is of the current one. */
function threadOf({ body }: LogEntry, { threads }: Place, current: Case): string {
  const named =
    body.type === "event" ? (body.event as { caseNumber?: string }).caseNumber : undefined;
  return named !== undefined && threads[named] ? named : current.number;
}

/** Stands in another case's thread already, while a lost one is filled again. */
const isElsewhere = (entry: LogEntry, place: Place, current: Case): boolean =>
  place.refills !== undefined &&
  entry.seq <= place.refills.upTo &&
  threadOf(entry, place, current) !== place.refills.number;

const join = (one: DeskPost, other: DeskPost): DeskPost => ({
  spans: one.spans.length === 0 ? other.spans : [...one.spans, { text: "\n\n" }, ...other.spans],
  files: [...one.files, ...other.files],
});

function refreshing({ threads }: Place, { cases, cardOf }: Followed): DeskStep | undefined {
  for (const entry of cases) {
    const { number } = entry;
    const thread = threads[number];
    if (!thread?.card) continue;
    const card = cardOf(entry);
    const shows = digest(card);
    if (thread.card.shows === shows) continue;
    const id = `show:${number}:${shows}`;
    return { type: "show", id, thread: thread.id, card, shown: thread.card.id };
  }
  return undefined;
}
