// @ts-check
import { backoffMs } from "./connection.js";
import { el, icon } from "./dom.js";
import { kept } from "./keep.js";
import { boot, language, say } from "./words.js";

/** @typedef {import("./outbox.js").Upload} Upload */
/**
 * @typedef {object} Item
 * @property {HTMLElement} element
 * @property {string} name
 * @property {"uploading" | "done" | "failed"} state
 * @property {Upload} [upload]
 * @property {XMLHttpRequest} [request]
 */

/** How often a file is tried again by itself. */
const maxTries = 4;

/**
 * Files between being chosen and being sent: each is uploaded at once and
 * waits in the tray, also across a reload.
 *
 * @param {object} options
 * @param {HTMLElement} options.tray
 * @param {(sentence: string) => void} options.complain
 * @param {() => void} options.onEnded no upload is under way any more
 */
export function createUpload({ tray, complain, onEnded }) {
  /** @type {Item[]} */
  let items = [];
  /** @type {string | undefined} */
  let thread;

  function changed() {
    tray.hidden = items.length === 0;
    const ready = items.flatMap(({ upload }) => upload ?? []);
    kept.write("tray", thread && ready.length > 0 ? { thread, ready } : undefined);
    if (!items.some(({ state }) => state === "uploading")) onEnded();
  }

  /** @param {Item} item */
  function remove(item) {
    item.request?.abort();
    const at = items.indexOf(item);
    items = items.filter((each) => each !== item);
    item.element.remove();
    changed();
    const next = items[Math.min(at, items.length - 1)]?.element.querySelector("button.remove");
    /** @type {HTMLElement | null} */ (next ?? document.getElementById("attach"))?.focus();
  }

  /** @param {string} name @param {HTMLElement | undefined} thumb */
  function place(name, thumb) {
    /** @type {Item} */
    const item = { name, state: "uploading", element: el("li", {}) };
    item.element.append(
      el("span", { class: "thumb" }, thumb ?? icon("file")),
      el("span", { class: "name" }, name),
      el("span", { class: "fate" }),
      el(
        "button",
        {
          type: "button",
          class: "round remove",
          "aria-label": say("files.remove", { name }),
          click: () => remove(item),
        },
        icon("close"),
      ),
    );
    items.push(item);
    tray.append(item.element);
    return item;
  }

  /** @param {Item} item @param {...(Node | string)} fate */
  function tell(item, ...fate) {
    item.element.classList.toggle("failed", item.state === "failed");
    item.element.querySelector(".fate")?.replaceChildren(...fate);
  }

  /** @param {Item} item @param {string} sentence @param {() => void} [again] */
  function fail(item, sentence, again) {
    item.state = "failed";
    const retry = el("button", { type: "button", class: "link" }, say("state.retry"));
    retry.setAttribute("aria-label", say("files.retry", { name: item.name }));
    if (again) retry.addEventListener("click", again);
    tell(item, el("span", { role: "alert" }, sentence), ...(again ? [" ", retry] : []));
    changed();
  }

  /** @param {Item} item @param {Upload} upload */
  function succeed(item, upload) {
    item.state = "done";
    item.upload = upload;
    tell(
      item,
      icon("check"),
      el(
        "span",
        { class: "visually-hidden", role: "status" },
        say("files.uploaded", { name: item.name }),
      ),
    );
    changed();
  }

  /** @param {Item} item @param {File} file @param {number} [tries] */
  function send(item, file, tries = 0) {
    item.state = "uploading";
    const bar = el("progress", {
      max: 1,
      value: 0,
      "aria-label": say("files.uploading", { name: item.name }),
    });
    tell(item, bar);
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", `/chat/files?lang=${language()}&name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total > 0 ? loaded / total : 0;
    });
    request.addEventListener("loadend", () => {
      if (!items.includes(item)) return;
      const { status, response } = request;
      if (status === 200) return succeed(item, response);
      if (status === 413 || status === 422) {
        return fail(item, response?.sentence ?? say("files.failed", { name: item.name }));
      }
      if (tries >= maxTries) {
        return fail(item, say("files.failed", { name: item.name }), () => send(item, file));
      }
      const seconds = Number(request.getResponseHeader("retry-after") ?? 0);
      setTimeout(
        () => items.includes(item) && send(item, file, tries + 1),
        seconds * 1000 || backoffMs(tries + 1),
      );
    });
    request.send(file);
  }

  return {
    isBusy: () => items.some(({ state }) => state === "uploading"),
    /** @param {Iterable<File>} files */
    add(files) {
      for (const file of files) {
        const name = file.name || say("files.unnamed");
        if (items.length >= boot.maxFiles) {
          complain(say("files.tooMany", { max: boot.maxFiles }));
          return;
        }
        const item = place(name, picture(file));
        if (file.size > boot.maxFileBytes) {
          fail(
            item,
            say("files.tooLarge", { name, max: Math.floor(boot.maxFileBytes / 1_000_000) }),
          );
        } else {
          send(item, file);
        }
      }
      changed();
    },
    /** What is ready to go; the tray is empty afterwards. */
    take() {
      const ready = items.flatMap(({ upload }) => upload ?? []);
      items = [];
      tray.replaceChildren();
      changed();
      return ready;
    },
    /**
     * Uploads belong to a conversation: those of before a reload come back, those of another and those that waited too long go.
     *
     * @param {string} next
     */
    adopt(next) {
      const before = kept.read("tray");
      if (thread && thread !== next) for (const item of items) remove(item);
      thread = next;
      if (before?.thread !== next) return;
      for (const upload of /** @type {Upload[]} */ (before.ready)) {
        if (upload.until <= Date.now()) continue;
        const { viewUrl, name } = upload.file;
        const item = place(name, viewUrl ? el("img", { src: viewUrl, alt: "" }) : undefined);
        succeed(item, upload);
      }
    },
  };
}

/** @param {File} file */
function picture(file) {
  if (!file.type.startsWith("image/") || file.type.includes("svg")) return undefined;
  const url = URL.createObjectURL(file);
  const forget = () => URL.revokeObjectURL(url);
  const image = el("img", {
    src: url,
    alt: "",
    load: forget,
    error() {
      forget();
      image.replaceWith(icon("file"));
    },
  });
  return image;
}
