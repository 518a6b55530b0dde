// @ts-check
import { assessmentCard, decisionCard } from "./assessment.js";
import { copyButton } from "./copy.js";
import { el, hidden, icon, safeUrl } from "./dom.js";
import { fileList } from "./files.js";
import { outerLink } from "./link.js";
import { say, spanOf } from "./words.js";

/** @typedef {import("../outbound.ts").PageMessage} PageMessage */
/** @typedef {import("../outbound.ts").PageBlock} PageBlock */
/** @typedef {import("../../../core/message.ts").Choice} Choice */
/** @typedef {(choice: Choice) => void} Press */

/**
 * A message of the bot. What can be pressed carries the class `press`.
 *
 * @param {PageMessage} message
 * @param {Press} press
 * @param {string} [part] by which it is found again
 * @returns {HTMLElement}
 */
export function botMessage(message, press, part) {
  const article = el(
    "article",
    {
      class: message.author ? "message bot agent" : "message bot",
      lang: message.language,
      tabindex: -1,
      "data-part": part,
    },
    message.author
      ? el("p", { class: "author" }, message.author.name)
      : hidden(spanOf("log.assistant")),
  );
  if (message.quote) {
    const words = el("span", { dir: "auto" }, message.quote);
    article.append(el("blockquote", { class: "quote" }, hidden(spanOf("log.quoted")), words));
  }
  /** @type {HTMLElement | undefined} */
  let bubble;
  for (const block of message.blocks) {
    const element = blockElement(block, press);
    if (isCard(block)) {
      bubble = undefined;
      article.append(element);
    } else {
      if (!bubble) article.append((bubble = el("div", { class: "bubble" })));
      bubble.append(element);
    }
  }
  if (message.progress) {
    const question = [...article.querySelectorAll(".bubble")].at(-1) ?? article;
    question.prepend(progress(message.progress));
  }
  if (message.choices.length > 0) article.append(choiceList(message.choices, press));
  return article;
}

/** @param {PageBlock} block */
const isCard = ({ type }) => !["text", "help", "link"].includes(type);

/**
 * @param {PageBlock} block
 * @param {Press} press
 * @returns {HTMLElement}
 */
function blockElement(block, press) {
  switch (block.type) {
    case "text":
      return el("p", { class: "text" }, block.text);
    case "notice":
      return el("p", { class: "notice" }, icon("alert"), el("span", {}, block.text));
    case "help":
      return el(
        "details",
        { class: "help" },
        el("summary", {}, block.title),
        el("p", {}, block.text),
      );
    case "link":
      return el("p", { class: "text" }, outerLink(block.url, block.label));
    case "returnLink":
      return returnLink(block);
    case "file":
      return fileList([block.file]);
    case "review":
      return review(block, press);
    case "assessment":
      return assessmentCard(block);
    case "decision":
      return decisionCard(block);
    case "caseNumber":
      return el(
        "div",
        { class: "card case" },
        el("span", { class: "label" }, block.label),
        el("strong", { class: "number", translate: "no" }, block.number),
        copyButton(block.number),
      );
    case "document":
      return documentCard(block);
  }
}

/** @param {{ step: number, of: number }} progress */
function progress({ step, of }) {
  return el(
    "p",
    { class: "progress" },
    hidden(say("log.progress", { step, of })),
    el("span", { "aria-hidden": "true" }, `${step} / ${of}`),
  );
}

/** @param {Extract<PageBlock, { type: "returnLink" }>} block */
function returnLink({ label, text, url }) {
  return el(
    "div",
    { class: "card" },
    el("h3", {}, label),
    el("p", {}, text),
    el(
      "div",
      { class: "actions" },
      el("a", { class: "address", href: safeUrl(url), translate: "no" }, url),
      copyButton(url),
    ),
  );
}

/** @param {Extract<PageBlock, { type: "review" }>} block @param {Press} press */
function review({ title, rows }, press) {
  return el(
    "section",
    { class: "card review" },
    el("h3", {}, title),
    el(
      "dl",
      {},
      ...rows.map(({ label, value, change, files }) =>
        el(
          "div",
          {},
          el("dt", {}, label),
          el("dd", {}, value, files && fileList(files)),
          el(
            "dd",
            { class: "press" },
            el(
              "button",
              {
                type: "button",
                class: "round",
                "aria-label": change.label,
                title: change.label,
                click: () => press(change),
              },
              icon("pencil"),
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {Extract<PageBlock, { type: "document" }>} block */
function documentCard({ title, filename, text, downloadLabel }) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    el("a", { href: url, download: filename }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return el(
    "section",
    { class: "card document" },
    el("h3", {}, title),
    el("pre", { tabindex: 0, "aria-label": title }, text),
    el(
      "button",
      { type: "button", class: "choice normal", click: download },
      icon("download"),
      downloadLabel,
    ),
  );
}

/** @param {readonly Choice[]} choices @param {Press} press */
function choiceList(choices, press) {
  const button = (/** @type {Choice} */ choice) =>
    el(
      "button",
      {
        type: "button",
        class: `choice ${choice.weight}`,
        "data-choice": choice.id,
        click: () => press(choice),
      },
      choice.label,
    );
  const list = el("div", {
    class: "choices press",
    role: "group",
    "aria-label": say("log.choices"),
  });
  const loud = choices.filter((choice) => choice.weight !== "quiet");
  // A person is always one tap away in the header.
  const quiet = choices.filter(({ id, weight }) => weight === "quiet" && id !== "person");
  for (const [group, members] of neighbours(loud)) {
    list.append(
      group
        ? el(
            "section",
            { class: "grouped" },
            el("h3", {}, group),
            el("div", { class: "rows" }, ...members.map(button)),
          )
        : el("div", { class: "free" }, ...members.map(button)),
    );
  }
  if (quiet.length > 0) list.append(el("div", { class: "ways-out" }, ...quiet.map(button)));
  return list;
}

/**
 * @param {readonly Choice[]} choices
 * @returns {[group: string | undefined, members: Choice[]][]}
 */
function neighbours(choices) {
  /** @type {[string | undefined, Choice[]][]} */
  const groups = [];
  for (const choice of choices) {
    const latest = groups.at(-1);
    if (latest && latest[0] === choice.group) latest[1].push(choice);
    else groups.push([choice.group, [choice]]);
  }
  return groups;
}
