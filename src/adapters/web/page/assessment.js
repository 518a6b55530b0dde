// @ts-check
import { el, icon } from "./dom.js";
import { outerLink } from "./link.js";

/** @typedef {import("../../../core/message.ts").AssessmentBlock} AssessmentBlock */

/**
 * First the plain sentence, then why, then what happens next.
 *
 * @param {AssessmentBlock} block
 */
export function assessmentCard(block) {
  return el(
    "section",
    { class: `card assessment tone-${block.tone}` },
    el("h3", {}, block.heading),
    el("p", { class: "summary" }, block.summary),
    block.figures.length > 0 &&
      el(
        "dl",
        { class: "figures" },
        ...block.figures.map(({ label, value }) =>
          el("div", {}, el("dt", {}, label), el("dd", {}, value)),
        ),
      ),
    ...block.paragraphs.map((paragraph) => el("p", {}, paragraph)),
    block.clauses.length > 0 && why(block),
    block.steps.length > 0 && next(block),
    el("p", { class: "preliminary" }, block.preliminary),
  );
}

/**
 * What people decided: the sentence first, then why, what happens now and how to contest.
 *
 * @param {import("../../../core/message.ts").DecisionBlock} block
 */
export function decisionCard(block) {
  return el(
    "section",
    { class: `card assessment decision tone-${block.tone}` },
    el("h3", {}, block.heading),
    el("p", { class: "summary" }, block.summary),
    el("h4", {}, block.reasonsLabel),
    el("p", { class: "reasons" }, block.reasons),
    why(block),
    el("p", {}, block.next),
    el("p", {}, block.contest),
    el("p", { class: "preliminary" }, block.signature),
  );
}

/** @param {Pick<AssessmentBlock, "whyLabel" | "clauses" | "policyLabel">} block */
function why({ whyLabel, clauses, policyLabel }) {
  return el(
    "div",
    { class: "why" },
    el("h4", {}, whyLabel),
    ...clauses.map(({ id, title, explanation, url }) =>
      el(
        "details",
        { class: "clause" },
        el("summary", {}, /^\d/.test(id) && el("span", { class: "id" }, id), title),
        el("p", {}, explanation),
        el("p", {}, outerLink(url, policyLabel)),
      ),
    ),
  );
}

/** @param {AssessmentBlock} block */
function next({ nextLabel, steps }) {
  return el(
    "div",
    { class: "next" },
    el("h4", {}, nextLabel),
    el(
      "ol",
      { class: "steps" },
      ...steps.map(({ label, state }) =>
        el(
          "li",
          { class: state, "aria-current": state === "current" ? "step" : undefined },
          state === "done" && icon("check"),
          label,
        ),
      ),
    ),
  );
}
