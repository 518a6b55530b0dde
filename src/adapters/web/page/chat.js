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
  onPress(choice, revision, event) {
    if (outbox.holds(choice.id)) return;
    outbox.add({ choice: choice.id, label: choice.label, revision });
    // The pressed button is gone: from the own words on, Tab leads to what the bot answers.
    const own = log.lastElementChild;
    if (event.isTrusted && own instanceof HTMLElement) own.focus({ preventScroll: true });
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
    outbox.adopt(thread);
    upload.adopt(thread);
  },
  onEntries(entries, live) {
    if (live) queue(entries);
    else showAll(entries);
  },
  onStatus(connected) {
    clearTimeout(hiccup);
    if (connected) {
      notice("connection", undefined);
      notice("tooFast", undefined);
      void outbox.flush();
    } else {
      hiccup = setTimeout(() => notice("connection", say("problem.connection")), hiccupMs);
    }
  },
  onTooFast: (sentence) => notice("tooFast", sentence),
});
/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiccup;

const upload = createUpload({
  tray: shell("tray", HTMLElement),
  complain: (sentence) => composer.complain(sentence),
  onEnded: () => composer?.uploadsEnded(),
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

/** The whole conversation, as after a reload. @param {PageEntry[]} entries */
function showAll(entries) {
  log.setAttribute("aria-live", "off");
  for (const entry of entries) show(entry);
  scroll.restore();
  log.setAttribute("aria-busy", "false");
  // Only what comes after this is news for a screen reader.
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

/** @type {PageEntry[]} */
let waiting = [];
let shownAt = 0;

/** Lets the bot be seen writing for a moment, and shows a turn's messages together. @param {PageEntry[]} entries */
function queue(entries) {
  if (waiting.length === 0) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const sinceTyping = typing.hidden ? 0 : Date.now() - shownAt;
    setTimeout(showWaiting, isCalm ? 0 : Math.max(0, typingMs - sinceTyping));
  }
  waiting.push(...entries.filter((entry) => entry.from === "bot"));
  for (const entry of entries) if (entry.from === "customer") show(entry);
  if (waiting.length === 0) waiting = [];
  showTyping();
}

function showWaiting() {
  const entries = waiting;
  waiting = [];
  typing.hidden = true;
  const shown = entries.map(show).filter((element) => element !== undefined);
  if (shown[0]) scroll.cameIn(shown[0]);
  showTyping();
}

/** @param {PageEntry} entry */
function show(entry) {
  const element = transcript.add(entry);
  if (entry.from === "customer") {
    outbox.drop(entry.key);
    return element;
  }
  const { message } = entry;
  composer.expect(message.awaits);
  languageSelect.value = message.language;
  void speak(message.language);
  if (document.visibilityState === "hidden") document.title = `● ${title()}`;
  return element;
}

function showTyping() {
  const writes = waiting.length > 0 || transcript.awaited();
  if (writes && typing.hidden) shownAt = Date.now();
  typing.hidden = !writes;
}
