// @ts-check

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement[]} */
export const all = (root, selector) =>
  [...root.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);

/** @param {string} selector @param {ParentNode} [root] @returns {HTMLElement | undefined} */
export const first = (selector, root = document) => all(root, selector)[0];
