// @ts-check
import { ask, backoffMs } from "./connection.js";
import { uuid } from "./dom.js";
import { kept } from "./keep.js";
import { language } from "./words.js";

/** @typedef {import("../outbound.ts").PageFile} PageFile */
/**
 * `until`: the last moment for sending it, milliseconds since 1970.
 *
 * @typedef {{ token: string, file: PageFile, until: number }} Upload
 */
/**
 * What the customer says: a text, a press (`label` is what the button said) or files.
 *
 * @typedef {{ text?: string, choice?: string, revision?: number, label?: string, uploads?: Upload[] }} Saying
 */
/** @typedef {Saying & { id: string, at: number }} Outgoing */
/** @typedef {"sending" | "waiting" | "failed" | "sent"} State */

/**
 * Messages on their way. Each is kept in this browser until the bot has it,
 * and sent with the same id however often it takes, so it counts once.
 *
 * @param {object} options
 * @param {(message: Outgoing, state: State, sentence?: string) => void} options.onState
 * @param {() => void} options.onTaken the bot has one
 * @param {(sentence: string | undefined) => void} options.onTooFast undefined once it goes again
 * @param {() => void} options.onOtherThread this browser's conversation is another one now
 */
export function createOutbox({ onState, onTaken, onTooFast, onOtherThread }) {
  /** @type {(Outgoing & { state: State })[]} */
  let queue = [];
  /** @type {string | undefined} */
  let thread;
  let tries = 0;
  let busy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  const place = (/** @type {string} */ id) => `out:${thread ?? "new"}:${id}`;

  /** @param {typeof queue[number]} message @param {State} state @param {string} [sentence] */
  function mark(message, state, sentence) {
    message.state = state;
    onState(message, state, sentence);
  }

  /** @param {string} id */
  function drop(id) {
    queue = queue.filter((message) => message.id !== id);
    kept.write(place(id), undefined);
  }

  /** @param {Outgoing} message */
  function bodyOf({ id, text, choice, revision, uploads }) {
    if (choice !== undefined) return { id, choice, revision, language: language() };
    if (!uploads) return { id, text, language: language() };
    const files = uploads.map((upload) => upload.token);
    return { id, files, ...(text && { text }), language: language() };
  }

  async function flush() {
    if (busy || !thread) return;
    busy = true;
    clearTimeout(retry);
    try {
      for (;;) {
        const next = queue.find(({ state }) => state === "sending" || state === "waiting");
        if (!next || !(await deliver(next))) return;
      }
    } finally {
      busy = false;
    }
  }

  /**
   * @param {typeof queue[number]} message
   * @returns {Promise<boolean>} whether the next may go
   */
  async function deliver(message) {
    const answer = await ask(`/chat/messages?lang=${language()}`, {
      json: bodyOf(message),
      thread,
    }).catch(() => undefined);
    if (answer?.status === 200) {
      tries = 0;
      onTooFast(undefined);
    }
    // The log has brought it before the answer came.
    if (!queue.includes(message)) return true;
    if (answer?.status === 200) {
      kept.write(place(message.id), undefined);
      mark(message, "sent");
      onTaken();
      return true;
    }
    if (answer?.status === 409) {
      onOtherThread();
      return false;
    }
    if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      mark(message, "failed", answer.body?.sentence);
      return true;
    }
    if (answer?.status === 429) onTooFast(answer.body?.sentence);
    else mark(message, "waiting");
    retry = setTimeout(flush, answer?.retryAfterMs ?? backoffMs(tries++));
    return false;
  }

  addEventListener("online", flush);
  document.addEventListener("visibilitychange", flush);

  return {
    flush,
    /**
     * From here on messages go to this conversation; what this browser still holds for it goes again.
     *
     * @param {string} next
     * @returns {string[]} texts that were for another conversation and did not reach it
     */
    adopt(next) {
      const stranded = thread ? queue.filter(({ state }) => state !== "sent") : [];
      for (const { id } of stranded) kept.write(place(id), undefined);
      const early = thread ? [] : queue;
      for (const message of early) kept.write(place(message.id), undefined);
      thread = next;
      const found = kept.names(`out:${thread}:`).map((name) => kept.read(name));
      const stored = /** @type {Outgoing[]} */ (found.filter((message) => message?.id));
      queue = [
        ...stored
          .sort((a, b) => a.at - b.at)
          .map((message) => ({ ...message, state: /** @type {State} */ ("sending") })),
        ...early,
      ];
      for (const message of early) kept.write(place(message.id), { ...message, state: undefined });
      for (const message of queue) onState(message, message.state);
      void flush();
      return stranded.flatMap(({ text }) => text ?? []);
    },
    /** @param {Saying} saying */
    add(saying) {
      const message = { ...saying, id: uuid(), at: Date.now() };
      kept.write(place(message.id), message);
      const queued = { ...message, state: /** @type {State} */ ("sending") };
      queue.push(queued);
      onState(queued, "sending");
      void flush();
    },
    /** @param {string} id */
    retry(id) {
      const message = queue.find((each) => each.id === id);
      if (message) mark(message, "sending");
      void flush();
    },
    drop,
    /** @param {string} choice */
    holds: (choice) => queue.some((each) => each.choice === choice && each.state !== "failed"),
  };
}
