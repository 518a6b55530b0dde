// @ts-check
import { el, hidden, icon, safeUrl } from "./dom.js";
import { spanOf } from "./words.js";

/** @param {string} url @param {string} label */
export function outerLink(url, label) {
  const href = safeUrl(url);
  if (!href) return el("span", {}, label);
  return el(
    "a",
    { href, target: "_blank", rel: "noopener" },
    label,
    icon("out"),
    hidden(spanOf("log.newTab")),
  );
}
