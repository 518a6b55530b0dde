// @ts-check
import { kept } from "./keep.js";
import { boot, say } from "./words.js";

/** @typedef {import("./outbox.js").Upload} Upload */

const maxHeightPx = 168;

/**
 * The text field: grows, keeps what is half typed, sends with Enter.
 *
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {HTMLTextAreaElement} options.text
 * @param {HTMLElement} options.problem
 * @param {ReturnType<typeof import("./upload.js").createUpload>} options.upload
 * @param {(saying: { text?: string, uploads?: Upload[] }) => void} options.onSend
 */
export function createComposer({ form, text, problem, upload, onSend }) {
  let placeholder = "composer.placeholder";
  /** Sends by itself as soon as the uploads are through. */
  let waits = false;

  text.value = kept.read("draft") ?? text.value;
  fit();

  function fit() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, maxHeightPx)}px`;
  }

  /** @param {string} sentence */
  function complain(sentence) {
    problem.textContent = sentence;
    text.setAttribute("aria-invalid", String(sentence !== ""));
  }

  function submit() {
    const said = text.value.trim();
    if (said.length > boot.maxTextLength) {
      complain(say("problem.tooLong", { max: boot.maxTextLength }));
      return;
    }
    if (upload.isBusy()) {
      waits = true;
      complain(say("files.stillUploading"));
      return;
    }
    waits = false;
    complain("");
    const uploads = upload.take();
    if (!said && uploads.length === 0) return;
    text.value = "";
    kept.write("draft", undefined);
    fit();
    onSend({ ...(said && { text: said }), ...(uploads.length > 0 && { uploads }) });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    text.focus({ preventScroll: true });
  });
  text.addEventListener("keydown", (event) => {
    // While a word is being composed (Japanese, accents), Enter belongs to the keyboard.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", () => {
    kept.write("draft", text.value || undefined);
    if (text.value.length <= boot.maxTextLength) complain("");
    fit();
  });
  addEventListener("resize", fit);
  document.addEventListener("spoken", () => {
    text.placeholder = say(placeholder);
  });

  return {
    complain,
    /** What could not be sent is to be sent again by hand, or not. @param {string[]} texts */
    giveBack(texts) {
      if (texts.length === 0) return;
      text.value = [...texts, text.value].filter(Boolean).join("\n");
      kept.write("draft", text.value);
      fit();
    },
    /** The tray became quiet. */
    uploadsEnded() {
      if (waits) submit();
    },
    /** @param {"text" | "figure" | "files" | undefined} awaits */
    expect(awaits) {
      placeholder =
        awaits === "figure"
          ? "composer.placeholderFigure"
          : awaits === "files"
            ? "composer.placeholderFiles"
            : "composer.placeholder";
      text.placeholder = say(placeholder);
    },
  };
}
