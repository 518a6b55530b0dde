// @ts-check
// Ready sentences over the case: found while typing, inserted into the answer, never sent by themselves.

import { all, first } from "./dom.js";

const restMs = 120;
const gap = /⟦[^⟦⟧]*⟧/u;

/** @type {HTMLDialogElement | undefined} */
let dialog;
let address = "";

/** @param {string} url @returns {Promise<Document>} */
async function load(url) {
  const answer = await fetch(url, { headers: { accept: "text/html" } });
  // The session is over: the whole page says so.
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`no sentences: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

export async function openPhrases() {
  const link = first("#phrases-open");
  if (!(link instanceof HTMLAnchorElement) || dialog?.open) return;
  address = link.href;
  try {
    const page = await load(address);
    const found = page.getElementById("phrases");
    if (!found || dialog?.open) return;
    dialog?.remove();
    dialog = makeDialog(document.importNode(found, true), link.dataset["close"] ?? "");
    document.body.append(dialog);
    dialog.showModal();
    first("#phrase-search", dialog)?.focus();
  } catch {
    location.href = address;
  }
}

/** @param {HTMLElement} content @param {string} close */
function makeDialog(content, close) {
  const made = document.createElement("dialog");
  made.className = "picker";
  made.setAttribute("aria-labelledby", "phrases-title");
  const end = document.createElement("button");
  end.type = "button";
  end.className = "quiet-button close";
  end.textContent = close;
  end.addEventListener("click", () => made.close());
  made.append(content, end);
  made.addEventListener("close", () => made.remove());
  made.addEventListener("submit", choose);
  made.addEventListener("input", sought);
  made.addEventListener("keydown", walk);
  made.addEventListener("click", (event) => {
    const { target } = event;
    if (target === made) made.close();
    const form = target instanceof Element && target.closest(".phrase form");
    if (
      form instanceof HTMLFormElement &&
      target instanceof Element &&
      !target.closest("input, button, label")
    )
      form.requestSubmit();
  });
  return made;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
let asked = 0;

/** @param {Event} event */
function sought({ target }) {
  if (!(target instanceof HTMLInputElement) || target.id !== "phrase-search") return;
  clearTimeout(resting);
  resting = setTimeout(() => void find(target.value), restMs);
}

/** @param {string} query */
async function find(query) {
  const mine = ++asked;
  const page = await load(`${address}?q=${encodeURIComponent(query)}`).catch(() => undefined);
  // A later search has answered, or is about to.
  if (!page || mine !== asked || !dialog) return;
  for (const id of ["phrase-list", "phrase-count"]) {
    const fresh = page.getElementById(id);
    const old = first(`#${id}`, dialog);
    old?.replaceChildren(
      ...[...(fresh?.childNodes ?? [])].map((node) => document.importNode(node, true)),
    );
  }
}

/** @param {SubmitEvent} event */
async function choose(event) {
  const { target: form } = event;
  if (!(form instanceof HTMLFormElement) || !dialog) return;
  event.preventDefault();
  if (form.matches(".search")) {
    // Enter at once: what is typed counts, not what was found before.
    clearTimeout(resting);
    const search = first("input", form);
    if (search instanceof HTMLInputElement) await find(search.value);
    const found = first(".phrase form", dialog);
    if (found instanceof HTMLFormElement) found.requestSubmit();
    return;
  }
  const fields = all(form, ".gaps input").filter((one) => one instanceof HTMLInputElement);
  const phrase = form.closest(".phrase");
  if (fields.length > 0 && !phrase?.classList.contains("chosen")) {
    for (const other of all(dialog, ".chosen")) other.classList.remove("chosen");
    phrase?.classList.add("chosen");
    fields[0]?.focus();
    return;
  }
  const own = first(".own", form)?.textContent?.trim() ?? "";
  const text = fields.some(({ value }) => value.trim() !== "")
    ? await filled(form)
    : form.dataset["theirs"];
  dialog.close();
  if (text !== undefined) insert(text, fields.length > 0 ? "" : own);
}

/** As the server fills it in: a figure chooses the plural. @param {HTMLFormElement} form */
async function filled(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string") query.set(name, value);
  const page = await load(`${form.action.replace(/#.*$/u, "")}?${query}`).catch(() => undefined);
  const answer = page?.getElementById("answer");
  return answer instanceof HTMLTextAreaElement ? answer.value : form.dataset["theirs"];
}

/** Where the cursor stands; what is still to be filled in is marked, to be typed over. @param {string} text @param {string} own */
function insert(text, own) {
  const answer = first("#answer");
  if (!(answer instanceof HTMLTextAreaElement)) return;
  const { selectionStart: from, selectionEnd: to, value } = answer;
  const glue = from > 0 && !/\s$/u.test(value.slice(0, from)) ? " " : "";
  answer.focus();
  answer.setRangeText(glue + text, from, to, "end");
  const found = gap.exec(answer.value);
  if (found) answer.setSelectionRange(found.index, found.index + found[0].length);
  const meant = first("#meant");
  if (meant && own !== "") {
    meant.hidden = false;
    meant.append(document.createElement("br"), own);
  }
}

/** Arrows go from the search to the sentences and along them. @param {KeyboardEvent} event */
function walk(event) {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by === 0 || !dialog) return;
  const stops = [...all(dialog, "#phrase-search"), ...all(dialog, ".phrase button")];
  const { target } = event;
  const form = target instanceof Element && target.closest(".phrase form");
  const at = stops.findIndex((stop) => stop === target || (form && form.contains(stop)));
  const next = stops[Math.min(stops.length - 1, Math.max(0, at + by))];
  event.preventDefault();
  next?.focus();
}

document.addEventListener("click", (event) => {
  const { target } = event;
  const link = target instanceof Element && target.closest("#phrases-open");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void openPhrases();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey) return;
  if (!(event.ctrlKey || event.metaKey) || !first("#phrases-open")) return;
  if (first("dialog[open]")) return;
  event.preventDefault();
  void openPhrases();
});
