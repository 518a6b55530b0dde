// @ts-check

/**
 * What this browser remembers. A browser that remembers nothing (private
 * mode, storage full) still chats.
 *
 * @param {() => Storage} open
 */
const keeper = (open) => ({
  /**
   * @param {string} name
   * @returns {any} undefined for what is not there or not readable
   */
  read(name) {
    try {
      const text = open().getItem(`ombud:${name}`);
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  },
  /**
   * @param {string} name
   * @param {unknown} value undefined forgets
   */
  write(name, value) {
    try {
      if (value === undefined) open().removeItem(`ombud:${name}`);
      else open().setItem(`ombud:${name}`, JSON.stringify(value));
    } catch {
      // Nothing to be done: the page holds it as long as it is open.
    }
  },
  /**
   * @param {string} prefix
   * @returns {string[]} names, without `ombud:`
   */
  names(prefix) {
    try {
      const storage = open();
      return Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "")
        .filter((key) => key.startsWith(`ombud:${prefix}`))
        .map((key) => key.slice("ombud:".length));
    } catch {
      return [];
    }
  },
});

export const kept = keeper(() => localStorage);
/** Of this tab only. */
export const keptInTab = keeper(() => sessionStorage);
