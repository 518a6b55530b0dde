// @ts-check
import { el, icon } from "./dom.js";
import { say, spanOf } from "./words.js";

/**
 * @param {string} text
 * @returns {HTMLButtonElement}
 */
export function copyButton(text) {
  const label = spanOf("copy.do");
  const button = el("button", { type: "button", class: "copy" }, icon("copy"), label);
  button.addEventListener("click", async () => {
    if (!(await copied(text, button))) return;
    label.textContent = say("copy.done");
    button.classList.add("done");
    setTimeout(() => {
      label.textContent = say("copy.do");
      button.classList.remove("done");
    }, 2_500);
  });
  label.setAttribute("role", "status");
  return button;
}

/** @param {string} text @param {HTMLElement} button */
async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // On plain http there is no clipboard; the old way still works there.
    const field = el("textarea", { readonly: true, class: "visually-hidden" });
    field.value = text;
    button.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    button.focus();
    return done;
  }
}
