// @ts-check
import { language } from "./words.js";

/** @typedef {import("../outbound.ts").PageEntry} PageEntry */
/** @typedef {{ status: number, body: any, retryAfterMs: number | undefined }} Answer */

/** Two beats of the server and a bit: after that the line is dead, whatever the browser thinks. */
const silenceMs = 50_000;

/** @param {number} tries */
export const backoffMs = (tries) => Math.min(500 * 2 ** tries, 6_000) * (0.8 + Math.random() * 0.4);

/**
 * @param {string} path
 * @param {{ json?: unknown, thread?: string | undefined }} [options] with `json` it is a POST
 * @returns {Promise<Answer>} rejects when nothing answers
 */
export async function ask(path, { json, thread } = {}) {
  const answer = await fetch(path, {
    ...(json !== undefined && { method: "POST", body: JSON.stringify(json) }),
    headers: {
      ...(json !== undefined && { "Content-Type": "application/json" }),
      ...(thread && { "Ombud-Thread": thread }),
    },
    signal: AbortSignal.timeout(20_000),
  });
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return {
    status: answer.status,
    body: await answer.json().catch(() => undefined),
    retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1000,
  };
}

/**
 * Keeps the conversation's log flowing in: starts it, follows it, and finds
 * its way back after anything. Entries come in order and once.
 *
 * @param {object} options
 * @param {(entries: PageEntry[], live: boolean) => void} options.onEntries `live` after the first of a conversation
 * @param {(thread: string) => void} options.onThread before the first entries of a conversation, and again when it is another
 * @param {(connected: boolean) => void} options.onStatus
 * @param {(sentence: string) => void} options.onTooFast
 */
export function createConnection({ onEntries, onThread, onStatus, onTooFast }) {
  /** @type {string | undefined} */
  let thread;
  let last = 0;
  let tries = 0;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  let connecting = false;
  let retired = false;

  /** @param {{ entries: PageEntry[], last: number }} page @param {boolean} live */
  function take(page, live) {
    const fresh = page.entries.filter((entry) => entry.seq > last);
    last = Math.max(last, page.last);
    if (fresh.length > 0 || !live) onEntries(fresh, live);
  }

  async function begin() {
    const start = () => ask(`/chat/start?lang=${language()}`, { json: { language: language() } });
    // One tab after another, or two tabs opened at once would start two conversations.
    const { status, body, retryAfterMs } = await (navigator.locks?.request("ombud:start", start) ??
      start());
    if (status === 429 && body?.sentence) onTooFast(body.sentence);
    if (status !== 200) throw Object.assign(new Error(String(status)), { retryAfterMs });
    if (body.thread === thread) return take(body, true);
    thread = body.thread;
    last = 0;
    onThread(body.thread);
    take(body, false);
  }

  async function catchUp() {
    if (!thread) return begin();
    const { status, body } = await ask(`/chat/log?after=${last}`, { thread });
    if (status === 409) return begin();
    if (status !== 200) throw new Error(String(status));
    take(body, true);
  }

  function follow() {
    const own = new EventSource(`/chat/events?after=${last}&thread=${thread}`);
    source = own;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(lost, silenceMs);
    };
    heard();
    own.addEventListener("beat", () => {
      heard();
      tries = 0;
      onStatus(true);
    });
    own.addEventListener("message", (event) => {
      heard();
      const entry = /** @type {PageEntry} */ (JSON.parse(event.data));
      take({ entries: [entry], last: entry.seq }, true);
    });
    own.addEventListener("superseded", () => {
      retired = true;
      hangUp();
    });
    own.addEventListener("error", () => source === own && lost());
  }

  function hangUp() {
    clearTimeout(silence);
    source?.close();
    source = undefined;
  }

  /** @param {{ retryAfterMs?: number }} [why] */
  function lost(why) {
    hangUp();
    onStatus(false);
    clearTimeout(retry);
    retry = setTimeout(connect, why?.retryAfterMs ?? backoffMs(tries++));
  }

  async function connect() {
    if (connecting) return;
    clearTimeout(retry);
    hangUp();
    connecting = true;
    try {
      await catchUp();
      follow();
    } catch (error) {
      lost(/** @type {{ retryAfterMs?: number }} */ (error));
    } finally {
      connecting = false;
    }
  }

  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (retired || source?.readyState !== EventSource.OPEN) {
      retired = false;
      void connect();
    }
  });

  return {
    connect,
    thread: () => thread,
    /** After a message was taken: looks for the answer where no stream brings it. */
    async look() {
      if (source?.readyState === EventSource.OPEN) return;
      await catchUp().catch(() => {});
    },
  };
}
