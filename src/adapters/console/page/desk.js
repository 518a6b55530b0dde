// @ts-check
// Makes the console live: the page works without it, form by form.
import { all, first } from "./dom.js";
import "./keys.js";
import "./phrases.js";

const { liveOf: followed = "", new: newCase = "", answer: answered = "" } = document.body.dataset;
const isQueue = followed === "queue";
let toDo = Number(document.body.dataset["todo"] ?? 0);

/** The field for which files are being looked for; Safari gives it no focus. @type {HTMLInputElement | undefined} */
let asking;

/** Whether somebody is at work in there: typed, chosen, opened or just focused. @param {HTMLElement} part */
function isInUse(part) {
  const active = document.activeElement;
  if (active && part.contains(active) && active.matches("input, textarea, select")) return true;
  if (asking && part.contains(asking)) return true;
  return all(part, "input, textarea, select").some((field) => {
    if (field instanceof HTMLInputElement && field.type === "hidden") return false;
    if (field instanceof HTMLSelectElement)
      return [...field.options].some(
        (option) => option.selected !== option.defaultSelected && field.selectedIndex !== 0,
      );
    if (field instanceof HTMLInputElement && field.type === "checkbox")
      return field.checked !== field.defaultChecked;
    return (
      (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) &&
      field.value !== field.defaultValue
    );
  });
}

/**
 * Puts the fresh page's parts in place of the old ones. What is typed, the
 * focus, what is unfolded and where it is scrolled stay.
 *
 * @param {Document} fresh
 * @param {{ sent?: HTMLFormElement }} [options] the form that brought the page: its part is always replaced
 */
function adopt(fresh, { sent } = {}) {
  document.title = fresh.title;
  toDo = Number(fresh.body.dataset["todo"] ?? toDo);
  retitle();
  for (const part of all(document, "[data-live], #refused")) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) continue;
    if (!sent?.isConnected || !part.contains(sent)) {
      if (isInUse(part)) {
        // A form that is being filled in goes on; only its key must be one that was not used yet.
        const key = next.querySelector('input[name="key"]');
        if (key instanceof HTMLInputElement)
          for (const one of all(part, 'input[name="key"]')) one.setAttribute("value", key.value);
        continue;
      }
    }
    replace(part, next, sent);
  }
}

/** @param {HTMLElement} part @param {HTMLElement} next @param {HTMLFormElement} [sent] */
function replace(part, next, sent) {
  const active = document.activeElement;
  const focused =
    active && part.contains(active) ? active.id || active.closest("[id]")?.id : undefined;
  const open = new Set(all(part, "details[open][id]").map(({ id }) => id));
  /** What is half typed beside the form that was sent. @type {Map<string, string>} */
  const typed = new Map();
  for (const field of all(part, "textarea[id]")) {
    if (
      field instanceof HTMLTextAreaElement &&
      !sent?.contains(field) &&
      field.value !== field.defaultValue
    )
      typed.set(field.id, field.value);
  }
  const pane = part.closest(".pane");
  const isAtEnd =
    part.id === "talk" && pane && pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80;
  part.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  for (const details of all(part, "details[id]")) {
    if (open.has(details.id) && !sent?.closest(`#${CSS.escape(details.id)}`))
      details.setAttribute("open", "");
  }
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field instanceof HTMLTextAreaElement) field.value = value;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (isAtEnd) pane.scrollTop = pane.scrollHeight;
}

let isLooking = false;
let looksAgain = false;

async function look() {
  if (isLooking) {
    looksAgain = true;
    return;
  }
  isLooking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    // The session is over: the whole page says so.
    if (answer.status === 401) location.reload();
    else if (answer.ok) adopt(parse(await answer.text()));
  } catch {
    // The stream opens again and brings the next look.
  }
  isLooking = false;
  if (looksAgain) {
    looksAgain = false;
    await look();
  }
}

/** @param {string} text */
const parse = (text) => new DOMParser().parseFromString(text, "text/html");

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  event.preventDefault();
  if (form.dataset["sending"]) return;
  form.dataset["sending"] = "1";
  try {
    const answer = await fetch(form.action, { method: "POST", body: bodyOf(form, submitter) });
    const page = parse(await answer.text());
    if (answer.status === 401) return location.reload();
    if (answer.redirected) {
      for (const field of all(form, "[data-clears]"))
        if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)
          field.value = field.defaultValue;
      // Which message was to be answered stands in the address.
      if (location.search) history.replaceState(null, "", answer.url);
    }
    adopt(page, { sent: form });
    const told = first("#refusal") ?? first("#preview");
    told?.setAttribute("tabindex", "-1");
    told?.focus();
    told?.scrollIntoView({ block: "nearest" });
  } catch {
    form.submit();
  } finally {
    delete form.dataset["sending"];
  }
});

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
function bodyOf(form, submitter) {
  const data = new FormData(form, submitter);
  if (form.enctype === "multipart/form-data") return data;
  /** @type {[string, string][]} */
  const pairs = [...data].flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  return new URLSearchParams(pairs);
}

// Another message to be answered: what is typed stays.
document.addEventListener("click", async (event) => {
  const { target } = event;
  const link = target instanceof Element ? target.closest("a") : null;
  if (!link || !(link.href.includes("?answers=") || link.closest(".answering"))) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  first(".answering")?.remove();
  const field = first("#answer");
  field?.focus();
  if (!link.href.includes("?answers=")) return;
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    const quoted = parse(await answer.text()).querySelector(".answering");
    if (quoted && !first(".answering"))
      first("form.answer")?.prepend(document.importNode(quoted, true));
  } catch {
    location.href = link.href;
  }
});

document.addEventListener("click", ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === "file") asking = target;
});
// It does not rise.
document.addEventListener("cancel", () => (asking = undefined), true);

// What is about to be sent, as the customer will see it.
document.addEventListener("change", ({ target }) => {
  const list = first("#chosen");
  if (!list || !(target instanceof HTMLInputElement) || target.type !== "file") return;
  asking = undefined;
  const files = [...(target.files ?? [])];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const isTooMuch = bytes > Number(target.dataset["most"]);
  target.setCustomValidity(isTooMuch ? (first("#files-limit")?.textContent ?? "") : "");
  if (isTooMuch) target.reportValidity();
  list.replaceChildren(
    ...files.map((file) => {
      const item = document.createElement("li");
      if (/^image\/(?:png|jpeg|webp|gif)$/u.test(file.type)) {
        const picture = document.createElement("img");
        picture.alt = "";
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        item.append(picture);
      }
      item.append(file.name);
      return item;
    }),
  );
});

/** The latest, which takes the place of the one before. @type {Notification | undefined} */
let notified;
/** Announced while nobody looked. */
let isUnseen = false;

function retitle() {
  const bare = document.title.replace(/^(?:● )?(?:\(\d+\) )?/u, "");
  document.title = `${isUnseen ? "● " : ""}${toDo > 0 ? `(${toDo}) ` : ""}${bare}`;
}

/** @param {{ kind: "new" | "answer", number: string }} news */
function announce({ kind, number }) {
  const told = `${kind === "new" ? newCase : answered} ${number}`;
  const address = `/console/cases/${encodeURIComponent(number)}`;
  const region = first("#news");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = told;
  if (number !== followed) region?.replaceChildren(link);
  if (!document.hidden) return;
  isUnseen = true;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  notified?.close();
  notified = new Notification(told, { tag: "ombud-case" });
  notified.addEventListener("click", () => {
    window.focus();
    // What is half typed on another case's page stays.
    if (isQueue) location.href = address;
    else if (number !== followed) window.open(address);
  });
}

/** @param {MessageEvent} event */
function hear({ data, type }) {
  /** @type {{ toDo: number, news: { kind: "new" | "answer", number: string }[] }} */
  const told = JSON.parse(data);
  toDo = told.toDo;
  for (const news of told.news) announce(news);
  retitle();
  if (type === "case" || isQueue || window.matchMedia("(width >= 80rem)").matches) void look();
}

function follow() {
  const stream = new EventSource(
    `/console/events${isQueue ? "" : `?case=${encodeURIComponent(followed)}`}`,
  );
  let wasLost = false;
  stream.addEventListener("error", () => (wasLost = true));
  // What happened while the connection was lost is looked up once it is back.
  stream.addEventListener("open", () => wasLost && ((wasLost = false), void look()));
  stream.addEventListener("case", hear);
  stream.addEventListener("queue", hear);
}

const notify = first("#notify");
if (notify && "Notification" in window && Notification.permission === "default") {
  notify.hidden = false;
  notify.addEventListener("click", async () => {
    await Notification.requestPermission();
    notify.hidden = true;
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  isUnseen = false;
  retitle();
});
if (location.hash === "#search") first("#search")?.focus();
const talk = first("#talk")?.closest(".pane");
if (talk && !location.hash) talk.scrollTop = talk.scrollHeight;
follow();
