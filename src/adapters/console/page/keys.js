// @ts-check
// What single keys do, outside of fields.
import { all, first } from "./dom.js";
import { openPhrases } from "./phrases.js";

const isQueue = document.body.dataset["liveOf"] === "queue";

const rows = () => all(document, isQueue ? ".cases .number" : ".queue a");

/** @param {1 | -1} by */
function move(by) {
  const found = rows();
  const current = isQueue
    ? found.findIndex((row) => row === document.activeElement)
    : found.findIndex((row) => row.hasAttribute("aria-current"));
  const next = found[Math.min(found.length - 1, Math.max(0, current + by))];
  if (isQueue) next?.focus();
  else if (next && found.indexOf(next) !== current) next.click();
}

/** @type {Record<string, () => void>} */
const keys = {
  j: () => move(1),
  k: () => move(-1),
  t: () => first(".act-taken button")?.click(),
  r: () => first("#answer")?.focus(),
  n: () => first("#note")?.focus(),
  d() {
    const decide = first("#decide");
    decide?.setAttribute("open", "");
    first("#outcome")?.focus();
  },
  "/"() {
    const search = first("#search");
    if (search) search.focus();
    else location.href = "/console#search";
  },
  p: () => void openPhrases(),
  "?": showKeys,
};

function showKeys() {
  const help = first("#keys");
  if (help instanceof HTMLDialogElement) help.showModal();
}

// Whoever speaks to the machine, or rests a hand on the keys, can switch single keys off.
const single = first("#single-keys");
if (single instanceof HTMLInputElement) {
  single.checked = localStorage.getItem("single-keys") !== "off";
  single.addEventListener("change", () =>
    localStorage.setItem("single-keys", single.checked ? "on" : "off"),
  );
}
const opener = first("#keys-open");
if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", showKeys);
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || first("dialog[open]")) return;
  if (!(target instanceof HTMLElement) || target.matches("input, textarea, select")) return;
  if (single instanceof HTMLInputElement && !single.checked) return;
  const act = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (!act) return;
  event.preventDefault();
  act();
});
