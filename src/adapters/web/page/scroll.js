// @ts-check
import { keptInTab } from "./keep.js";

const nearPx = 80;
const marginPx = 12;

/**
 * Stays with the conversation's end unless the reader has gone up to read.
 *
 * @param {object} options
 * @param {HTMLElement} options.top what stays at the top
 * @param {HTMLElement} options.bottom what stays at the bottom
 * @param {HTMLElement} options.pill shows that there is something new further down
 */
export function createScroll({ top, bottom, pill }) {
  history.scrollRestoration = "manual";
  const page = document.documentElement;
  let follows = false;

  const isAtEnd = () => innerHeight + scrollY >= page.scrollHeight - nearPx;
  const toEnd = () => scrollTo({ top: page.scrollHeight, behavior: "instant" });
  /** Of the last entry shown. */
  let seq = 0;
  const save = () => keptInTab.write("scroll", { y: scrollY, seq });

  addEventListener(
    "scroll",
    () => {
      follows = isAtEnd();
      if (follows) pill.hidden = true;
    },
    { passive: true },
  );
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", save);
  // The keyboard of a phone, a growing text field: what was at the end stays there.
  new ResizeObserver(() => follows && toEnd()).observe(bottom);
  addEventListener("resize", () => follows && toEnd());
  pill.addEventListener("click", () => {
    toEnd();
    pill.hidden = true;
  });

  /** What is longer than the window is shown from its beginning. @param {HTMLElement} first */
  function showFrom(first) {
    const room = innerHeight - top.offsetHeight - bottom.offsetHeight;
    const above = first.getBoundingClientRect().top + scrollY - top.offsetHeight - marginPx;
    if (page.scrollHeight - bottom.offsetHeight - above <= room) toEnd();
    else scrollTo({ top: above, behavior: "instant" });
    follows = true;
  }

  return {
    /** @param {number} last */
    saw(last) {
      seq = last;
    },
    /**
     * After the first entries: where the reader was before the reload, unless
     * something came in since.
     *
     * @param {HTMLElement | undefined} latest the first element of the newest turn
     */
    restore(latest) {
      const saved = keptInTab.read("scroll");
      if (saved?.seq === seq) scrollTo({ top: saved.y, behavior: "instant" });
      else if (latest && latest !== document.querySelector(".message")) showFrom(latest);
      follows = isAtEnd();
    },
    /** Own words are always seen. */
    toEnd() {
      follows = true;
      toEnd();
    },
    /** After something came in below. @param {HTMLElement} first the first new element */
    cameIn(first) {
      if (follows) showFrom(first);
      else pill.hidden = false;
    },
  };
}
