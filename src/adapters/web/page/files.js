// @ts-check
import { el, icon } from "./dom.js";
import { say, size } from "./words.js";

/** @typedef {import("../outbound.ts").PageFile} PageFile */

/**
 * Files of a message: pictures to open, the others to download.
 *
 * @param {readonly PageFile[]} files
 */
export function fileList(files) {
  return el("ul", { class: "files" }, ...files.map((file) => el("li", {}, fileElement(file))));
}

/** @param {PageFile} file */
function fileElement({ name: given, type, sizeBytes, viewUrl, downloadUrl }) {
  const name = given || say("files.unnamed");
  if (viewUrl) {
    return el(
      "a",
      { href: viewUrl, target: "_blank", rel: "noopener" },
      el("img", { src: viewUrl, alt: say("files.image", { name }), loading: "lazy" }),
    );
  }
  return el(
    "a",
    {
      class: "paper",
      href: downloadUrl,
      download: name,
      "aria-label": say("files.download", { name }),
    },
    icon("file"),
    el("span", { class: "name" }, name),
    el(
      "span",
      { class: "size" },
      `${type === "application/pdf" ? "PDF · " : ""}${size(sizeBytes)}`,
    ),
  );
}
