// @ts-check
import { createComposer } from "./composer.js";
import { createConnection } from "./connection.js";
import { shell } from "./dom.js";
import { takeFiles } from "./intake.js";
import { createOutbox } from "./outbox.js";
import { createScroll } from "./scroll.js";
import { createTranscript } from "./transcript.js";
import { createUpload } from "./upload.js";
import { boot, language, say, speak } from "./words.js";

/** @typedef {import("../outbound.ts").PageEntry} PageEntry */
/** @typedef {import("../../../core/language.ts").Language} Language */

/** Long enough to be seen as writing, too short to be waited for. */
const typingMs = 300;
/** A hiccup of this length is nobody's business. */
const hiccupMs = 2_500;

const log = shell("log", HTMLElement);
const typing = shell("typing", HTMLElement);
const banner = shell("banner", HTMLElement);
const text = shell("text", HTMLTextAreaElement);
const languageSelect = shell("language", HTMLSelectElement);

const scroll = createScroll({
  top: /** @type {HTMLElement} */ (document.querySelector("header")),
  bottom: /** @type {HTMLElement} */ (document.querySelector("footer")),
  pill: shell("newer", HTMLElement),
});

const transcript = createTranscript({
  log,
  onPress(choice, revision) {
    if (outbox.holds(choice.id)) return;
    outbox.add({ choice: choice.id, label: choice.label, revision });
    // The pressed button is gone: from the own words on, Tab leads to what the bot answers.
    const own = log.lastElementChild;
    if (own instanceof HTMLElement) own.focus({ preventScroll: true });
  },
  onRetry: (id) => outbox.retry(id),
  onDiscard(id) {
    outbox.drop(id);
    text.focus();
  },
});

const outbox = createOutbox({
  onState(message, state, sentence) {
    transcript.show(message, state, sentence);
    if (state === "sending") scroll.toEnd();
    showTyping();
  },
  onTaken: () => void connection.look(),
  onTooFast: (sentence) => notice("tooFast", sentence),
  onOtherThread: () => void connection.connect(),
});

const connection = createConnection({
  onThread(thread) {
    transcript.clear();
    composer.giveBack(outbox.adopt(thread));
    upload.adopt(thread);
  },
  onEntries(entries, live) {
    if (live) queue(entries);
    else showAll(entries);
  },
  onStatus(connected) {
    if (connected) {
      clearTimeout(hiccup);
      hiccup = undefined;
      notice("connection", undefined);
      notice("tooFast", undefined);
      void outbox.flush();
    } else {
      hiccup ??= setTimeout(() => notice("connection", say("problem.connection")), hiccupMs);
    }
  },
  onTooFast: (sentence) => notice("tooFast", sentence),
});
/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiccup;

const upload = createUpload({
  tray: shell("tray", HTMLElement),
  complain: (sentence) => composer.complain(sentence),
  onEnded: () => composer.uploadsEnded(),
});
const composer = createComposer({
  form: shell("composer", HTMLFormElement),
  text,
  problem: shell("problem", HTMLElement),
  upload,
  onSend: (saying) => outbox.add(saying),
});
takeFiles({
  button: shell("attach", HTMLButtonElement),
  input: shell("file", HTMLInputElement),
  drop: shell("drop", HTMLElement),
  onFiles: (files) => upload.add(files),
});

/** One notice at a time: the connection comes first. @type {Map<string, string>} */
const notices = new Map();

/** @param {"connection" | "tooFast"} what @param {string | undefined} sentence */
function notice(what, sentence) {
  if (sentence) notices.set(what, sentence);
  else notices.delete(what);
  const shown = notices.get("connection") ?? notices.get("tooFast") ?? "";
  if (banner.textContent !== shown) banner.textContent = shown;
}

/**
 * What the bot says, and not in the place of what it said before.
 *
 * @param {PageEntry} entry
 * @returns {entry is Extract<PageEntry, { from: "bot" }>}
 */
const isNews = (entry) => entry.from === "bot" && entry.replaces === undefined;

/** The whole conversation, as after a reload. @param {PageEntry[]} entries */
function showAll(entries) {
  log.setAttribute("aria-live", "off");
  const newest = entries.findLast(isNews)?.revision;
  /** @type {HTMLElement | undefined} */
  let latest;
  for (const entry of entries) {
    const element = show(entry);
    if (entry.from === "bot" && entry.revision === newest) latest ??= element;
  }
  followPrompt(entries, false);
  showTyping();
  scroll.restore(latest);
  log.setAttribute("aria-busy", "false");
  // Only what comes after this is news for a screen reader.
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

/** @type {PageEntry[]} */
let waiting = [];
let typingSince = 0;

/** Lets the bot be seen writing for a moment, and shows a turn's messages together. @param {PageEntry[]} entries */
function queue(entries) {
  for (const entry of entries) {
    if (entry.from === "customer" && waiting.length === 0) show(entry);
    else if (waiting.push(entry) === 1) {
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const writtenMs = typing.hidden ? 0 : Date.now() - typingSince;
      setTimeout(showWaiting, isCalm ? 0 : Math.max(0, typingMs - writtenMs));
    }
  }
  showTyping();
}

function showWaiting() {
  const entries = waiting;
  waiting = [];
  const shown = entries.map(show);
  showTyping();
  const first = shown.find((element) => element?.matches(".bot"));
  if (first) scroll.cameIn(first);
  followPrompt(entries);
}

/** @param {PageEntry} entry */
function show(entry) {
  if (entry.from === "customer") outbox.drop(entry.key);
  scroll.saw(entry.seq);
  return transcript.add(entry);
}

/** The page goes along with the bot's latest message: its language, what it waits for. @param {PageEntry[]} entries */
function followPrompt(entries, live = true) {
  const latest = entries.findLast(isNews);
  if (!latest) return;
  const { message } = latest;
  composer.expect(message.awaits);
  if (!outbox.holds(`language:${languageSelect.value}`)) chooseLanguage(message.language);
  if (document.visibilityState === "hidden") document.title = `● ${title()}`;
  // A phone would raise its keyboard over the question.
  const typesAtOnce = matchMedia("(hover: hover) and (pointer: fine)").matches;
  const { activeElement } = document;
  const isFree = activeElement === document.body || activeElement?.matches(".message.customer");
  const asksWords = message.awaits === "text" || message.awaits === "figure";
  if (live && typesAtOnce && isFree && asksWords) text.focus({ preventScroll: true });
}

function showTyping() {
  const writes = waiting.length > 0 || transcript.awaited();
  if (writes && typing.hidden) typingSince = Date.now();
  typing.hidden = !writes;
}

const title = () => say("title", { shop: boot.shopName });

/** @param {Language} next */
function chooseLanguage(next) {
  languageSelect.value = next;
  shell("language-code", HTMLElement).textContent = next.toUpperCase();
  void speak(next);
}

languageSelect.addEventListener("change", () => {
  const next = /** @type {Language} */ (languageSelect.value);
  const label = languageSelect.selectedOptions[0]?.textContent ?? next;
  chooseLanguage(next);
  outbox.add({ choice: `language:${next}`, label, revision: transcript.revision() });
});
shell("person", HTMLButtonElement).addEventListener("click", () => {
  if (outbox.holds("person")) return;
  outbox.add({
    choice: "person",
    label: say("header.person"),
    revision: transcript.revision(),
  });
});
document.addEventListener("spoken", () => {
  document.title = title();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") document.title = title();
});

languageSelect.value = language();
// A page that the browser only prepares has no visitor yet.
if (/** @type {{ prerendering?: boolean }} */ (document).prerendering) {
  document.addEventListener("prerenderingchange", () => void connection.connect(), { once: true });
} else void connection.connect();
