import { html } from "hono/html";
import { decisionOutcomes, type DecisionDraft } from "../../core/act.ts";
import { isAtLeast } from "../../core/agent.ts";
import { amountText } from "../../core/amount.ts";
import type { Case } from "../../core/case.ts";
import type { DecisionBlock } from "../../core/message.ts";
import { field, type Form } from "./act-forms.ts";
import {
  type Desk,
  type Outcome,
  button,
  isMine,
  one,
  renderForm,
  renderRefusal,
} from "./desk-forms.ts";
import type { Html } from "./page.ts";
import { type Words, visible } from "./words.ts";

/** The decision that waits for a second person. */
export function renderProposal(words: Words, desk: Desk): Html | "" {
  const { entry, proposed, agent } = desk;
  const { proposal } = entry;
  if (!proposal || !proposed) return "";
  const seen = html`<input type="hidden" name="seen" value="${entry.factsRevision}" />`;
  return html`<section class="proposal" aria-labelledby="proposal-title">
    <h3 id="proposal-title">${words.say("proposal.title", { name: proposal.by.name })}</h3>
    ${renderUpdate(entry, proposed)}
    ${
      isAtLeast(agent, "lead") && proposal.by.id !== agent.id
        ? html`<div class="acts">
            ${one(words, desk, "approved", "button primary", seen)} ${one(words, desk, "declined")}
          </div>`
        : html`<p class="quiet">${words.say("proposal.waits")}</p>
            ${isAtLeast(agent, "lead") && one(words, desk, "declined")}`
    }
  </section>`;
}

/** Beginning with what the assessment suggests; what was typed stays. */
export function renderDecision(words: Words, desk: Desk): Html | "" {
  const { entry, outcome, clauses } = desk;
  if (!isMine(desk) || entry.status === "closed") return "";
  const isSent = outcome?.sent === "preview" || outcome?.sent === "decided";
  const form = isSent ? outcome.form : formOf(desk.draft, entry.factsRevision);
  const cited = form["clauses"] ?? [];
  const value = (name: string) => field(form, name);
  return html`<details class="decision" id="decide" ${isSent && html`open`}>
    <summary>${words.say("decide.title")}</summary>
    ${isSent && renderRefusal(words, desk)}
    ${renderForm(
      desk,
      "preview",
      { className: "decision-form", label: words.say("decide.title") },
      html`<input type="hidden" name="seen" value="${entry.factsRevision}" />
        <input type="hidden" name="currency" value="${value("currency")}" />
        <label
          >${words.say("decide.outcome")}
          <select name="outcome" id="outcome">
            ${decisionOutcomes.map(
              (id) =>
                html`<option value="${id}" ${id === value("outcome") && html`selected`}>
                  ${words.say(`outcome.${id}`)}
                </option>`,
            )}
          </select></label
        >
        <label
          >${words.say("decide.amount", { currency: value("currency") })}
          <input name="amount" inputmode="decimal" autocomplete="off" value="${value("amount")}"
        /></label>
        <fieldset>
          <legend>${words.say("decide.clauses")}</legend>
          ${clauses.map(
            ({ id, title }) =>
              html`<label class="check"
                ><input
                  type="checkbox"
                  name="clauses"
                  value="${id}"
                  ${cited.includes(id) && html`checked`}
                /><span><b>${id === "law" ? "§" : id}</b> ${title}</span></label
              >`,
          )}
        </fieldset>
        <label
          >${words.say("decide.reasons", { language: words.say(`language.${entry.language}`) })}
          <textarea name="reasons" rows="6" maxlength="3000" lang="${entry.language}">
${value("reasons")}</textarea>
        </label>
        ${button(words.say("decide.preview"))}`,
    )}
    ${outcome?.previewed && renderPreview(words, desk, outcome.previewed)}
  </details>`;
}

/** Exactly what was previewed is what is sent: the form carries it along. */
function renderPreview(
  words: Words,
  desk: Desk,
  { draft, block, needsSecond }: NonNullable<Outcome["previewed"]>,
): Html {
  const form = formOf(draft, Number(field(desk.outcome?.form ?? {}, "seen")));
  return html`<section class="preview" aria-labelledby="preview-title" id="preview" tabindex="-1">
    <h3 id="preview-title">${words.say("decide.previewTitle")}</h3>
    ${renderUpdate(desk.entry, block)}
    ${needsSecond && html`<p>${words.say("decide.needsSecond")}</p>`}
    ${renderForm(
      desk,
      "decided",
      {},
      html`${Object.entries(form).flatMap(([name, values]) =>
        values.map((value) => html`<input type="hidden" name="${name}" value="${value}" />`),
      )}
      ${button(
        words.say(needsSecond ? "decide.propose" : "decide.send", {
          language: words.say(`language.${desk.entry.language}`),
        }),
        "button primary",
      )}`,
    )}
  </section>`;
}

const formOf = (draft: DecisionDraft, seen: number): Form => ({
  seen: [String(seen)],
  outcome: [draft.outcome],
  amount: [amountText(draft)],
  currency: [draft.currency ?? "EUR"],
  clauses: draft.clauses,
  reasons: [draft.reasons],
});

/** A formal update, in the customer's language. */
export function renderUpdate({ language }: Case, block: DecisionBlock): Html {
  return html`<article class="assessment update tone-${block.tone}" lang="${language}">
    <h4>${block.heading}</h4>
    <p class="summary">${block.summary}</p>
    <h5>${block.reasonsLabel}</h5>
    <p class="reasons"><bdi>${visible(block.reasons)}</bdi></p>
    <h5>${block.whyLabel}</h5>
    <ul>
      ${block.clauses.map(({ id, title }) => html`<li><b>${id}</b> ${title}</li>`)}
    </ul>
    <p>${block.next}</p>
    <p>${block.contest}</p>
    <p class="quiet">${block.signature}</p>
  </article>`;
}
