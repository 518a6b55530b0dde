// @ts-check
import { botMessage } from "./blocks.js";
import { el, hidden, icon } from "./dom.js";
import { fileList } from "./files.js";
import { moment, spanOf } from "./words.js";

/** @typedef {import("../outbound.ts").PageEntry} PageEntry */
/** @typedef {import("./outbox.js").Outgoing} Outgoing */
/** @typedef {import("./outbox.js").State} State */
/** @typedef {import("../../../core/message.ts").Choice} Choice */

/** A pause that deserves to be marked with the time. */
const pauseMs = 30 * 60_000;

/**
 * The conversation as one list: first what the log has, then what is still on
 * its way, in the order in which it was said.
 *
 * @param {object} options
 * @param {HTMLElement} options.log
 * @param {(choice: Choice, revision: number) => void} options.onPress
 * @param {(id: string) => void} options.onRetry
 * @param {(id: string) => void} options.onDiscard
 */
export function createTranscript({ log, onPress, onRetry, onDiscard }) {
  /** Own messages that the log does not have yet. @type {Map<string, { element: HTMLElement, message: Outgoing, state: State }>} */
  const pending = new Map();
  /** Bot messages whose buttons may still be pressed. @type {{ element: HTMLElement, revision: number }[]} */
  let prompts = [];
  let revision = 0;
  /** The revision at which a press was taken, while its answer is on its way. */
  let pressed = 0;
  let latestAt = 0;

  /** @param {HTMLElement} element */
  function place(element) {
    log.insertBefore(element, pending.values().next().value?.element ?? null);
    return element;
  }

  /** @param {number} at */
  function markPause(at) {
    if (at - latestAt > pauseMs) {
      place(
        el(
          "p",
          { class: "pause" },
          el("time", { datetime: new Date(at).toISOString() }, moment(at)),
        ),
      );
    }
    latestAt = at;
  }

  /**
   * Other words for what somebody of the shop said, or none any more; where it stands stays.
   *
   * @param {string} part
   * @param {import("../outbound.ts").PageMessage} message
   */
  function replace(part, message) {
    const old = log.querySelector(`[data-part="${CSS.escape(part)}"]`);
    if (!old) return;
    const next = botMessage(message, () => undefined);
    const isWithdrawn = message.blocks.length === 0;
    next.append(
      isWithdrawn
        ? el("p", { class: "withdrawn" }, spanOf("log.withdrawn"))
        : el("p", { class: "edited" }, spanOf("log.edited")),
    );
    old.replaceChildren(...next.childNodes);
  }

  /** Only the newest turn can be answered, and only once. */
  function refreshPrompts() {
    const isTaken = [...pending.values()].some(
      ({ message, state }) =>
        message.choice !== undefined && message.revision === revision && state !== "failed",
    );
    const isAnswered = isTaken || pressed === revision;
    for (const prompt of prompts) {
      const isOld = prompt.revision < revision;
      for (const part of prompt.element.querySelectorAll(".press")) {
        if (isOld) part.remove();
        else /** @type {HTMLElement} */ (part).hidden = isAnswered;
      }
    }
    prompts = prompts.filter((prompt) => prompt.revision === revision);
  }

  return {
    revision: () => revision,
    /** Whether an answer may be expected. */
    awaited: () =>
      [...pending.values()].some(({ state }) => state === "sent" || state === "sending"),

    /**
     * @param {PageEntry} entry
     * @returns {HTMLElement | undefined} undefined when there is nothing to show
     */
    add(entry) {
      if (entry.from === "bot" && entry.replaces !== undefined) {
        replace(entry.replaces, entry.message);
        return undefined;
      }
      if (entry.from === "bot") {
        markPause(entry.at);
        revision = Math.max(revision, entry.revision);
        const element = place(
          botMessage(entry.message, (choice) => onPress(choice, entry.revision), entry.part),
        );
        prompts.push({ element, revision: entry.revision });
        refreshPrompts();
        return element;
      }
      const own = pending.get(entry.key);
      pending.delete(entry.key);
      if (own?.message.choice !== undefined) pressed = own.message.revision ?? 0;
      if (!entry.text && !entry.files?.length) {
        own?.element.remove();
        refreshPrompts();
        return undefined;
      }
      markPause(entry.at);
      for (const state of log.querySelectorAll(".state.sent")) state.remove();
      const element = customerMessage(entry.text, entry.files);
      element.append(stateLine("sent"));
      if (!own) return place(element);
      // Filled anew and kept, so that focus stays and a screen reader hears it once.
      own.element.replaceChildren(...element.childNodes);
      own.element.className = element.className;
      return own.element.nextSibling === (pending.values().next().value?.element ?? null)
        ? own.element
        : place(own.element);
    },

    /**
     * @param {Outgoing} message
     * @param {State} state
     * @param {string} [sentence] why it failed
     * @returns {HTMLElement}
     */
    show(message, state, sentence) {
      const known = pending.get(message.id);
      const element =
        known?.element ??
        customerMessage(
          message.label ?? message.text,
          message.uploads?.map(({ file }) => file),
        );
      pending.set(message.id, { element, message, state });
      if (!known) log.append(element);
      for (const old of element.querySelectorAll(".state, .sentence")) old.remove();
      element.classList.toggle("failed", state === "failed");
      if (sentence) element.append(el("p", { class: "sentence", role: "alert" }, sentence));
      element.append(
        stateLine(state, {
          retry: () => onRetry(message.id),
          discard: () => {
            pending.delete(message.id);
            element.remove();
            refreshPrompts();
            onDiscard(message.id);
          },
        }),
      );
      refreshPrompts();
      return element;
    },

    clear() {
      pending.clear();
      prompts = [];
      revision = 0;
      pressed = 0;
      latestAt = 0;
      log.replaceChildren();
    },
  };
}

/** @param {string | undefined} text @param {readonly import("../outbound.ts").PageFile[] | undefined} files */
function customerMessage(text, files) {
  return el(
    "article",
    { class: "message customer", tabindex: -1 },
    hidden(spanOf("log.you")),
    files?.length ? fileList(files) : undefined,
    text ? el("p", { class: "bubble", dir: "auto" }, text) : undefined,
  );
}

/**
 * @param {State} state
 * @param {{ retry: () => void, discard: () => void }} [ways]
 */
function stateLine(state, ways) {
  const button = (/** @type {string} */ path, /** @type {() => void} */ click) =>
    el("button", { type: "button", class: "link", click }, spanOf(path));
  return el(
    "p",
    { class: `state ${state}` },
    state === "sent" && icon("check"),
    (state === "failed" || state === "waiting") && icon("alert"),
    spanOf(`state.${state}`),
    ways && (state === "failed" || state === "waiting") && button("state.retry", ways.retry),
    ways && state === "failed" && button("state.discard", ways.discard),
  );
}
