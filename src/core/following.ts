import type { Case } from "./case.ts";
import type { LogEntry } from "./conversation.ts";
import type { DeskCard, DeskPost } from "./desk.ts";

/** How far a desk has come with a conversation. A stored format. */
export interface Place {
  /** The log is followed up to here. */
  seq: number;
  /** By case number. */
  threads: Readonly<Record<string, Thread>>;
  /** The case in whose thread the conversation goes on. */
  current?: string;
  /** A thread that was lost is filled again: up to here, lines of other cases stand in their threads already. */
  refills?: { number: string; upTo: number };
  /** The step that was begun last and may have been carried out; of one that tells of the log, up to where. */
  begun?: { id: string; upTo?: number };
}

interface Thread {
  /** As the desk finds it. */
  id: string;
  /** The card, as the desk finds it, and what it shows. */
  card?: { id: string; shows: string };
  /** The ids of the files that stand there. */
  files: readonly string[];
}

/** One thing to do at a desk. `id` is the same for a repeat. */
export type DeskStep =
  | { type: "open"; id: string; card: DeskCard }
  | { type: "show"; id: string; thread: string; card: DeskCard; shown?: string }
  | {
      type: "post";
      id: string;
      thread: string;
      /** The case whose thread it is. */
      number: string;
      post: DeskPost;
      /** It tells of the log up to here. */
      upTo?: number;
      /** The case in whose thread the conversation goes on from now on. */
      turnsTo?: string;
    }
  /** Nothing of the log up to here is shown. */
  | { type: "pass"; upTo: number };

/** Before the first step: what was said up to the opening of the first case stands on its card. */
export const firstPlace = (log: readonly LogEntry[], cases: readonly Case[]): Place => ({
  seq: openingOf(log, cases[0]?.openedAt ?? 0),
  threads: {},
});

const openingOf = (log: readonly LogEntry[], openedAt: number): number =>
  log.findLast(({ at }) => at <= openedAt)?.seq ?? 0;

export const notBegun = ({ begun: _, ...place }: Place): Place => place;

/** The place once a step is done; `found` is how the desk finds what it made. */
export function afterStep({ begun: _, ...place }: Place, step: DeskStep, found: string): Place {
  switch (step.type) {
    case "open":
      return withThread(place, step.card.number, { id: found, files: [] });
    case "show": {
      const { number } = step.card;
      const thread = place.threads[number] ?? { id: step.thread, files: [] };
      const card = { id: found, shows: digest(step.card) };
      return { current: number, ...withThread(place, number, { ...thread, card }) };
    }
    case "post": {
      const thread = place.threads[step.number] ?? { id: step.thread, files: [] };
      const files = [...thread.files, ...step.post.files.map(({ id }) => id)];
      return {
        ...withThread(place, step.number, { ...thread, files }),
        ...(step.upTo !== undefined && { seq: step.upTo }),
        ...(step.turnsTo !== undefined && { current: step.turnsTo }),
      };
    }
    case "pass":
      return { ...place, seq: step.upTo };
  }
}

/** The place without a thread that is gone: it is opened anew and filled with all that was said about its case. */
export function afterLoss(
  { begun: _, ...place }: Place,
  thread: string,
  log: readonly LogEntry[],
  cases: readonly Case[],
): Place {
  const number = Object.keys(place.threads).find((one) => place.threads[one]?.id === thread);
  const entry = cases.find((one) => one.number === number);
  if (number === undefined || !entry) return place;
  const threads = Object.fromEntries(
    Object.entries(place.threads).filter(([one]) => one !== number),
  );
  const seq = Math.min(place.seq, openingOf(log, entry.openedAt));
  return { ...place, threads, seq, refills: { number, upTo: place.seq } };
}

const withThread = (place: Place, number: string, thread: Thread): Place => ({
  ...place,
  threads: { ...place.threads, [number]: thread },
});

/** What a card shows, in short (FNV-1a, twice): one that differs is brought up to date. */
export function digest(card: DeskCard): string {
  const text = JSON.stringify(card);
  const run = (seed: number) => {
    let hash = seed;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193) >>> 0;
    return hash.toString(36);
  };
  return run(0x811c_9dc5) + run(0x1234_5678);
}
