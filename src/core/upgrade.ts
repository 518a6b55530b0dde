import type { Conversation, LogBody } from "./conversation.ts";
import { step } from "./decide.ts";
import { ConversationTooNew } from "./errors.ts";
import { assessedBy, type Flow, type Moment, type Step } from "./flow.ts";

/** A conversation that the flow can go on with, and what bringing it there took. */
export interface Opened {
  conversation: Conversation;
  /** Orders of the steps on the way. */
  steps: readonly Step[];
  /** Logged before what comes next. */
  log: readonly LogBody[];
  /** Of a new conversation: the machine's input, for a replay. */
  beganWith?: unknown;
}

/**
 * Brings a stored conversation to the present version of its flow, when it is
 * next touched. One that can't be opened goes to a person.
 *
 * @throws ConversationTooNew when a newer bot wrote it: nothing may be touched.
 */
export function open(flow: Flow, stored: Conversation, moment: Moment): Opened {
  const { flowVersion: from } = stored;
  if (from === flow.version) return { conversation: stored, steps: [], log: [] };
  if (from > flow.version) throw new ConversationTooNew(stored.id, from, flow.version);
  try {
    const migrated = flow.migrations
      .slice(from - 1)
      .reduce((snapshot, migrate) => migrate(snapshot), stored.snapshot);
    // An eventless step: what the new version wants to know is asked where it is missing.
    const settled = step(flow, migrated, { type: "upgraded", at: moment.now, dice: moment.dice });
    flow.check(settled.snapshot);
    return opened(flow, stored, settled);
  } catch {
    return rescued(flow, stored, moment);
  }
}

/**
 * Hands a conversation whose snapshot can't be gone on with to a person, with
 * its transcript; the old snapshot stays in the log. It is never reset in
 * silence, and never tried again and again.
 */
export function rescued(flow: Flow, stored: Conversation, moment: Moment): Opened {
  return opened(flow, stored, flow.rescue(stored.language, moment), {
    unreadable: stored.snapshot,
  });
}

function opened(
  flow: Flow,
  stored: Conversation,
  next: Step,
  lost: { unreadable?: Conversation["snapshot"] } = {},
): Opened {
  const { snapshot } = next;
  const assessments = assessedBy(next);
  return {
    conversation: { ...stored, snapshot, flowVersion: flow.version },
    steps: [next],
    log: [
      {
        type: "upgraded",
        from: stored.flowVersion,
        to: flow.version,
        snapshot,
        assessments,
        ...lost,
      },
    ],
  };
}
