// @ts-check

/**
 * The ways in which files come: the button, paste, drag and drop.
 *
 * @param {object} options
 * @param {HTMLButtonElement} options.button
 * @param {HTMLInputElement} options.input
 * @param {HTMLElement} options.drop shown while something is dragged over the page
 * @param {(files: Iterable<File>) => void} options.onFiles
 */
export function takeFiles({ button, input, drop, onFiles }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    onFiles([...(input.files ?? [])]);
    input.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });

  const hasFiles = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    drop.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
