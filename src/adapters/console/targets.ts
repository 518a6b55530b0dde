import { html } from "hono/html";
import { alertTypes, type AlertType, type Case } from "../../core/case.ts";
import type { Html } from "./page.ts";
import type { Words } from "./words.ts";

/** Against the shop's targets: in words as well as by colour. */
export function renderTargets(words: Words, entry: Case): Html {
  const { dueAt = {} } = entry;
  return html`${(["firstAnswer", "resolution"] as const).map((target) => {
    const at = dueAt[target];
    if (at === undefined) return "";
    const isLate = at <= words.now;
    return html`<span class="target ${isLate ? "late" : ""}"
      >${words.say(`target.${target}${isLate ? "Missed" : ""}`, { moment: words.moment(at) })}</span
    > `;
  })}${renderUnclaimed(words, entry)}`;
}

/** That it was announced again, and whether to the leads. */
export function renderUnclaimed(words: Words, { alerts = {} }: Case): Html | "" {
  const raised = (["unclaimed-escalated", "unclaimed-noticed"] as const).find(
    (type) => alerts[type] !== undefined,
  );
  return raised ? html`<span class="target late">${words.say(`alert.${raised}`)}</span>` : "";
}

/** Of the target that ends first; a customer's own time does not count. */
export function lateness(words: Words, { dueAt = {}, alerts = {} }: Case): string {
  const ends = Object.values(dueAt);
  if (ends.length === 0) return "";
  if (Math.min(...ends) <= words.now) return "late";
  return (alerts["first-answer-neared"] ?? alerts["resolution-neared"]) ? "soon" : "in-time";
}

export const isAlert = (type: string): type is AlertType =>
  (alertTypes as readonly string[]).includes(type);
