// @ts-check
import { el } from "./dom.js";

/** @typedef {import("../../../core/language.ts").Language} Language */

const boot = /** @type {import("../boot.ts").Boot} */ (
  JSON.parse(document.body.dataset["boot"] ?? "{}")
);
export { boot };

/** @type {unknown} */
let words = JSON.parse(document.body.dataset["words"] ?? "{}");
/** @type {Language} */
let spoken = boot.language;
/** @type {Language} */
let wanted = spoken;

/** The language of the page around the conversation. */
export const language = () => spoken;

/**
 * @param {string} path such as `state.sent`
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(path, values = {}) {
  let found = words;
  for (const key of path.split(".")) found = /** @type {any} */ (found)?.[key];
  return (typeof found === "string" ? found : path).replace(/\{\{\s*(\w+)\s*\}\}/gu, (_, name) =>
    String(values[name] ?? ""),
  );
}

/**
 * Words that change with the page's language.
 *
 * @param {string} path
 * @param {string} [className]
 */
export const spanOf = (path, className) =>
  el("span", { "data-word": path, ...(className && { class: className }) }, say(path));

/**
 * Changes the language of everything around the conversation; what is typed
 * stays. Without a connection the page keeps its language.
 *
 * @param {Language} next
 */
export async function speak(next) {
  if (next === wanted) return;
  wanted = next;
  try {
    const answer = await fetch(`/chat/words/${next}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const read = await answer.json();
    if (wanted !== next) return;
    words = read;
    spoken = next;
    relabel();
  } catch {
    if (wanted === next) wanted = spoken;
  }
}

function relabel() {
  document.documentElement.lang = spoken;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(/** @type {HTMLElement} */ (element).dataset["word"] ?? "");
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    const path = /** @type {HTMLElement} */ (element).dataset["wordLabel"] ?? "";
    element.setAttribute("aria-label", say(path));
  }
  document.dispatchEvent(new Event("spoken"));
}

/** @param {number} bytes */
export function size(bytes) {
  const unit = bytes < 1_000_000 ? "kilobyte" : "megabyte";
  const value = Math.max(bytes / (unit === "kilobyte" ? 1_000 : 1_000_000), 0.1);
  const maximumFractionDigits = value < 10 && unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(spoken, { style: "unit", unit, maximumFractionDigits }).format(
    Math.max(value, unit === "kilobyte" ? 1 : 0),
  );
}

/** @param {number} at */
export function moment(at) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const time = new Intl.DateTimeFormat(spoken, { hour: "2-digit", minute: "2-digit" }).format(at);
  if (at >= midnight) return `${say("log.today")} ${time}`;
  if (at >= midnight - 86_400_000) return `${say("log.yesterday")} ${time}`;
  return new Intl.DateTimeFormat(spoken, { dateStyle: "long", timeStyle: "short" }).format(at);
}
